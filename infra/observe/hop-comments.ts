// What a person who opens the merged capture wants to know of a packet: which one it is, and where on its way.
import type { PacketPath } from './correlator.ts';
import type { Packet } from './packets/packet.ts';

/**
 * One line for each sighting: `echo-request 10.42.0.2 10.42.1.2 id 7 seq 1: sighting 3 of 7, 12 µs after cni0`.
 * Packets that belong to no path have none.
 * @param clockOf tap → which clock stamps there: nobody knows how long it was from a tap of another one
 */
export function hopComments(
  paths: readonly PacketPath[],
  clockOf: (tap: string) => string | undefined = () => undefined,
): ReadonlyMap<Packet, string> {
  const comments = new Map<Packet, string>();
  for (const { identity, sightings, uncounted = 0 } of paths) {
    const total = sightings.length + uncounted;
    sightings.forEach(({ tap, packet }, index) => {
      const before = sightings[index - 1];
      const after =
        before === undefined
          ? ''
          : clockOf(before.tap) === clockOf(tap)
            ? `, ${delay(packet.ns - before.packet.ns)} after ${before.tap}`
            : `, after ${before.tap} by another clock`;
      comments.set(packet, `${identity}: sighting ${index + 1} of ${total}${after}`);
    });
  }
  return comments;
}

function delay(ns: bigint): string {
  return `${Number(ns) / 1000} µs`;
}
