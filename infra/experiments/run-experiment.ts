// Runs one experiment of a lab, whatever its kind, and always comes back with a result.
import { pickNetwork } from '../cni/config-dir.ts';
import type { LabExperiment } from '../lab/lab.ts';
import { canonicalise } from '../observe/canonical.ts';
import { observeLab } from '../observe/observe-lab.ts';
import type { LabSnapshot } from '../observe/snapshot.ts';
import { capture } from './capture.ts';
import { exec } from './exec.ts';
import type { Kind, Observation, RunContext, Runner, Running } from './experiment.ts';
import { inspect } from './inspect.ts';
import { learning } from './learning.ts';
import { liveFacts } from './live-facts.ts';
import { mesh } from './mesh.ts';
import { ping } from './ping.ts';
import type { ExperimentResult, Json } from './result.ts';
import { undoLeftFaults } from './undo-faults.ts';
import { worst } from './verdict.ts';

const RUNNERS: { readonly [K in Kind]: Runner<K> } = {
  inspect,
  ping,
  mesh,
  capture,
  learning,
  exec,
  // These foretell with the model of the kernel, which few labs need and which takes its time to load.
  journey: async (...call) => (await import('./journey.ts')).journey(...call),
  diagnose: async (...call) => (await import('./diagnose.ts')).diagnose(...call),
};

/**
 * Runs an experiment and judges it. What goes wrong in running it (a tool missing, a tap lost, a pod gone) makes the
 * verdict inconclusive, with the reason.
 * @throws the signal's reason when it aborts; nothing else
 */
export async function runExperiment(
  context: RunContext,
  experiment: LabExperiment,
): Promise<ExperimentResult> {
  context.signal.throwIfAborted();
  context.progress?.(`experiment ${experiment.name}`);
  const started = new Date();
  const begun = performance.now();
  const faulty = experiment.fault !== undefined;
  // Beside the experiment, not after it: pings mostly wait. With faults the picture is of the lab before them.
  const picture = experiment.kind === 'inspect' || faulty ? undefined : symbolsPicture(context);
  const { before, observation } = faulty
    ? await observeBroken(context, experiment)
    : { before: undefined, observation: await observe(context, experiment) };
  const { doubt, observed, checks, faults, trafficMs = 0, artifacts = [] } = observation;
  const canonical =
    observation.canonical ?? canonicalForm(observation.comparable ?? observed, before ?? (await picture));
  context.signal.throwIfAborted();
  const durationMs = Math.round((performance.now() - begun) * 1000) / 1000;
  const { name, kind, title } = experiment;
  return {
    name,
    kind,
    ...(title !== undefined && { title }),
    verdict: worst([
      ...checks.map((check) => check.verdict),
      ...(doubt === undefined ? [] : ['inconclusive' as const]),
    ]),
    ...(doubt !== undefined && { reason: doubt }),
    ...(faults !== undefined && { faults }),
    checks,
    observed,
    canonical,
    startedAt: started.toISOString(),
    durationMs,
    trafficMs,
    artifacts,
  };
}

/** The lab as it stands, to know what its random names stand for; an experiment is as good without. */
async function symbolsPicture({
  cluster,
  lab,
  signal,
  snapshot,
}: RunContext): Promise<LabSnapshot | undefined> {
  return snapshot ?? observeLab(cluster, lab, { signal, pickNetwork }).catch(() => undefined);
}

/**
 * What a command printed as a JSON list, in one order: the kernel lists links and FDB entries as they came to be, and
 * which of two pods was wired first is chance. After the names have become symbols, or it would be theirs.
 */
function listsInOrder(value: Json): Json {
  if (Array.isArray(value)) return value.map(listsInOrder);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, member]): [string, Json] => {
    const list = key === 'json' && Array.isArray(member) ? (member as readonly Json[]) : undefined;
    if (list) return [key, list.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))];
    return [key, listsInOrder(member)];
  });
  return Object.fromEntries(entries);
}

/** Null when there is no picture of the lab to name things by. */
function canonicalForm(observed: Json, snapshot: LabSnapshot | undefined): Json {
  return snapshot === undefined ? null : listsInOrder(canonicalise(observed, snapshot));
}

async function observe(context: RunContext, experiment: LabExperiment): Promise<Observation> {
  const { cluster, lab, signal } = context;
  return tried(async () => {
    await undoLeftFaults(context);
    const lookup = await liveFacts(cluster, lab, experiment, signal);
    return dispatch({ ...context, lookup }, experiment);
  });
}

/** With the experiment's faults in. Templates stand for what was there before them. */
async function observeBroken(context: RunContext, experiment: LabExperiment) {
  const { cluster, lab, signal } = context;
  // What others have looked at is not what this one finds.
  const { snapshot: _, ...own } = context;
  let before: LabSnapshot | undefined;
  const observation = await tried(async () => {
    await undoLeftFaults(context);
    const [{ withFaults }, lookup, picture] = await Promise.all([
      import('./with-faults.ts'),
      liveFacts(cluster, lab, experiment, signal),
      observeLab(cluster, lab, { signal, pickNetwork }),
    ]);
    before = picture;
    return withFaults(own, experiment, picture, () => dispatch({ ...own, lookup }, experiment));
  });
  return { before, observation };
}

/** What goes wrong in running it makes it inconclusive. */
async function tried(run: () => Promise<Observation>): Promise<Observation> {
  try {
    return await run();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { observed: null, checks: [], doubt: reason };
  }
}

function dispatch<E extends LabExperiment>(running: Running, experiment: E): Promise<Observation> {
  // Each kind's runner takes that kind's experiments: the registry's type says so, the compiler cannot follow it here.
  const run = RUNNERS[experiment.kind] as unknown as (
    running: Running,
    experiment: E,
  ) => Promise<Observation>;
  return run(running, experiment);
}
