// The learning experiment: a ping, what bridges and hosts learned from it, and the packet behind each change.
import type { Matcher } from '../lab/schema.ts';
import { fillTemplates } from '../lab/template.ts';
import { captureTraffic } from './capture-traffic.ts';
import { tapByTap } from './captured.ts';
import { type Check, evaluateCheck } from './evaluate-check.ts';
import type { ExperimentOf, Observation, Runner, Running } from './experiment.ts';
import { forgetLearned } from './forget.ts';
import { founded } from './founded.ts';
import { unfounded } from './learning-doubts.ts';
import { learningObservation } from './learning-observation.ts';
import { chooseTaps, type PlannedTap } from './learning-taps.ts';
import { defaultCheck } from './ping.ts';
import type { Json } from './result.ts';
import { runPing, trafficMs } from './run-ping.ts';
import { cleanUp, runBefore } from './run-steps.ts';
import { toJson } from './to-json.ts';
import { watchLearning } from './watch-learning.ts';

export const learning: Runner<'learning'> = async (running, experiment) => {
  let untidy: string | undefined;
  let observation: Observation;
  try {
    const { cluster, signal } = running;
    const forgetful = experiment.forget.map((host) => cluster.host(host));
    await forgetLearned(forgetful, signal);
    await runBefore(running, experiment.before, 'ping');
    observation = await learn(running, experiment);
  } finally {
    untidy = await cleanUp(running, experiment.cleanup);
  }
  const doubts = [observation.doubt, untidy].filter((one) => one !== undefined);
  return { ...observation, ...(doubts.length > 0 && { doubt: doubts.join('; ') }) };
};

const learn: Runner<'learning'> = async (running, experiment) => {
  const { cluster, lookup } = running;
  const { ping, name, filter, patience } = experiment;
  const planned = experiment.taps ?? (await chooseTaps(running, ping));
  const taps = planned.map(({ name, at, dev }) => {
    return { name, host: cluster.host(at), dev: String(fillTemplates(dev, lookup)) };
  });
  const hosts = watchedHosts(running, experiment, planned);
  const waitFor = experiment.waitFor.map(
    (row) => fillTemplates(row, lookup) as Readonly<Record<string, Matcher>>,
  );
  const doing = { body: () => runPing(running, ping), waitFor, patienceMs: patience * 1000 };
  const captured = await captureTraffic(running, name, { taps, filter }, () =>
    watchLearning(
      running,
      hosts.map((host) => cluster.host(host)),
      doing,
    ),
  );
  const { doubts, artifacts, result } = captured;
  const seen = learningObservation(captured);
  const observed = toJson(seen);
  const checks: readonly Check[] =
    experiment.checks.length > 0 ? experiment.checks : [defaultCheck(ping, 'ping')];
  const judged = checks.map((check) => {
    const evaluated = evaluateCheck(check, observed, 'learning', lookup);
    return founded(
      evaluated,
      doubts.length > 0 ? doubts : unfounded(check, evaluated, { ...seen, hosts }, lookup),
    );
  });
  return {
    observed,
    comparable: toJson({ ...seen, packets: tapByTap(seen.packets), changes: seen.changes.map(undated) }),
    checks: [...judged, ...result.waited],
    ...(doubts.length > 0 && { doubt: doubts.join('; ') }),
    trafficMs: trafficMs(ping),
    artifacts,
  };
};

/** Where there is a tap, and the ends of the ping. */
function watchedHosts(
  { lookup }: Running,
  { ping }: ExperimentOf<'learning'>,
  planned: readonly PlannedTap[],
): readonly string[] {
  const ends = [ping.from, ping.to].map((end) => String(fillTemplates(end, lookup)));
  const known = ends.filter((end) => lookup(end, 'name') !== undefined);
  return [...new Set([...planned.map(({ at }) => at), ...known])].sort();
}

/** Whether an event was seen is luck, and so is what state an entry had passed to when it was read; the change is not. */
function undated(change: Json): Json {
  const { seenBy, text, ...rest } = change as Readonly<Record<string, Json>>;
  return rest;
}
