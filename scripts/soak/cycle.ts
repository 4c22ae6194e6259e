// One rebuild of a lab, and what came of it.
import { isDeepStrictEqual } from 'node:util';
import { readResults } from '../../infra/experiments/results-store.ts';
import { readRecord, resultsDir } from '../../infra/state/stack-store.ts';
import { cnilab, type Stop } from '../bench/run-command.ts';
import { leftOf, type Sample, takeSample } from './sample.ts';

export interface SoakLab {
  /** As `up` takes it. */
  readonly lab: string;
  readonly stack: string;
  /** The soak's own. */
  readonly directory: string;
  readonly stop: Stop;
}

export interface Cycle {
  readonly lab: string;
  readonly number: number;
  readonly how: 'rebuild' | 'afresh';
  readonly seconds: number;
  /** What was wrong, one entry each; empty when nothing was. */
  readonly problems: readonly string[];
  /** Absent when no lab stands. */
  readonly sample?: Sample;
}

/** Canonical form of each experiment, by name. */
type Observed = Readonly<Record<string, unknown>>;

/** What the first cycle observed: `verify` finds a kernel that has learned what `up` let it learn. */
export interface FirstTime {
  up?: Observed;
  verify?: Observed;
}

/**
 * Rebuilt by the command, its experiments run twice, by `up` and by `verify`.
 * @param first is filled by the cycle that comes first; all others are compared with it
 */
export async function runCycle(
  soak: SoakLab,
  { number, how }: Pick<Cycle, 'number' | 'how'>,
  first: FirstTime,
): Promise<Cycle> {
  const { lab, stack, stop } = soak;
  const begun = performance.now();
  const problems: string[] = [];
  const attempt = async (when: keyof FirstTime, args: readonly string[]) => {
    try {
      await cnilab([...args, '--stack', stack], stop);
      problems.push(...(await differences(stack, when, first)));
    } catch (error) {
      stop.soon.throwIfAborted();
      problems.push((error as Error).message);
    }
  };
  if (how === 'afresh') problems.push(...(await takeDown(soak)));
  await attempt('up', (await readRecord(stack)) ? ['rebuild'] : ['up', lab]);
  await attempt('verify', ['verify']);
  const record = await readRecord(stack);
  const sample = record && takeSample(record.handle, soak.directory);
  const seconds = (performance.now() - begun) / 1000;
  return { lab, number, how, seconds, problems, ...(sample && { sample }) };
}

/** @returns what is wrong: that it does not go, and whatever it leaves */
export async function takeDown({ stack, directory, stop }: SoakLab): Promise<readonly string[]> {
  const record = await readRecord(stack);
  if (!record) return [];
  try {
    await cnilab(['down', '--stack', stack], stop);
  } catch (error) {
    stop.soon.throwIfAborted();
    return [(error as Error).message];
  }
  return leftOf(stack, record.handle, directory).map((what) => `left by down: ${what}`);
}

/** One line for each experiment that observed something else than the first time. */
async function differences(
  stack: string,
  when: keyof FirstTime,
  first: FirstTime,
): Promise<readonly string[]> {
  const results = await readResults(resultsDir(stack));
  const now: Observed = Object.fromEntries(results.map(({ name, canonical }) => [name, canonical]));
  first[when] ??= now;
  const then = first[when];
  return Object.keys({ ...then, ...now })
    .filter((name) => !isDeepStrictEqual(then[name], now[name]))
    .map((name) => `${name}: ${when} observed something else than the first time`);
}
