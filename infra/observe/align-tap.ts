// A tap of another kernel, its stamps moved to where they would be by the clock that all are compared with.
import type { OtherClock } from './clocks.ts';
import type { DecodedTap } from './paths.ts';

/** @param clock that stamped it; undefined for the one that all are compared with: then it stays as it is */
export function alignTap(tap: DecodedTap, clock: OtherClock | undefined): DecodedTap {
  if (clock === undefined) return tap;
  const moved = <P extends { readonly ns: bigint }>(packet: P): P => ({
    ...packet,
    ns: packet.ns - clock.aheadNs,
  });
  return { ...tap, packets: tap.packets.map(moved), raw: tap.raw.map(moved), otherClock: clock };
}
