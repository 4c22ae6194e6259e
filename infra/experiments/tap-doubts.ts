// Why what the taps say may not be the whole truth: each reason with its tap.
import type { TapResult } from '../observe/capture.ts';
import type { DecodedTap } from '../observe/paths.ts';

/** Empty when every tap kept everything, its file is whole and its clock went forward. */
export function tapDoubts(tapped: readonly TapResult[], decoded: readonly DecodedTap[]): readonly string[] {
  return [
    ...tapped.flatMap(({ name, status, reason }) =>
      status === 'complete' ? [] : [`tap ${name}: ${reason ?? status}`],
    ),
    ...decoded.flatMap(({ name, truncated, clock }) =>
      [truncated, clock].flatMap((doubt) => (doubt === undefined ? [] : [`tap ${name}: ${doubt}`])),
    ),
  ];
}
