// Whose clocks stamped what was heard, as they have been refined by what was heard.
import { type Clocks, ONE_CLOCK, type OtherClock } from '../observe/clocks.ts';
import type { Heard } from './listen.ts';

/** By host. */
export function clocksHeard({ tapped, decoded }: Pick<Heard<unknown>, 'tapped' | 'decoded'>): Clocks {
  const found = decoded.flatMap(({ otherClock }, index): [string, OtherClock][] => {
    const host = tapped[index]?.host;
    return otherClock === undefined || host === undefined ? [] : [[host, otherClock]];
  });
  return found.length === 0 ? ONE_CLOCK : new Map(found);
}
