// One lab of a size: the floor, the work without an engine, the command, and the time until the kernel has freed it.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { loadLab } from '../../infra/lab/load.ts';
import { measureFloor } from '../bench/floor.ts';
import type { LabWork } from '../bench/lab-work.ts';
import { armBarrier, settle } from '../bench/netns-barrier.ts';
import { type Place, removeLabs } from '../bench/private-place.ts';
import { availableMb, pidsBeside, pssMb } from '../bench/processes.ts';
import { cnilab, runNode, type Stop } from '../bench/run-command.ts';
import { type Shape, shapeId, shapeLab } from './shapes.ts';

/** Seconds and MB. */
export interface Measured {
  /** The plugin calls alone. */
  readonly floor: number;
  /** What the provider does, called directly; and of that sandbox and nodes, network, pods. */
  readonly work: number;
  readonly sandbox: number;
  readonly network: number;
  readonly pods: number;
  /** Memory of the lab: all of it, and the part that its processes have. */
  readonly memory: number;
  readonly pss: number;
  readonly up: number;
  readonly down: number;
  /** From the start of `down` until the kernel has freed the network namespaces. */
  readonly freed: number;
}

/** Where it is measured. */
export interface Bench {
  readonly place: Place;
  readonly stop: Stop;
}

/** @throws Error when a pod has no address, or the floor has made other calls than the lab */
export async function measureShape(shape: Shape, { place, stop }: Bench): Promise<Measured> {
  const file = path.join(place.directory, `${shapeId(shape)}.yaml`);
  await writeFile(file, shapeLab(shape));
  await settle();
  const floor = await measureFloor(await loadLab(file), place.handles, stop.soon);
  await settle();
  const before = await availableMb();
  const { stdout } = await runNode('scripts/bench/lab-work.ts', [file, place.handles], stop);
  const work = JSON.parse(stdout) as LabWork;
  const memory = before - (await availableMb());
  const pss = pssMb(pidsBeside(work.holder));
  await removeLabs(place);
  expectSame(shape, floor, work);
  await settle();
  return {
    floor: floor.seconds,
    ...{ work: work.sandbox + work.network + work.pods, memory, pss },
    ...{ sandbox: work.sandbox, network: work.network, pods: work.pods },
    ...(await upAndDown(file, place.stack(shapeId(shape)), stop)),
  };
}

/** Through the engine, as a user would. */
export async function upAndDown(file: string, stack: string, stop: Stop) {
  const up = await cnilab(['up', file, '--stack', stack], stop);
  const barrier = await armBarrier();
  const begun = performance.now();
  const down = await cnilab(['down', '--stack', stack], stop);
  await barrier.freed();
  return { up: up.seconds, down: down.seconds, freed: (performance.now() - begun) / 1000 };
}

function expectSame(
  { nodes, pods }: Shape,
  floor: { readonly calls: number; readonly addresses: number },
  work: LabWork,
): void {
  const all = nodes * pods;
  if (floor.addresses !== all || work.addresses !== all || floor.calls !== work.calls)
    throw new Error(
      `the floor made ${floor.calls} calls for ${floor.addresses} pods, the lab ${work.calls} for ${work.addresses}, of ${all}`,
    );
}
