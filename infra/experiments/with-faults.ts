// An experiment on a broken lab: the faults it names are in the lab while it runs, and gone when it has ended.
import { injectFault } from '../faults/apply.ts';
import { FAULTS } from '../faults/catalogue.ts';
import { type FaultPlan, planFault } from '../faults/fault.ts';
import type { FaultLedger, Injected } from '../faults/injected.ts';
import { withMadePods } from '../faults/made-pods.ts';
import { sceneOf } from '../faults/scene.ts';
import type { LabExperiment } from '../lab/lab.ts';
import type { LabSnapshot } from '../observe/snapshot.ts';
import { bootId, processStart } from '../util/process-identity.ts';
import { ExperimentError, type Observation, type RunContext } from './experiment.ts';
import { undoFaults } from './undo-faults.ts';

/** For the commands that bring one fault in, ms. */
const LIMIT_MS = 60_000;

/**
 * @param lab as it stands before the first fault
 * @returns what was observed with the faults in, and what they were
 * @throws ExperimentError when a fault cannot be brought in; then none is in. What `observe` throws, with the lab repaired
 */
export async function withFaults(
  context: RunContext,
  experiment: LabExperiment,
  lab: LabSnapshot,
  observe: () => Promise<Observation>,
): Promise<Observation> {
  const { cluster, signal, faults: ledger = forgetful() } = context;
  const plans = await plansFor(experiment, withMadePods(lab, context.lab), ledger);
  const since = new Date().toISOString();
  const by = { experiment: experiment.name, ...thisProcess() };
  const injected = plans.map(({ name, plan: { repair, culprit } }) => ({ name, since, by, repair, culprit }));
  // Before anything is done: whatever ends this process, the faults can be undone.
  await ledger.write([...(await ledger.read()), ...injected]);
  const broken = async () => {
    for (const { name, plan } of plans) {
      const inTime = AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]);
      await injectFault(cluster, plan, inTime).catch((cause: Error) => {
        throw new ExperimentError(`fault "${name}" could not be brought in: ${cause.message}`, { cause });
      });
    }
    return observe();
  };
  const [tried] = await Promise.allSettled([broken()]);
  const troubles = await undoFaults(context, ledger, injected);
  if (tried.status === 'rejected') {
    if (troubles.length === 0) throw tried.reason;
    throw new ExperimentError([(tried.reason as Error).message, ...troubles].join('; '), {
      cause: tried.reason,
    });
  }
  const observation = tried.value;
  const doubt = [observation.doubt, ...troubles].filter((text) => text !== undefined).join('; ');
  return {
    ...observation,
    ...(doubt !== '' && { doubt }),
    faults: injected.map(({ name, culprit: { host, row } }) => ({ name, host, row })),
  };
}

async function plansFor(
  experiment: LabExperiment,
  lab: LabSnapshot,
  ledger: FaultLedger,
): Promise<readonly { readonly name: string; readonly plan: FaultPlan }[]> {
  const { fault = [] } = experiment;
  const names: readonly string[] = typeof fault === 'string' ? [fault] : fault;
  const there = (await ledger.read()).find(({ name }) => names.includes(name));
  if (there) {
    throw new ExperimentError(
      `fault "${there.name}" is in the lab already: npm run -s lab -- fault repair undoes it`,
    );
  }
  const scene = sceneOf(lab);
  return names.map((name) => {
    const fault = FAULTS.find((one) => one.name === name);
    const plan = scene && fault && planFault(fault, scene);
    if (plan) return { name, plan };
    throw new ExperimentError(
      `the lab, as it stands, has nothing that could break by fault "${name}": npm run -s lab -- fault shows which it can have`,
    );
  });
}

function thisProcess() {
  const start = processStart(process.pid);
  return { pid: process.pid, ...(start !== undefined && { start }), boot: bootId() };
}

/** For a cluster that no stack has on record. */
function forgetful(): FaultLedger {
  let list: readonly Injected[] = [];
  return {
    read: async () => list,
    write: async (faults) => {
      list = faults;
    },
  };
}
