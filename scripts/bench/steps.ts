// One step of a round: labs stood up and taken down, and what that took.
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterHandle } from '../../infra/backends/backend.ts';
import { LabFiles } from '../../infra/backends/netns/lab-files.ts';
import { readResults } from '../../infra/experiments/results-store.ts';
import { loadLab } from '../../infra/lab/load.ts';
import { readRecord, resultsDir } from '../../infra/state/stack-store.ts';
import type { BenchLab } from './bench-labs.ts';
import type { DecodeWork } from './decode-work.ts';
import { PODS, type Round } from './figures.ts';
import { measureFloor } from './floor.ts';
import type { LabWork } from './lab-work.ts';
import { armBarrier, settle } from './netns-barrier.ts';
import { type Place, removeLabs } from './private-place.ts';
import { argvOf, availableMb, pidsBeside, pidsWithEnv, pssMb } from './processes.ts';
import { watchProvider } from './provider-watch.ts';
import { cnilab, runNode, type Stop } from './run-command.ts';

export interface StepContext {
  readonly place: Place;
  readonly labs: Readonly<Record<BenchLab, string>>;
  readonly stop: Stop;
}

/** Plugin calls for one pod: loopback, ptp, portmap (host-local is ptp's own child). */
const CALLS_PER_POD = 3;
/** Time for processes that are ending to be gone, ms. */
const GRACE_MS = 1000;

/** The same program and provider with nothing to do. */
export async function emptyStep({ labs, place, stop }: StepContext): Promise<Round> {
  const stack = place.stack('empty');
  const up = await cnilab(['up', labs.empty, '--stack', stack], stop);
  const noop = await cnilab(['up', labs.empty, '--stack', stack], stop);
  const destroy = await cnilab(['down', '--stack', stack], stop);
  return { emptyUp: up.seconds, emptyNoop: noop.seconds, emptyDestroy: destroy.seconds };
}

/** The lab kindnet, experiments included. */
export async function kindnetStep({ place, stop }: StepContext): Promise<Round> {
  const stack = place.stack('kindnet');
  const up = await cnilab(['up', 'kindnet', '--stack', stack], stop);
  const results = await readResults(resultsDir(stack));
  const traffic = results.reduce((sum, { trafficMs }) => sum + trafficMs, 0) / 1000;
  const handle = await handleOf(stack);
  const calls = countCalls(handle);
  const noop = await cnilab(['up', 'kindnet', '--stack', stack], stop);
  if ((await handleOf(stack)).id !== handle.id) throw new Error('the no-op up made the lab anew');
  const noopCalls = countCalls(handle) - calls;
  const destroy = await cnilab(['down', '--stack', stack], stop);
  return {
    kindnetUp: up.seconds,
    kindnetTraffic: traffic,
    kindnetNoop: noop.seconds,
    noopCalls,
    kindnetDestroy: destroy.seconds,
  };
}

/** What the provider does for the large lab, without provider and engine. */
export async function workStep(context: StepContext): Promise<Round> {
  const { sandbox, network, pods, addresses, calls } = await labWork('pods', context);
  await removeLabs(context.place);
  expectPods('the lab work', addresses, calls);
  return {
    work: sandbox + network + pods,
    workSandbox: sandbox,
    workNetwork: network,
    workPods: pods,
  };
}

export async function floorStep({ labs, place, stop }: StepContext): Promise<Round> {
  const { seconds, calls, addresses } = await measureFloor(
    await loadLab(labs.pods),
    place.handles,
    stop.soon,
  );
  expectPods('the floor', addresses, calls);
  return { floor: seconds };
}

/** The large lab through the engine, and the time until nothing of it is left. */
export async function podsStep({ labs, place, stop }: StepContext): Promise<Round> {
  const stack = place.stack('pods');
  const watch = watchProvider(place.mark);
  const up = await cnilab(['up', labs.pods, '--stack', stack], stop).finally(() => watch.stop());
  const providerPeak = watch.stop();
  if (providerPeak === undefined) throw new Error('the provider was not found among the processes');
  const left = await leftBehind(place.mark);
  const barrier = await armBarrier();
  const begun = performance.now();
  const destroy = await cnilab(['down', '--stack', stack], stop);
  await barrier.freed();
  const podsFreed = (performance.now() - begun) / 1000;
  return {
    podsUp: up.seconds,
    providerPeak,
    left: left.length,
    podsDestroy: destroy.seconds,
    podsFreed,
  };
}

/** Memory that a lab takes while it stands: two nodes without pods, then with them. */
export async function memoryStep(context: StepContext): Promise<Round> {
  const bare = await memoryOf('bare', context);
  const pods = await memoryOf('pods', context);
  return { bareMemory: bare.all, barePss: bare.pss, podsMemory: pods.all, podsPss: pods.pss };
}

async function memoryOf(lab: BenchLab, context: StepContext) {
  await settle();
  const before = await availableMb();
  const { holder } = await labWork(lab, context);
  const all = before - (await availableMb());
  const pss = pssMb(pidsBeside(holder));
  await removeLabs(context.place);
  return { all, pss };
}

/** Captures on disk, read, decoded and correlated in a process of its own. */
export async function decodeStep({ place, stop }: StepContext): Promise<Round> {
  const { stdout } = await runNode('scripts/bench/decode-work.ts', [place.directory], stop);
  const { records, cpuSeconds, peakMb } = JSON.parse(stdout) as DecodeWork;
  return { decoded: records / cpuSeconds, decodeMemory: peakMb };
}

async function labWork(lab: BenchLab, { labs, place, stop }: StepContext): Promise<LabWork> {
  const { stdout } = await runNode('scripts/bench/lab-work.ts', [labs[lab], place.handles], stop);
  return JSON.parse(stdout) as LabWork;
}

async function handleOf(stack: string): Promise<ClusterHandle> {
  const record = await readRecord(stack);
  if (!record) throw new Error(`nothing is on record for stack ${stack}`);
  return record.handle;
}

function countCalls(handle: ClusterHandle): number {
  return new LabFiles(handle).calls().length;
}

/** Command lines of what was started with us in its environment and still runs. */
async function leftBehind(mark: string): Promise<readonly string[]> {
  const deadline = Date.now() + GRACE_MS;
  while (pidsWithEnv(mark).length > 0 && Date.now() < deadline) await sleep(20);
  return pidsWithEnv(mark).map((pid) => argvOf(pid).join(' '));
}

/** A comparison of unequal work would say nothing. */
function expectPods(who: string, addresses: number, calls: number): void {
  if (addresses !== PODS || calls !== PODS * CALLS_PER_POD) {
    throw new Error(
      `${who} gave ${addresses} pods an address with ${calls} plugin calls instead of ${PODS} with ${PODS * CALLS_PER_POD}`,
    );
  }
}
