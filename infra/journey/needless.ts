// Questions for a neighbour that were foretold and never asked, since others who use the interface had asked before.
import { isGroup } from '../observe/packets/mac.ts';
import type { PacketPath } from '../observe/paths.ts';
import type { Solicitation } from '../predict/lab.ts';
import type { ComparedPacket } from './journeys.ts';
import { isOtherTraffic, type NoiseRow } from './noise.ts';
import { type Place, placeName } from './place.ts';

/** A question that was foretold for an echo, compared: what there is of it and of its answer. */
export interface Asked {
  readonly solicitation: Pick<Solicitation, 'host' | 'dev' | 'address'>;
  readonly question?: ComparedPacket;
  readonly answer?: ComparedPacket;
}

/**
 * Whether packets prove that nobody had to ask any more: between the reading of the kernels and the first echo somebody
 * else's packet had asked the same. Neither question nor answer was seen; the echo went out to that very neighbour as
 * foretold, so that the kernel knew its MAC; and somebody else uses the interface.
 * @param echoes those that it was foretold for
 */
export function isNeedless(
  { solicitation, question, answer }: Asked,
  echoes: readonly ComparedPacket[],
  usedByOthers: ReadonlySet<string>,
): boolean {
  const { host, dev } = solicitation;
  const here = (place: Place) => place.host === host && place.dev === dev;
  const foretold = [...(question?.hops ?? []), ...(answer?.hops ?? [])];
  const unseen = foretold.every(({ seen }) => seen === undefined);
  if (!unseen || foretold.every(({ status }) => status !== 'missing')) return false;
  const neighbour = answer?.hops.find(here)?.predicted?.srcMac;
  const wentOut = echoes
    .flatMap(({ hops }) => hops)
    .some(
      (hop) =>
        hop.direction === 'out' &&
        hop.status === 'as-predicted' &&
        here(hop) &&
        neighbour !== undefined &&
        (hop.seen?.outer ?? hop.seen)?.dstMac === neighbour,
    );
  return wentOut && usedByOthers.has(placeName(solicitation));
}

/**
 * Names of places at which others than the series sent something to one machine, for which its MAC has to be known. What
 * kernels say to look after their neighbours is not counted.
 */
export function placesOfOthers(
  others: readonly PacketPath[],
  places: ReadonlyMap<string, Place>,
  ofSeries: (path: PacketPath) => boolean,
): ReadonlySet<string> {
  const used = others.filter((path) => isOtherTraffic(path, ofSeries));
  return new Set(
    used.flatMap(({ sightings }) =>
      sightings.flatMap(({ tap, packet }) => {
        const place = places.get(tap);
        const { eth, ipv4, ipv6 } = packet;
        const asks = eth !== undefined && !isGroup(eth.dst) && (ipv4 ?? ipv6) !== undefined;
        return place !== undefined && asks ? [placeName(place)] : [];
      }),
    ),
  );
}

/** As they stand among the noise: none was seen. */
export function needlessRow({ solicitation, question }: Asked): NoiseRow {
  const place = placeName(solicitation);
  return {
    packet: question?.packet ?? 'arp-request',
    why: `foretold for ${solicitation.address}, and needless: others who use ${place} had asked before`,
    packets: 0,
    at: [place],
  };
}
