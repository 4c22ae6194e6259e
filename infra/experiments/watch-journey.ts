// Foretells a series of echoes, listens at every interface on its way while they are sent, and puts both side by side.
import type { Host } from '../backends/host.ts';
import { assemble } from '../journey/assemble.ts';
import { predictTapped } from '../journey/choose-taps.ts';
import type { ComparedPacket } from '../journey/journeys.ts';
import { ownPackets } from '../journey/own-packets.ts';
import { type Place, placeName } from '../journey/place.ts';
import { capture, type TapResult } from '../observe/capture.ts';
import { decoder, VXLAN_PORTS } from '../observe/packets/decode.ts';
import type { Packet } from '../observe/packets/packet.ts';
import { correlate, type DecodedTap, decodeTap, type PacketPath } from '../observe/paths.ts';
import type { SeriesExchange } from '../predict/exchange.ts';
import type { Flow } from '../predict/flow.ts';
import type { PredictState } from '../predict/predict.ts';
import { MAX_PACKETS } from './capture-traffic.ts';
import { newCookie } from './run-ping.ts';

/** Enough for every header and the cookie behind them, bytes. */
const SNAPLEN = 512;
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

export interface Watched<R> {
  readonly result: R;
  readonly series: readonly SeriesExchange[];
  readonly packets: readonly ComparedPacket[];
  /** What was seen and belongs to no packet of the series. */
  readonly others: readonly PacketPath[];
  readonly taps: readonly TapResult[];
  /** The same taps, in the same order. */
  readonly decoded: readonly DecodedTap[];
  readonly paths: readonly PacketPath[];
  readonly places: ReadonlyMap<string, Place>;
  readonly isOwn: (packet: Packet) => boolean;
}

/** @throws TypeError as `predict` does; CaptureError as `capture` does; whatever `send` throws */
export async function watchJourney<R>(watch: Watch<R>): Promise<Watched<R>> {
  const { state, flow, count, extra, host, signal } = watch;
  const tappable = (name: string) => host(name) !== undefined;
  const { series, places } = predictTapped(state, flow, count, extra, tappable);
  const wanted = places.flatMap((place) => {
    const at = host(place.host);
    return at === undefined ? [] : [{ name: placeName(place), host: at, dev: place.dev }];
  });
  const cookie = newCookie();
  const limits = { snaplen: SNAPLEN, maxPackets: MAX_PACKETS, ...(signal && { signal }) };
  const { result, taps } = await capture(wanted, '', () => watch.send(cookie), limits);
  const decode = decoder({ vxlanPorts: [...VXLAN_PORTS, watch.vxlanPort] });
  const decoded = taps.map((tap) => decodeTap(tap, decode));
  const paths = correlate(decoded);
  const isOwn = ownPackets(decoded, flow.size ?? PING_SIZE, cookie);
  const where = new Map(places.map((place) => [placeName(place), place]));
  const { packets, others } = assemble({ predicted: series, paths, places: where, isOwn });
  return { result, series, packets, others, taps, decoded, paths, places: where, isOwn };
}
