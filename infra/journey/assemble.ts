// From predictions and captured paths to compared packets: every path is one that was predicted, or is accounted for.
import { type Clocks, ONE_CLOCK } from '../observe/clocks.ts';
import type { Packet } from '../observe/packets/packet.ts';
import type { PacketPath } from '../observe/paths.ts';
import type { SeriesExchange } from '../predict/exchange.ts';
import type { Solicitation } from '../predict/lab.ts';
import type { Outcome, Prediction } from '../predict/predict.ts';
import { endWords } from '../predict/steps.ts';
import { compareHops, type SeenHop } from './compare.ts';
import { capturedHeaders } from './headers.ts';
import type { ComparedPacket } from './journeys.ts';
import { type Asked, isNeedless, needlessRow, placesOfOthers } from './needless.ts';
import type { NoiseRow } from './noise.ts';
import { type Place, placeName } from './place.ts';
import { type ExpectedHop, expectedHops } from './steps.ts';

export interface Series {
  readonly predicted: readonly SeriesExchange[];
  readonly paths: readonly PacketPath[];
  /** Where each tap is, by its name. */
  readonly places: ReadonlyMap<string, Place>;
  /** Whether one of the series' own echoes is on it. */
  readonly ofSeries: (path: PacketPath) => boolean;
  /** Hosts whose clock is another than the sender's. @default none */
  readonly clocks?: Clocks;
}

export interface Assembled {
  /** By echo sequence number: what ARP or neighbour discovery asked for it, the request, its reply. */
  readonly packets: readonly ComparedPacket[];
  /** Paths that belong to no packet of the series. */
  readonly others: readonly PacketPath[];
  /** Questions that are left out with their answers, because others had asked before. */
  readonly needless: readonly NoiseRow[];
}

/** One echo and its reply, and what was asked for them. */
interface Exchange {
  readonly asked: readonly Asked[];
  readonly echoes: readonly ComparedPacket[];
}

export function assemble({ predicted, paths, places, ofSeries, clocks = ONE_CLOCK }: Series): Assembled {
  const claimed = new Set<PacketPath>();
  const tapped = new Set([...places.values()].map(placeName));
  const claim = (wanted: (path: PacketPath) => boolean, all: boolean): SeenHop[] => {
    const free = paths.filter((path) => !claimed.has(path) && wanted(path));
    const taken = all ? free : free.slice(0, 1);
    for (const path of taken) claimed.add(path);
    return taken.flatMap(({ sightings }) => sightings.map((seen) => seenHop(seen, places, clocks)));
  };
  const exchanges = predicted.map((exchange, index): Exchange => {
    const seq = index + 1;
    const compared = (packet: string, prediction: Prediction | undefined, seen: readonly SeenHop[]) => ({
      ...{ packet, seq },
      ...(prediction && { end: endWords(prediction.end) }),
      known: prediction !== undefined && isKnown(prediction.outcome),
      hops: compareHops(expectedHops(prediction?.branches ?? []), seen, tapped),
    });
    const own = (kind: string) =>
      claim((path) => path.packet === kind && path.seq === seq && ofSeries(path), true);
    const asked = exchange.solicitations.map((solicitation) => asking(solicitation, seq, claim, tapped));
    const request = compared('echo-request', exchange.request, own('echo-request'));
    const replies = own('echo-reply');
    const answered = exchange.reply !== undefined || replies.length > 0;
    // That nothing comes back is part of a prediction that covers the whole way there.
    const reply = {
      ...compared('echo-reply', exchange.reply, replies),
      ...(!exchange.reply && { known: request.known }),
    };
    return { asked, echoes: [request, ...(answered ? [reply] : [])] };
  });
  const others = paths.filter((path) => !claimed.has(path));
  const used = placesOfOthers(others, places, ofSeries);
  const leftOut = new Set(
    exchanges.flatMap(({ asked, echoes }) => asked.filter((one) => isNeedless(one, echoes, used))),
  );
  const packets = exchanges.flatMap(({ asked, echoes }) => [
    ...asked
      .filter((one) => !leftOut.has(one))
      .flatMap(({ question, answer }) => [...(question ? [question] : []), ...(answer ? [answer] : [])]),
    ...echoes,
  ]);
  return { packets, others, needless: [...leftOut].map(needlessRow) };
}

const isKnown = (outcome: Outcome) => outcome !== 'unknown';

type Claim = (wanted: (path: PacketPath) => boolean, all: boolean) => SeenHop[];

/** What the question for a neighbour and its answer are called, by family. */
const KINDS = {
  arp: { request: 'arp-request', reply: 'arp-reply' },
  ndp: { request: 'neighbour-solicitation', reply: 'neighbour-advertisement' },
} as const;

/** One question for a neighbour (ARP or neighbour discovery) and its answer, the way there and the way back. A request that is asked again is another path. */
function asking(solicitation: Solicitation, seq: number, claim: Claim, tapped: ReadonlySet<string>): Asked {
  const { host, dev, address } = solicitation;
  const all = expectedHops(solicitation.branches);
  const [first] = all;
  if (first === undefined) return { solicitation };
  const { src: asker, dst: asked } = first.hop;
  const kinds = KINDS[first.hop.ndp ? 'ndp' : 'arp'];
  const questions = claim((p) => p.packet === kinds.request && p.src === asker && p.dst === asked, false);
  const answers = claim((p) => p.packet === kinds.reply && p.src === address && p.dst === asker, false);
  const part = (packet: string, end: string, expected: readonly ExpectedHop[], seen: readonly SeenHop[]) =>
    expected.length === 0 && seen.length === 0
      ? undefined
      : { packet, seq, known: true, end, hops: compareHops(expected, seen, tapped) };
  const question = part(
    kinds.request,
    `asks on ${host}/${dev} who has ${address}`,
    only(all, 'request'),
    questions,
  );
  const answer = part(kinds.reply, `tells ${host}/${dev} who has ${address}`, only(all, 'reply'), answers);
  return { solicitation, ...(question && { question }), ...(answer && { answer }) };
}

/** Hops of one message; the first one of a reply comes from none of its own. */
function only(all: readonly ExpectedHop[], op: 'request' | 'reply'): ExpectedHop[] {
  const kept = all.flatMap((expected, index) =>
    (expected.hop.arp ?? expected.hop.ndp) === op ? [index] : [],
  );
  const shallowest = Math.min(...kept.map((index) => all[index]?.depth ?? 0));
  return kept.map((index) => {
    const { hop, after, depth } = all[index] as ExpectedHop;
    const at = after === undefined ? -1 : kept.indexOf(after);
    return { hop, depth: depth - shallowest, ...(at >= 0 && { after: at }) };
  });
}

function seenHop(
  { tap, packet }: { readonly tap: string; readonly packet: Packet },
  places: ReadonlyMap<string, Place>,
  clocks: Clocks,
): SeenHop {
  const { host, dev } = places.get(tap) ?? { host: tap, dev: '' };
  const clock = clocks.get(host)?.id;
  return {
    host,
    dev,
    ns: packet.ns,
    ...(clock !== undefined && { clock }),
    headers: capturedHeaders(packet),
  };
}
