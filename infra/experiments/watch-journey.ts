// Foretells a series of echoes, listens at every interface on its way while they are sent, and puts both side by side.
import type { Host } from '../backends/host.ts';
import { assemble } from '../journey/assemble.ts';
import { predictTapped } from '../journey/choose-taps.ts';
import type { ComparedPacket } from '../journey/journeys.ts';
import { ownPackets } from '../journey/own-packets.ts';
import { type Place, placeName } from '../journey/place.ts';
import type { Packet } from '../observe/packets/packet.ts';
import type { PacketPath } from '../observe/paths.ts';
import type { SeriesExchange } from '../predict/exchange.ts';
import type { Flow } from '../predict/flow.ts';
import type { PredictState } from '../predict/predict.ts';
import { type Heard, listen } from './listen.ts';
import { newCookie } from './run-ping.ts';

/** Payload of a ping that does not say, bytes. */
const PING_SIZE = 56;

export interface Watch<R> {
  /** As observed just now. */
  readonly state: PredictState;
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
}

export interface Watched<R> extends Heard<R> {
  readonly series: readonly SeriesExchange[];
  readonly packets: readonly ComparedPacket[];
  /** What was seen and belongs to no packet of the series. */
  readonly others: readonly PacketPath[];
  readonly places: ReadonlyMap<string, Place>;
  readonly isOwn: (packet: Packet) => boolean;
}

/** @throws TypeError as `predict` does, whatever `listen` and `send` throw */
export async function watchJourney<R>(watch: Watch<R>): Promise<Watched<R>> {
  const { state, flow, count, extra, host, signal } = watch;
  const tappable = (name: string) => host(name) !== undefined;
  const { series, places } = predictTapped(state, flow, count, extra, tappable);
  const wanted = places.flatMap((place) => {
    const at = host(place.host);
    return at === undefined ? [] : [{ name: placeName(place), host: at, dev: place.dev }];
  });
  const cookie = newCookie();
  const listening = { taps: wanted, vxlanPort: watch.vxlanPort, ...(signal && { signal }) };
  const heard = await listen(listening, () => watch.send(cookie));
  const isOwn = ownPackets(heard.decoded, flow.size ?? PING_SIZE, cookie);
  const where = new Map(places.map((place) => [placeName(place), place]));
  const { packets, others } = assemble({ predicted: series, paths: heard.paths, places: where, isOwn });
  return { ...heard, series, packets, others, places: where, isOwn };
}
