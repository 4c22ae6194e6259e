// The journey experiment: the way of each packet foretold from kernel state, then sent, and seen at every hop.
import type { PodStatus } from '../backends/backend.ts';
import { assemble } from '../journey/assemble.ts';
import { evidenceOf } from '../journey/evidence.ts';
import { senderOf } from '../journey/in-node.ts';
import { agreement, type ComparedPacket, journeys, seenEnds } from '../journey/journeys.ts';
import { noiseRows } from '../journey/noise.ts';
import { type Place, placeName } from '../journey/place.ts';
import { fillTemplates } from '../lab/template.ts';
import { clockRows } from '../observe/clocks.ts';
import type { PacketPath } from '../observe/paths.ts';
import type { Flow } from '../predict/flow.ts';
import { endWords } from '../predict/steps.ts';
import { firstStamp } from './captured.ts';
import { comparableJourney } from './comparable-journey.ts';
import { deafPlaces } from './deaf-places.ts';
import { type Check, evaluateCheck } from './evaluate-check.ts';
import type { ExperimentOf, Runner, Running } from './experiment.ts';
import { forgetLearned } from './forget.ts';
import { founded } from './founded.ts';
import { keepCapture } from './keep-capture.ts';
import { pathKeys } from './matching/read-path.ts';
import { defaultCheck } from './ping.ts';
import { type Traffic, targetAddress, trafficMs } from './run-ping.ts';
import { runBefore } from './run-steps.ts';
import { toJson } from './to-json.ts';
import { watchWay } from './watch-way.ts';

/** What is certain of a journey though its taps have lost packets: the ping's own words, and the taps' counters. */
const TOLD_WITHOUT_TAPS: readonly string[] = ['ping', 'taps'];

export const journey: Runner<'journey'> = async (running, experiment) => {
  const { cluster, lookup, signal } = running;
  const forgetful = experiment.forget.map((host) => cluster.host(host));
  await forgetLearned(forgetful, signal);
  await runBefore(running, experiment.before, 'journey');
  const { ping } = experiment;
  const pods = await cluster.pods();
  const flow = flowOf(running, ping, pods);
  const asked = experiment.taps.map(({ at, dev }) => ({ host: at, dev: String(fillTemplates(dev, lookup)) }));
  const { lab, watched } = await watchWay(running, flow, ping, asked, pods);
  const { result, series, paths, decoded, places, isOwn, clocks } = watched;
  // Beside the comparing: to keep it is to wait for the disk.
  const keeping = keepCapture(running, experiment.name, watched);
  const ofSeries = ({ sightings }: PacketPath) => sightings.some(({ packet }) => isOwn(packet));
  const { packets, others, needless } = assemble({ predicted: series, paths, places, ofSeries, clocks });
  const lastSeen = lastPlace(packets);
  const noise = noiseRows(others, places, ofSeries, needless);
  const evidence = evidenceOf(lab, flow, series, result, lastSeen);
  const start = firstStamp(decoded);
  const rows = { journeys: journeys(packets), packets: packets.map((packet) => packetRow(packet, start)) };
  const { taps, doubts: doubtful, artifacts } = await keeping;
  const seen = {
    ping: result,
    taps: taps.map(({ name, at, dev, ...counted }) => ({
      ...{ name, at, dev, asked: asked.some((place) => placeName(place) === name), ...counted },
    })),
    ...{ ...rows, noise, evidence },
    ...(clocks.size > 0 && { clocks: clockRows(clocks) }),
  };
  const observed = toJson(seen);
  const unknown = series.find(({ outcome }) => outcome === 'unknown');
  const doubts = [...doubtful, ...(unknown ? [`the way cannot be foretold: ${endWords(unknown.end)}`] : [])];
  return {
    observed,
    comparable: comparableJourney(seen),
    checks: checksOf(experiment).map((check) => {
      const evaluated = evaluateCheck(check, observed, 'journey', lookup);
      const [root = ''] = pathKeys(check.select ?? '');
      const lost = TOLD_WITHOUT_TAPS.includes(root) ? [] : doubtful;
      return founded(evaluated, lost.length > 0 ? lost : deafPlaces(check, evaluated, taps, lookup));
    }),
    ...(doubts.length > 0 && { doubt: doubts.join('; ') }),
    trafficMs: trafficMs(ping),
    artifacts,
  };
};

function flowOf(running: Running, ping: Traffic, pods: readonly PodStatus[]): Flow {
  return {
    from: senderOf(String(fillTemplates(ping.from, running.lookup)), pods),
    to: targetAddress(running, ping),
    ...(ping.size !== undefined && { size: ping.size }),
    ...(ping.dontFragment && { df: 'do' }),
  };
}

/** What a journey without checks of its own asserts. */
function checksOf({ checks, ping }: ExperimentOf<'journey'>): readonly Check[] {
  if (checks.length > 0) return checks;
  return [
    defaultCheck(ping, 'ping'),
    {
      name: 'no packet takes another way than the predicted one',
      select: 'journeys',
      // What could not be foretold makes the whole inconclusive, and is not wrong.
      expect: { $every: { asPredicted: { $not: false } } },
    },
  ];
}

function packetRow(packet: ComparedPacket, start: bigint) {
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
