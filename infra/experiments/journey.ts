// The journey experiment: the way of each packet foretold from kernel state, then sent, and seen at every hop.
import { pickNetwork } from '../cni/config-dir.ts';
import { assemble } from '../journey/assemble.ts';
import { predictTapped } from '../journey/choose-taps.ts';
import { evidenceOf } from '../journey/evidence.ts';
import { agreement, type ComparedPacket, journeys, seenEnds } from '../journey/journeys.ts';
import { noiseRows } from '../journey/noise.ts';
import { ownPackets } from '../journey/own-packets.ts';
import { type Place, placeName } from '../journey/place.ts';
import { fillTemplates } from '../lab/template.ts';
import { capture as captureAt } from '../observe/capture.ts';
import { observePaths } from '../observe/observe-paths.ts';
import { decoder, VXLAN_PORTS } from '../observe/packets/decode.ts';
import { correlate, type DecodedTap, decodeTap } from '../observe/paths.ts';
import type { Flow } from '../predict/flow.ts';
import { endWords } from '../predict/steps.ts';
import { firstStamp } from './captured.ts';
import { comparableJourney } from './comparable-journey.ts';
import { type Check, evaluateCheck } from './evaluate-check.ts';
import type { ExperimentOf, Runner, Running } from './experiment.ts';
import { mergedCapture } from './merged-capture.ts';
import { newCookie, runPing, type Traffic, targetAddress, trafficMs } from './run-ping.ts';
import { runBefore } from './run-steps.ts';
import { savePcapng } from './save-pcapng.ts';
import { tapDoubts } from './tap-doubts.ts';
import { toJson } from './to-json.ts';

/** Enough for every header and the cookie behind them. */
const SNAPLEN = 512;
/** Of one tap: a storm ends here, and the verdict says so. */
const MAX_PACKETS = 100_000;
/** Payload of a ping that does not say, bytes. */
const PING_SIZE = 56;

export const journey: Runner<'journey'> = async (running, experiment) => {
  await runBefore(running, experiment.before, 'journey');
  const { cluster, lab, lookup, signal } = running;
  const { ping } = experiment;
  const state = await observePaths(cluster, lab, { signal, pickNetwork });
  const flow = flowOf(running, ping);
  const asked = experiment.taps.map(({ at, dev }) => ({ host: at, dev: String(fillTemplates(dev, lookup)) }));
  const hosts = { ...state.lab.hosts, ...state.beyond };
  const tappable = (host: string) => host in state.lab.hosts;
  const { series, places } = predictTapped({ hosts }, flow, ping.count, asked, tappable);

  const taps = places.map((place) => ({
    name: placeName(place),
    host: cluster.host(place.host),
    dev: place.dev,
  }));
  const cookie = newCookie();
  const limits = { signal, snaplen: SNAPLEN, maxPackets: MAX_PACKETS };
  const { result, taps: tapped } = await captureAt(taps, '', () => runPing(running, ping, cookie), limits);

  const decode = decoder({ vxlanPorts: [...VXLAN_PORTS, lab.network.port] });
  const decoded = tapped.map((tap) => decodeTap(tap, decode));
  const paths = correlate(decoded);
  const where = new Map(places.map((place) => [placeName(place), place]));
  const isOwn = ownPackets(decoded, ping.size ?? PING_SIZE, cookie);
  const { packets, others } = assemble({ predicted: series, paths, places: where, isOwn });
  const lastSeen = packets.flatMap(({ hops }) => hops).length > 0 ? lastPlace(packets) : undefined;
  const seen = {
    ping: result,
    taps: tapped.map(({ name, host, dev, dropped = 0 }, index) => ({
      ...{ name, at: host, dev, asked: asked.some((place) => placeName(place) === name) },
      ...{ packets: decoded[index]?.packets.length ?? 0, dropped },
    })),
    journeys: journeys(packets),
    packets: packets.map((packet) => packetRow(packet, decoded)),
    noise: noiseRows(others, where, ({ sightings }) => sightings.some((sighting) => isOwn(sighting.packet))),
    evidence: evidenceOf(state.lab, flow, series, result, lastSeen),
  };
  const observed = toJson(seen);
  const saved = await savePcapng(
    running.resultsDir,
    experiment.name,
    mergedCapture(lab, tapped, decoded, paths),
  );
  const unknown = series.find(({ outcome }) => outcome === 'unknown');
  const doubts = [
    ...tapDoubts(tapped, decoded),
    ...('problem' in saved ? [saved.problem] : []),
    ...(unknown ? [`the way cannot be foretold: ${endWords(unknown.end)}`] : []),
  ];
  return {
    observed,
    comparable: comparableJourney(seen),
    checks: checksOf(experiment).map((check) => evaluateCheck(check, observed, 'journey', lookup)),
    ...(doubts.length > 0 && { doubt: doubts.join('; ') }),
    trafficMs: trafficMs(ping),
    artifacts: 'file' in saved ? [saved.file] : [],
  };
};

function flowOf(running: Running, ping: Traffic): Flow {
  return {
    from: String(fillTemplates(ping.from, running.lookup)),
    to: targetAddress(running, ping.to),
    ...(ping.size !== undefined && { size: ping.size }),
    ...(ping.dontFragment && { df: 'do' }),
  };
}

/** What a journey without checks of its own asserts. */
function checksOf({ checks, ping: { count } }: ExperimentOf<'journey'>): readonly Check[] {
  if (checks.length > 0) return checks;
  return [
    { name: 'every request is answered', select: 'ping', expect: { transmitted: count, received: count } },
    {
      name: 'no packet takes another way than the predicted one',
      select: 'journeys',
      // What could not be foretold makes the whole inconclusive, and is not wrong.
      expect: { $every: { asPredicted: { $not: false } } },
    },
  ];
}

function packetRow(packet: ComparedPacket, decoded: readonly DecodedTap[]) {
  const start = firstStamp(decoded);
  const { first, last } = seenEnds(packet.hops);
  const at: [string, number][] = packet.hops.flatMap((hop) =>
    hop.ns === undefined ? [] : [[placeName(hop), Number(hop.ns - start)]],
  );
  return {
    ...{ packet: packet.packet, seq: packet.seq, asPredicted: agreement(packet) },
    ...(first && { firstSeen: placeName(first) }),
    ...(last && { lastSeen: placeName(last) }),
    at: Object.fromEntries(at.toReversed()),
    differences: packet.hops.flatMap(({ differences }) => differences),
  };
}

/** Where the last echo that was seen at all was seen last. */
function lastPlace(packets: readonly ComparedPacket[]): string | undefined {
  const echoes = packets.filter(({ packet }) => packet.startsWith('echo'));
  const places = echoes.flatMap(({ hops }): Place[] => {
    const { last } = seenEnds(hops);
    return last ? [last] : [];
  });
  const last = places.at(-1);
  return last && placeName(last);
}
