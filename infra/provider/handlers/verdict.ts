// cnilab:index:Verdict: fails the update when an experiment did not pass, after all of them have run.
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { ClusterHandle } from '../../backends/backend.ts';
import type { Verdict } from '../../experiments/result.ts';
import type { LabExperiment } from '../../lab/lab.ts';
import { readRecord, resultsDir, updateRecord } from '../../state/stack-store.ts';
import { checkInputs } from '../check-inputs.ts';
import type { CallContext, Handler } from '../handler.ts';
import { inOrderOf } from '../in-order.ts';
import { PartialFailure } from '../partial-failure.ts';
import { propertyDiff, sameData } from '../property-diff.ts';
import { handle, label, named } from '../schemas.ts';
import { whyNotPassed } from '../why-not-passed.ts';

export interface VerdictInputs {
  readonly clusterHandle: ClusterHandle;
  readonly experiments: readonly {
    readonly name: string;
    readonly onFailure: LabExperiment['onFailure'];
    readonly verdict: Verdict;
    /** Another one after every run. */
    readonly generation: string;
  }[];
}

const schema = z.strictObject({
  clusterHandle: handle,
  experiments: named(
    z.strictObject({
      name: label,
      onFailure: z.enum(['fail', 'record']),
      verdict: z.enum(['pass', 'fail', 'inconclusive']),
      generation: z.string(),
    }),
  ),
});

/**
 * A failed step makes the engine stop. The program stores the stack's outputs at the moment when the last experiment
 * is done, which is when this is asked for too: give it time to be first, ms.
 */
const OUTPUTS_FIRST_MS = 250;

export const verdictHandler: Handler<VerdictInputs, object> = {
  keptByUpdate: [],
  check: async (news) => checkInputs(schema, news),

  async diff(state, news) {
    const anew = propertyDiff(state.clusterHandle, news.clusterHandle, ['clusterHandle']);
    return [
      ...anew.map((change) => ({ ...change, replace: true })),
      ...propertyDiff(state.experiments, news.experiments, ['experiments']),
    ];
  },

  async create(news, call) {
    const id = `${news.clusterHandle.id}/verdict`;
    await judge(id, news, call);
    return { id, outs: {} };
  },

  async read({ clusterHandle }, call) {
    const backend = await call.backendOf(clusterHandle);
    return (await backend.isAlive(clusterHandle)) ? {} : undefined;
  },

  async update(id, _state, news, call) {
    await judge(id, news, call);
    return {};
  },

  async delete() {},
};

/** Experiments that stay are not run again only because another came before them: their record follows the lab file here. */
async function recordOrder({ clusterHandle, experiments }: VerdictInputs, stack: string): Promise<void> {
  const record = await readRecord(stack);
  if (record?.handle.id !== clusterHandle.id) return;
  const order = experiments.map(({ name }) => name);
  const wanted = inOrderOf(record.definition.experiments, order);
  if (sameData(record.definition.experiments, wanted)) return;
  await updateRecord(stack, clusterHandle.id, ({ definition }) => ({
    definition: { ...definition, experiments: inOrderOf(definition.experiments, order) },
  }));
  const { writeLabResults } = await import('../../experiments/results-store.ts');
  const { lab, backend } = record;
  await writeLabResults(resultsDir(stack), { lab, stack, backend, order });
}

/** @throws PartialFailure listing the checks that failed, unless the lab says that they are only to be recorded */
async function judge(id: string, inputs: VerdictInputs, call: CallContext): Promise<void> {
  const { experiments } = inputs;
  await recordOrder(inputs, call.stack);
  const bad = experiments.filter(({ verdict, onFailure }) => verdict !== 'pass' && onFailure === 'fail');
  if (bad.length === 0) return;
  const { readResults, resultsFile } = await import('../../experiments/results-store.ts');
  const results = await readResults(resultsDir(call.stack));
  const lines = bad.map(({ name, verdict }) => {
    const result = results.find((one) => one.name === name);
    return result ? whyNotPassed(result) : `experiment ${name}: ${verdict}`;
  });
  lines.push(`everything observed: ${resultsFile(resultsDir(call.stack))}`);
  await delay(OUTPUTS_FIRST_MS);
  throw new PartialFailure(id, {}, lines.join('\n'));
}
