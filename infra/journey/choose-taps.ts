// Taps chosen from a prediction: every interface that a packet is to pass, and the bridges whose ports it passes.
import type { LabSnapshot } from '../observe/snapshot.ts';
import type { SeriesExchange } from '../predict/exchange.ts';
import { predictSeries } from '../predict/exchange.ts';
import type { Flow } from '../predict/flow.ts';
import type { Branch } from '../predict/hop.ts';
import type { PredictState } from '../predict/predict.ts';
import { distinctPlaces, type Place } from './place.ts';
import { expectedHops } from './steps.ts';

export interface TappedPrediction {
  readonly series: readonly SeriesExchange[];
  /** In the order of the way there, then of the way back, then of ARP; no place twice. */
  readonly places: readonly Place[];
}

/**
 * A tap changes what it looks at: tcpdump makes a bridge promiscuous, which then hands a copy of every frame between
 * its ports to itself. So the series is predicted for the lab as it is with the taps.
 * @param extra taps that are asked for beside those on the way
 * @param tappable whether something can be run on that host
 * @param first the first exchange of the series, where it has been predicted for this state already
 * @throws TypeError as `predict` does
 */
export function predictTapped(
  state: PredictState,
  flow: Flow,
  count: number,
  extra: readonly Place[],
  tappable: (host: string) => boolean,
  first: readonly SeriesExchange[] = predictSeries(state, flow, Math.min(count, 1)),
): TappedPrediction {
  const can = ({ host, dev }: Place) => tappable(host) && isUp(state, host, dev);
  const places = withBridges(state, distinctPlaces([...placesOf(first), ...extra]));
  const tapped = promiscuous(state, places.filter(can));
  const series = predictSeries(tapped, flow, count);
  const all = distinctPlaces([...placesOf(series), ...places]);
  return { series, places: all.filter(can) };
}

/** Nothing is seen on a device that is down, and tcpdump does not listen there. What was not observed is left to it. */
function isUp({ hosts }: PredictState, host: string, dev: string): boolean {
  const link = hosts[host]?.forwarding?.links.find(({ name }) => name === dev);
  return link === undefined || link.flags.includes('UP');
}

function placesOf(series: readonly SeriesExchange[]): Place[] {
  const [first] = series;
  if (first === undefined) return [];
  const trees: (readonly Branch[])[] = [
    first.request.branches,
    first.reply?.branches ?? [],
    ...first.solicitations.map(({ branches }) => branches),
  ];
  return trees.flatMap((branches) =>
    expectedHops(branches).map(({ hop }) => ({ host: hop.host, dev: hop.interface })),
  );
}

/** A port's bridge comes right behind it. */
function withBridges({ hosts }: PredictState, places: readonly Place[]): Place[] {
  return distinctPlaces(
    places.flatMap((place) => {
      const link = hosts[place.host]?.interfaces.find(({ name }) => name === place.dev);
      return link?.master === undefined ? [place] : [place, { host: place.host, dev: link.master }];
    }),
  );
}

/** The state with IFF_PROMISC on tapped interfaces (packet(7), PACKET_MR_PROMISC). */
function promiscuous(state: PredictState, places: readonly Place[]): PredictState {
  const devices = Map.groupBy(places, ({ host }) => host);
  const hosts = Object.entries(state.hosts).map(([name, host]): [string, LabSnapshot['hosts'][string]] => {
    const tapped = devices.get(name)?.map(({ dev }) => dev);
    if (tapped === undefined || host.forwarding === undefined) return [name, host];
    const links = host.forwarding.links.map((link) =>
      tapped.includes(link.name) && !link.flags.includes('PROMISC')
        ? { ...link, flags: [...link.flags, 'PROMISC'] }
        : link,
    );
    return [name, { ...host, forwarding: { ...host.forwarding, links } }];
  });
  return { hosts: Object.fromEntries(hosts) };
}
