// Where clocks are, by the packets themselves: none arrives before it was sent. Requests and replies bound it from both sides.
import { alignTap } from './align-tap.ts';
import type { Sighting } from './correlator.ts';
import type { DecodedTap, PacketPath } from './paths.ts';
import { ttlOf } from './way-order.ts';

/** How a clock may be moved, ns: at least, and at most. */
interface Bounds {
  readonly least: bigint | undefined;
  readonly most: bigint | undefined;
}

/** A packet that went from a kernel to another, and the stamps before and after. */
interface Crossing {
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly sentNs: bigint;
  readonly arrivedNs: bigint;
}

/**
 * As NTP does it (RFC 5905, section 8), with the packets at hand: where some went there and some came back, a clock is in the
 * middle of what they allow; where all went one way, it is moved no more than they ask for.
 * @param taps as alignTap has them, by a first estimate
 * @param paths of these taps
 * @returns the same taps where there is one clock, or packets say nothing of the others
 */
export function refineClocks(
  taps: readonly DecodedTap[],
  paths: readonly PacketPath[],
): readonly DecodedTap[] {
  const clocks = new Map(taps.flatMap(({ otherClock }) => (otherClock ? [[otherClock.id, otherClock]] : [])));
  if (clocks.size === 0) return taps;
  const ofTap = new Map(taps.map(({ name, otherClock }) => [name, otherClock?.id]));
  const crossings = paths.flatMap(({ sightings }) => crossingsOf(sightings, (tap) => ofTap.get(tap)));
  const moved = new Map<string | undefined, bigint>([[undefined, 0n]]);
  const refined = new Map<string, bigint>();
  for (const id of clocks.keys()) {
    const { least, most } = boundsOf(id, crossings, moved);
    const both = least !== undefined && most !== undefined;
    const by = both
      ? (least + most) / 2n
      : least !== undefined && least > 0n
        ? least
        : most !== undefined && most < 0n
          ? most
          : 0n;
    moved.set(id, by);
    if (both) refined.set(id, most < least ? least - most : most - least);
  }
  if ([...moved.values()].every((by) => by === 0n) && refined.size === 0) return taps;
  return taps.map((tap) => {
    const { otherClock } = tap;
    if (otherClock === undefined) return tap;
    const by = moved.get(otherClock.id) ?? 0n;
    const width = refined.get(otherClock.id);
    const clock = {
      ...{ ...otherClock, aheadNs: otherClock.aheadNs - by },
      ...(width !== undefined && { uncertainNs: width / 2n }),
    };
    return { ...alignTap(tap, { ...clock, aheadNs: -by }), otherClock: clock };
  });
}

/** By crossings to and from clocks that have been moved already. */
function boundsOf(
  id: string,
  crossings: readonly Crossing[],
  moved: ReadonlyMap<string | undefined, bigint>,
): Bounds {
  let least: bigint | undefined;
  let most: bigint | undefined;
  for (const { from, to, sentNs, arrivedNs } of crossings) {
    const [ofSender, ofTaker] = [moved.get(from), moved.get(to)];
    if (to === id && ofSender !== undefined) {
      const bound = sentNs + ofSender - arrivedNs;
      if (least === undefined || bound > least) least = bound;
    } else if (from === id && ofTaker !== undefined) {
      const bound = arrivedNs + ofTaker - sentNs;
      if (most === undefined || bound < most) most = bound;
    }
  }
  return { least, most };
}

/** Those whose direction the TTL proves: it was higher before than after. */
function crossingsOf(
  sightings: readonly Sighting[],
  clockOf: (tap: string) => string | undefined,
): readonly Crossing[] {
  const runs: Sighting[][] = [];
  for (const sighting of sightings) {
    const run = runs.at(-1);
    if (run?.[0] !== undefined && clockOf(run[0].tap) === clockOf(sighting.tap)) run.push(sighting);
    else runs.push([sighting]);
  }
  return runs.slice(1).flatMap((run, index): Crossing[] => {
    const before = runs[index] ?? [];
    const [begun, sent] = [before[0], before.at(-1)];
    const [arrived, ended] = [run[0], run.at(-1)];
    if (!begun || !sent || !arrived || !ended || ttlOf(begun.frame) <= ttlOf(ended.frame)) return [];
    return [
      {
        ...{ from: clockOf(sent.tap), to: clockOf(arrived.tap) },
        ...{ sentNs: sent.packet.ns, arrivedNs: arrived.packet.ns },
      },
    ];
  });
}
