// A place of its own for what measures labs, which Ctrl-C ends in order: the labs first.
import { onStopRequests } from '../cli/engine/stop-requests.ts';
import { StatusLine } from '../cli/status-line.ts';
import { EXIT } from '../tool/run-tool.ts';
import { closePlace, openPlace, type Place } from './private-place.ts';
import type { Stop } from './run-command.ts';

export interface OwnPlace {
  readonly place: Place;
  readonly stop: Stop;
  readonly line: StatusLine;
}

/**
 * @param purpose what names of the place's directory and stacks begin with
 * @param run its exit code is this function's, unless somebody asked to stop
 */
export async function inOwnPlace(purpose: string, run: (own: OwnPlace) => Promise<number>): Promise<number> {
  const soon = new AbortController();
  const now = new AbortController();
  const line = new StatusLine(process.stderr);
  onStopRequests((request) => {
    line.update([request === 'soon' ? 'Stopping: the labs are taken down first …' : 'Stopping at once …']);
    soon.abort();
    if (request === 'now') now.abort();
  });
  const place = await openPlace(purpose);
  try {
    const exitCode = await run({ place, stop: { soon: soon.signal, now: now.signal }, line });
    return soon.signal.aborted ? EXIT.interrupted : exitCode;
  } catch (error) {
    if (!soon.signal.aborted) throw error;
    return EXIT.interrupted;
  } finally {
    await closePlace(place);
  }
}
