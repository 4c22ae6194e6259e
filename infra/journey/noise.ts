// What the taps saw beside the series: named and counted, so that nothing is left out in silence.
import { carried } from '../observe/identity.ts';
import { BROADCAST } from '../observe/packets/mac.ts';
import type { PacketPath } from '../observe/paths.ts';
import { type Place, placeName } from './place.ts';

export interface NoiseRow {
  /** Such as arp-request, router-solicitation, udp. */
  readonly packet: string;
  /** Why there is such a packet beside the series; absent when nobody can say. */
  readonly why?: string;
  /** 0 for what was foretold, and needless since others had asked before. */
  readonly packets: number;
  /** Places that saw one, in the order of the alphabet; of what was needless, the place where it was foretold. */
  readonly at: readonly string[];
}

const IPV6 = 'IPv6 of the kernel itself: neighbour discovery and multicast listeners (RFC 4861, RFC 3810)';

/**
 * Rows by kind and reason.
 * @param more rows of what was foretold and needless
 */
export function noiseRows(
  others: readonly PacketPath[],
  places: ReadonlyMap<string, Place>,
  ofSeries: (path: PacketPath) => boolean,
  more: readonly NoiseRow[] = [],
): readonly NoiseRow[] {
  const groups = Map.groupBy(others, (path) => JSON.stringify([path.packet, whyOf(path, ofSeries)]));
  const rows = [...groups.values()].map((paths): NoiseRow => {
    const [first] = paths as [PacketPath, ...PacketPath[]];
    const why = whyOf(first, ofSeries);
    const at = new Set(paths.flatMap(({ sightings }) => sightings.map(({ tap }) => nameOf(tap, places))));
    return {
      packet: first.packet,
      ...(why !== undefined && { why }),
      packets: paths.length,
      at: [...at].sort(),
    };
  });
  return [...rows, ...more].toSorted((a, b) => (a.packet < b.packet ? -1 : a.packet > b.packet ? 1 : 0));
}

/** Whether it is neither of the series nor of a kernel that looks after its neighbours: somebody else's. */
export function isOtherTraffic(path: PacketPath, ofSeries: (path: PacketPath) => boolean): boolean {
  return whyOf(path, ofSeries) === undefined;
}

function whyOf(path: PacketPath, ofSeries: (path: PacketPath) => boolean): string | undefined {
  const [first] = path.sightings;
  const frame = first && carried(first.packet);
  if (frame === undefined) return undefined;
  if (frame.arp) {
    const confirms = frame.arp.op === 'request' ? frame.eth?.dst !== BROADCAST : frame.arp.op === 'reply';
    return confirms
      ? 'a kernel confirms a neighbour that it knows (NUD_PROBE)'
      : 'a kernel asks for a neighbour on behalf of other packets, or asks again';
  }
  if (ofSeries(path))
    return frame.icmp?.original ? 'an error about a packet of the series' : 'part of a packet of the series';
  if (frame.icmp?.version === 6 && frame.icmp.seq === undefined) return IPV6;
  return undefined;
}

function nameOf(tap: string, places: ReadonlyMap<string, Place>): string {
  const place = places.get(tap);
  return place === undefined ? tap : placeName(place);
}
