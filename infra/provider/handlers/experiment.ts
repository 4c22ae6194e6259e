// cnilab:index:Experiment: an observation with its verdict. It runs again when what it observed has changed.
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { ClusterHandle } from '../../backends/backend.ts';
import type { ExperimentRun } from '../../experiments/experiment-run.ts';
import type { ExperimentResult, Verdict } from '../../experiments/result.ts';
import { ledgerOf } from '../../faults/injected.ts';
import type { LabExperiment } from '../../lab/lab.ts';
import { labFile } from '../../lab/schema.ts';
import {
  readRecord,
  recordedLab,
  resultsDir,
  type StackRecord,
  updateRecord,
} from '../../state/stack-store.ts';
import { checkInputs } from '../check-inputs.ts';
import type { CallContext, Change, Handler } from '../handler.ts';
import { inOrder, type Ordered } from '../in-order.ts';
import { propertyDiff } from '../property-diff.ts';
import { handle, jsonOf } from '../schemas.ts';
import { Turns } from '../turns.ts';
import { whyNotPassed } from '../why-not-passed.ts';

export interface ExperimentInputs {
  readonly clusterHandle: ClusterHandle;
  /**
   * The experiment as JSON. Every value of an input goes through ten messages and log lines of an engine run, one by one;
   * a hundred of them each is what a no-op `up` would take its time for. The engine shows the difference of two texts
   * that are JSON as one of values.
   */
  readonly definition: string;
  /** Digest of what it looks at: cluster, network, pods. Another one: it has to be observed again. */
  readonly observes: string;
  /** Place in the lab file: experiments run in that order. */
  readonly order: number;
}

export interface ExperimentOutputs {
  readonly verdict: Verdict;
  /** Names of the checks that did not pass. */
  readonly notPassed: readonly string[];
  /** results.json of the stack, with everything that was observed. */
  readonly resultsFile: string;
  /** Another one after every run. */
  readonly generation: string;
}

const schema = z.strictObject({
  clusterHandle: handle,
  definition: jsonOf(labFile.shape.experiments.unwrap().element),
  observes: z.string().min(1),
  order: z.int().min(0),
});

/**
 * By stack. Traffic of one experiment must not show in another, and what one leaves (a warm neighbour entry) is part of
 * what the next one finds: so they run one after the other, always in the same order.
 */
const turns = new Map<string, Turns>();
/** By cluster: experiments of one share what they may. */
const runs = new Map<string, ExperimentRun>();

export const experimentHandler: Handler<ExperimentInputs, ExperimentOutputs> = {
  keptByUpdate: ['resultsFile'],

  async check(news, isNew, call) {
    const failures = checkInputs(schema, news);
    if (failures.length === 0) turnsOf(call).announce(call.urn, (news as ExperimentInputs).order, isNew);
    return failures;
  },

  async diff(state, news, call) {
    const changes = experimentChanges(state, news);
    if (changes.length === 0) turnsOf(call).settle(call.urn);
    return changes;
  },

  async create(news, call) {
    const id = `${news.clusterHandle.id}/${experimentOf(news).name}`;
    return { id, outs: await observe(news, call) };
  },

  async read({ clusterHandle, verdict, notPassed, resultsFile, generation }, call) {
    const backend = await call.backendOf(clusterHandle);
    return (await backend.isAlive(clusterHandle))
      ? { verdict, notPassed, resultsFile, generation }
      : undefined;
  },

  update: (_id, _state, news, call) => observe(news, call),

  async delete({ clusterHandle, definition: text }, call) {
    const { name } = experimentOf({ definition: text });
    const record = await readRecord(call.stack);
    if (record?.handle.id !== clusterHandle.id) return;
    const { removeResult } = await import('../../experiments/results-store.ts');
    await removeResult(resultsDir(call.stack), name);
    await updateRecord(call.stack, clusterHandle.id, ({ definition }) => ({
      definition: { ...definition, experiments: definition.experiments.filter((one) => one.name !== name) },
    }));
  },
};

/** The order alone is no reason to observe again; a verdict that failed the last run is. */
export function experimentChanges(
  state: ExperimentInputs & Pick<ExperimentOutputs, 'verdict'>,
  news: ExperimentInputs,
): readonly Change[] {
  const changes = [
    ...propertyDiff(state.clusterHandle, news.clusterHandle, ['clusterHandle']).map((change) => ({
      ...change,
      replace: true,
    })),
    ...propertyDiff(state.definition, news.definition, ['definition']),
    ...propertyDiff(state.observes, news.observes, ['observes']),
  ];
  if (changes.length > 0 || state.verdict === 'pass' || experimentOf(news).onFailure === 'record')
    return changes;
  return [
    { path: 'verdict', kind: 'update', reason: `it did not pass last time (${state.verdict}): runs again` },
  ];
}

/**
 * A verdict other than pass is a result like any other: the lab's Verdict fails the update when all have run. An
 * error here would make the engine stop before the experiments after this one.
 */
async function observe(news: ExperimentInputs, call: CallContext): Promise<ExperimentOutputs> {
  const ran = await turnsOf(call).run(call.urn, news.order, call.op.signal, () => run(news, call));
  const { result } = ran;
  const resultsFile = await keep(ran, call);
  const { verdict } = result;
  if (verdict !== 'pass') call.inform(whyNotPassed(result).split('\n', 1)[0] ?? verdict);
  const notPassed = result.checks.filter((check) => check.verdict !== 'pass').map(({ name }) => name);
  return { verdict, notPassed, resultsFile, generation: randomUUID() };
}

/** What `check` has found to be in order. */
function experimentOf({ definition }: Pick<ExperimentInputs, 'definition'>): LabExperiment {
  return JSON.parse(definition) as LabExperiment;
}

function turnsOf({ stack }: CallContext): Turns {
  const known = turns.get(stack) ?? new Turns();
  turns.set(stack, known);
  return known;
}

/** What runs them: a part of the provider that a run without experiments does not need. */
export function loadExperiments() {
  return Promise.all([
    import('../../experiments/experiment-run.ts'),
    import('../../experiments/results-store.ts'),
  ]);
}

/** Runs it on the lab as it stands. */
async function run(news: ExperimentInputs, call: CallContext) {
  const { clusterHandle, order } = news;
  const experiment = experimentOf(news);
  await updateRecord(call.stack, clusterHandle.id, ({ definition }) => {
    const entry: Ordered<LabExperiment> = { ...experiment, order };
    return { definition: { ...definition, experiments: inOrder(definition.experiments, entry) } };
  });
  const record = await readRecord(call.stack);
  if (record?.handle.id !== clusterHandle.id) {
    throw new Error(`the record of stack "${call.stack}" is gone from the state directory: run up again`);
  }
  const [{ createExperimentRun }] = await loadExperiments();
  runs.set(clusterHandle.id, runs.get(clusterHandle.id) ?? createExperimentRun());
  const result = await (runs.get(clusterHandle.id) as ExperimentRun)(experiment, {
    lab: recordedLab(record),
    cluster: (await call.backendOf(clusterHandle)).connect(clusterHandle),
    resultsDir: resultsDir(call.stack),
    faults: ledgerOf(record),
    ...call.op,
  });
  return { result, record };
}

/**
 * Writes the result before anything is said about it; the next one may run meanwhile.
 * @returns results.json
 */
async function keep(
  { result, record }: { readonly result: ExperimentResult; readonly record: StackRecord },
  call: CallContext,
): Promise<string> {
  const { lab, stack, backend, definition } = record;
  const [, store] = await loadExperiments();
  const directory = resultsDir(call.stack);
  const order = definition.experiments.map(({ name }) => name);
  await store.writeResult(directory, result, { lab, stack, backend, order });
  return store.resultsFile(directory);
}
