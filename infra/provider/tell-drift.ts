// What refresh found: told to the user, and kept as the resource's output.
import type { Drift } from '../backends/backend.ts';
import type { CallContext } from './handler.ts';

/** One line for each thing that is not as it was made. */
export function tellDrift(found: readonly Drift[], call: CallContext): readonly string[] {
  const lines = found.map(({ object, what }) => `${object}: ${what}`);
  if (lines.length > 0) call.inform(lines.join('\n'));
  return lines;
}
