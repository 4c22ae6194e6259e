// Foretells a series of echoes, and listens at every interface on its way while they are sent.
import type { Host } from '../backends/host.ts';
import { predictTapped } from '../journey/choose-taps.ts';
import { ownPackets } from '../journey/own-packets.ts';
import { type Place, placeName } from '../journey/place.ts';
import type { Tap } from '../observe/capture.ts';
import { type Clocks, otherClocks } from '../observe/clocks.ts';
import type { EarlyTaps } from '../observe/early-taps.ts';
import type { Packet } from '../observe/packets/packet.ts';
import type { SeriesExchange } from '../predict/exchange.ts';
import type { Flow } from '../predict/flow.ts';
import type { PredictState } from '../predict/predict.ts';
import { clocksHeard } from './clocks-heard.ts';
import { type Heard, listen } from './listen.ts';
import { newCookie } from './run-ping.ts';

/** Payload of a ping that does not say, bytes. */
const PING_SIZE = 56;

export interface Watch<R> {
  /** As observed just now. */
  readonly state: PredictState;
  /** The first exchange, where it has been predicted for this state already. */
  readonly first?: readonly SeriesExchange[];
  readonly flow: Flow;
  /** Echo requests. */
  readonly count: number;
  /** Places to listen at beside those on the way. */
  readonly extra: readonly Place[];
  /** UDP port of VXLAN, beside the usual ones. */
  readonly vxlanPort: number;
  /** Where a tap can be; undefined where nothing can be run. */
  readonly host: (name: string) => Host | undefined;
  /** Sends them, with the cookie in their payload; taps are listening by then. */
  readonly send: (cookie: string) => Promise<R>;
  readonly signal?: AbortSignal;
  /** Taps that were started on a guess; what the prediction does not name ends before anything is sent. */
  readonly early?: EarlyTaps;
}

export interface Watched<R> extends Heard<R> {
  readonly series: readonly SeriesExchange[];
  readonly places: ReadonlyMap<string, Place>;
  readonly isOwn: (packet: Packet) => boolean;
  /** Of the hosts that were listened at: others than the sender's. */
  readonly clocks: Clocks;
}

/** @throws TypeError as `predict` does, whatever `listen` and `send` throw */
export async function watchJourney<R>(watch: Watch<R>): Promise<Watched<R>> {
  const { state, flow, count, extra, host, signal, early } = watch;
  const tappable = (name: string) => host(name) !== undefined;
  const { series, places } = predictTapped(state, flow, count, extra, tappable, watch.first);
  const where = new Map(places.map((place) => [placeName(place), place]));
  const tapped = places.map((place) => place.host);
  const clocks = otherClocks(state.hosts, tapped, flow.from);
  const cookie = newCookie();
  const listening = {
    ...{ taps: tapsAt(places, host), vxlanPort: watch.vxlanPort },
    ...(signal && { signal }),
    ...(early && { early }),
    ...(clocks.size > 0 && { clockOf: (tap: string) => clocks.get(where.get(tap)?.host ?? '') }),
  };
  const heard = await listen(listening, () => watch.send(cookie));
  const isOwn = ownPackets(heard.decoded, flow.size ?? PING_SIZE, cookie);
  return { ...heard, series, places: where, isOwn, clocks: clocksHeard(heard) };
}

/** Named after their places; none where nothing can be run. */
export function tapsAt(places: readonly Place[], host: Watch<unknown>['host']): Tap[] {
  return places.flatMap((place) => {
    const at = host(place.host);
    return at === undefined ? [] : [{ name: placeName(place), host: at, dev: place.dev }];
  });
}
