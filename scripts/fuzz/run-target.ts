// Tries a target many times: in batches with a seed each, so that one failure does not end it and can be had again alone.
import * as fc from 'fast-check';
import type { Target } from './target.ts';

/** Tried before anybody is told how far it is. A failure ends its batch. */
const BATCH = 250;
/** A batch with the looking for a smaller input that fails, ms. */
const SHRINK_MS = 60_000;

export interface RunOptions {
  readonly runs: number;
  readonly seed: number;
  /** One case of that seed. */
  readonly path?: string;
  /** What one case may take of the processor, ms. @default no limit */
  readonly limitMs?: number;
  readonly signal?: AbortSignal;
  readonly onBatch?: (tried: number) => void;
}

export interface Failure {
  readonly seed: number;
  readonly path: string;
  /** What was wrong with the smallest input that was found. */
  readonly message: string;
  readonly input: string;
}

export interface Outcome {
  readonly tried: number;
  /** What became of the inputs. */
  readonly classes: ReadonlyMap<string, number>;
  readonly failures: readonly Failure[];
  /** The slowest of all, and what it was. Of one that took longer than the limit at first: the best of five more times. */
  readonly slowestMs: number;
  readonly slowest: string;
  readonly meanMs: number;
  /** 999 of 1,000 take no longer. */
  readonly p999Ms: number;
}

/** Lets timers and signals through between batches. */
const breathe = () => new Promise<void>((resolve) => setImmediate(resolve));

export async function runTarget<T>(target: Target<T>, options: RunOptions): Promise<Outcome> {
  const { runs, path, limitMs = Number.POSITIVE_INFINITY } = options;
  const classes = new Map<string, number>();
  const times: number[] = [];
  const failures: Failure[] = [];
  let slowest = '';
  let slowestMs = 0;
  let seed = options.seed;
  /** Of the batch; its cases come first, and those that a failure is made smaller by afterwards. */
  let index = 0;
  const property = fc.property(target.source, (value) => {
    const own = index++;
    const { ms: first, result } = timed(() => target.hold(value));
    // The garbage collector or the compiler may have had its turn: what is slow by itself is slow every time.
    const ms = first > limitMs ? bestOf(5, () => target.hold(value)) : first;
    times.push(ms);
    classes.set(result, (classes.get(result) ?? 0) + 1);
    if (ms > slowestMs) [slowestMs, slowest] = [ms, target.show(value)];
    // No smaller one is looked for: that would take as long for each that is tried.
    if (ms > limitMs)
      failures.push({
        seed,
        path: path ?? `${own}`,
        message: `takes ${Math.round(ms)} ms, more than ${limitMs}`,
        input: target.show(value),
      });
  });
  while (times.length < runs && !options.signal?.aborted) {
    index = 0;
    const numRuns = path === undefined ? Math.min(BATCH, runs - times.length) : 1;
    const details = fc.check(property, {
      ...{ seed, numRuns, interruptAfterTimeLimit: SHRINK_MS },
      ...(path !== undefined && { path }),
    });
    if (details.failed) failures.push(failureOf(target, seed, details));
    if (path !== undefined) break;
    seed++;
    options.onBatch?.(Math.min(times.length, runs));
    await breathe();
  }
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return {
    ...{ tried: times.length, classes, failures, slowestMs, slowest },
    ...{ meanMs: times.reduce((sum, ms) => sum + ms, 0) / Math.max(1, times.length), p999Ms: at(0.999) },
  };
}

function failureOf<T>(target: Target<T>, seed: number, details: fc.RunDetails<[T]>): Failure {
  const { counterexample, counterexamplePath, errorInstance } = details;
  return {
    seed,
    path: counterexamplePath ?? '',
    message:
      errorInstance instanceof Error ? (errorInstance.stack ?? errorInstance.message) : String(errorInstance),
    input: counterexample ? target.show(counterexample[0]) : '',
  };
}

function bestOf(times: number, run: () => void): number {
  return Math.min(...Array.from({ length: times }, () => timed(run).ms));
}

/** Time of the processor, ms: on a machine that others use too, the clock would measure them. */
function timed<T>(run: () => T): { readonly ms: number; readonly result: T } {
  const began = process.threadCpuUsage();
  const result = run();
  const { user, system } = process.threadCpuUsage(began);
  return { ms: (user + system) / 1000, result };
}
