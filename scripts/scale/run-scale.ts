// Everything once a round, round after round, so that a machine that is busy for a while does not favour one size.

import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { removeLabs } from '../bench/private-place.ts';
import { cnilab } from '../bench/run-command.ts';
import { type Bench, type Measured, measureShape, upAndDown } from './measure-shape.ts';
import { measureTaps, type TapsMeasured } from './measure-taps.ts';
import { measureMininet, whyNoMininet } from './mininet.ts';
import type { Part, ScaleOptions } from './options.ts';
import { SHAPES, type Shape, shapeId, shapeLab, shapeName } from './shapes.ts';

/** What one round measured, by the name of the shape; what failed or was not asked for is not there. */
export interface ScaleRound {
  /** `up` of a lab without a node. */
  readonly empty?: number;
  readonly shapes: Readonly<Record<string, Measured>>;
  readonly taps: readonly TapsMeasured[];
  readonly mininet?: { readonly hosts: number; readonly mininet: number; readonly ours: number };
}

export interface Scaled {
  readonly rounds: readonly ScaleRound[];
  readonly problems: readonly string[];
}

/** @param tell what is measured now @throws DOMException when it was stopped */
export async function runScale(
  bench: Bench,
  { parts, repeat }: Pick<ScaleOptions, 'parts' | 'repeat'>,
  tell: (round: number, step: string) => void,
): Promise<Scaled> {
  const problems = new Set<string>();
  const attempt = async <T>(what: string, run: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await run();
    } catch (error) {
      bench.stop.soon.throwIfAborted();
      problems.add(`${what}: ${(error as Error).message}`);
      await removeLabs(bench.place);
      return undefined;
    }
  };
  const asked = (part: Part) => parts.includes(part);
  const shapes = [...(asked('pods') ? SHAPES.pods : []), ...(asked('nodes') ? SHAPES.nodes : [])];
  const rounds: ScaleRound[] = [];
  // Uncounted: code is compiled, and files are in memory.
  tell(0, 'warm-up');
  await attempt('warm-up', () => emptyUp(bench));
  for (let round = 1; round <= repeat; round++) {
    tell(round, 'empty lab');
    const empty = await attempt('empty lab', () => emptyUp(bench));
    const measured: Record<string, Measured> = {};
    for (const shape of shapes) {
      tell(round, shapeName(shape));
      const one = await attempt(shapeName(shape), () => measureShape(shape, bench));
      if (one) measured[shapeName(shape)] = one;
    }
    if (asked('taps')) tell(round, 'taps');
    const taps = asked('taps') ? await attempt('taps', () => measureTaps(bench)) : undefined;
    if (asked('mininet')) tell(round, 'Mininet');
    const mininet = asked('mininet') ? await attempt('Mininet', () => besideMininet(bench)) : undefined;
    rounds.push({
      ...(empty !== undefined && { empty }),
      ...(mininet && { mininet }),
      ...{ shapes: measured, taps: taps ?? [] },
    });
  }
  return { rounds, problems: [...problems] };
}

async function emptyUp({ place, stop }: Bench): Promise<number> {
  const file = path.join(place.directory, 'empty.yaml');
  await writeFile(
    file,
    'name: scale-empty\ncluster: { nodes: [] }\nnetwork: { type: kindnet, podCIDR: 10.244.0.0/16 }\n',
  );
  const stack = place.stack('empty');
  const { seconds } = await cnilab(['up', file, '--stack', stack], stop);
  await cnilab(['down', '--stack', stack], stop);
  return seconds;
}

/** @throws Error when there is no Mininet */
async function besideMininet({ place, stop }: Bench) {
  const why = whyNoMininet();
  if (why) throw new Error(why);
  const [shape] = SHAPES.mininet as [Shape];
  const file = path.join(place.directory, `${shapeId(shape)}.yaml`);
  await writeFile(file, shapeLab(shape));
  const mininet = await measureMininet(shape.pods, stop);
  const { up, down } = await upAndDown(file, place.stack(shapeId(shape)), stop);
  return { hosts: shape.pods, mininet, ours: up + down };
}
