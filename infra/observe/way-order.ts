// One packet as several clocks have seen it, in the order of its way: between two clocks no stamp says who was first.
import type { Frame } from './packets/packet.ts';

interface Stamped {
  readonly tap: string;
  readonly frame: Frame;
}

/**
 * Each clock's sightings stay in their order. Between clocks, the TTL tells: every router on the way takes one off it (RFC
 * 791). Where it is equal, the packet stays with the kernel that had it, and begins with the one that is first by the stamps.
 * @param byTime by aligned stamps
 * @param clockOf tap → which clock stamps there
 */
export function inWayOrder<S extends Stamped>(
  byTime: readonly S[],
  clockOf: (tap: string) => string | undefined,
): readonly S[] {
  const queues = [...Map.groupBy(byTime, ({ tap }) => clockOf(tap)).values()];
  if (queues.length < 2) return byTime;
  const ordered: S[] = [];
  // Queues are in the order of their first stamps.
  let current = queues[0];
  while (ordered.length < byTime.length) {
    const waiting = queues.filter((queue) => queue.length > 0);
    const most = Math.max(...waiting.map(nextTtl));
    const next = waiting.filter((queue) => nextTtl(queue) === most);
    current = next.find((queue) => queue === current) ?? next[0];
    const sighting = current?.shift();
    if (sighting) ordered.push(sighting);
  }
  return ordered;
}

const nextTtl = ([next]: readonly Stamped[]): number => (next === undefined ? 0 : ttlOf(next.frame));

/** 0 for ARP, which no router passes on. */
export function ttlOf({ ipv4, ipv6 }: Frame): number {
  return ipv4?.ttl ?? ipv6?.hopLimit ?? 0;
}
