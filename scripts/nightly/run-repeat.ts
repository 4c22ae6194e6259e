// One run of a night: a lab stood up from nothing, asked again, taken down; what it left, kept. Nothing is tried twice.
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { Verdict } from '../../infra/experiments/result.ts';
import type { Explanation } from '../../infra/parity/explanation.ts';
import { recordedLab } from '../../infra/state/stack-store.ts';
import type { Candidate } from '../cli/backend-candidates.ts';
import { checkStackName } from '../cli/choose-stack.ts';
import { EXIT } from '../cli/exit-codes.ts';
import { explainError } from '../cli/explain-error.ts';
import { type LabInFile, standAfresh, takeDownSurely } from '../cli/fresh-lab.ts';
import { labResults } from '../cli/lab-report.ts';
import { runExperiments } from '../cli/run-experiments.ts';
import { checksOf } from './checks-of.ts';
import { filesBelow, keepEngineLog, keepResults } from './keep-artifacts.ts';
import type { NightRun, Round, RoundResults } from './night.ts';
import type { PlannedRun } from './plan.ts';
import { writeRichReport } from './rich-report.ts';

export interface NightLab extends LabInFile {
  readonly explanations: readonly Explanation[];
}

export interface RunPlace {
  /** The night's: what is kept goes to <lab>/<backend>/<repeat> below it. */
  readonly directory: string;
  /** Gets the live lines; a copy is kept as log.txt. */
  readonly out: Writable;
  /** Aborts when a person asks to stop. */
  readonly signal: AbortSignal;
}

export function nightStack(lab: string, backend: string): string {
  return checkStackName(`nightly-${lab}-${backend}`);
}

const MARKS: Readonly<Record<Verdict, string>> = { pass: '✓', fail: '✗', inconclusive: '?' };

/** Whatever goes wrong is told in the run. @throws only where what there is cannot be written */
export async function runRepeat(
  planned: PlannedRun,
  lab: NightLab,
  candidate: Candidate,
  { directory: night, out, signal }: RunPlace,
): Promise<NightRun> {
  const { backend, repeat } = planned;
  const stack = nightStack(lab.lab.name, backend);
  const place = path.join(lab.lab.name, backend, String(repeat));
  const directory = path.join(night, place);
  await mkdir(directory, { recursive: true });
  const log = await openLog(path.join(directory, 'log.txt'), out);
  const startedAt = new Date().toISOString();
  const begun = performance.now();
  const results: { -readonly [K in keyof RoundResults]: RoundResults[K] } = {};
  let failure: Pick<NightRun, 'state' | 'reason'> = { state: 'ran' };
  let left: string | undefined;
  let report: string | undefined;
  /** The round that has begun, as long as its results are not kept. */
  let begunRound: Round | undefined = 'up';
  const soFar = () => ({
    ...planned,
    ...failure,
    startedAt,
    durationMs: Math.round(performance.now() - begun),
    checks: checksOf(lab.lab.experiments, backend, results, lab.explanations),
    artifacts: [],
  });
  try {
    const record = await standAfresh(lab, stack, candidate, log.stream);
    results.up = (await labResults(record)).experiments;
    await keepResults(stack, path.join(directory, 'up'));
    begunRound = undefined;
    signal.throwIfAborted();
    log.stream.write('Asked again:\n');
    results.verify = await runExperiments(record, recordedLab(record).experiments, {
      signal,
      started: () => {
        begunRound = 'verify';
      },
      ended: ({ name, verdict }) => void log.stream.write(`  ${MARKS[verdict]} experiment ${name}\n`),
    });
    await keepResults(stack, path.join(directory, 'verify'));
    begunRound = undefined;
    report = await writeRichReport({ directory, stack });
  } catch (error) {
    const { text, exitCode } = explainError(error);
    const stopped = exitCode === EXIT.interrupted || signal.aborted;
    failure = stopped ? { state: 'stopped' } : { state: 'failed', reason: text };
    if (begunRound) await keepResults(stack, path.join(directory, begunRound));
  } finally {
    try {
      await keepEngineLog(stack, directory);
    } finally {
      left = await takeDownSurely(stack, log.stream);
      await log.close();
    }
  }
  return {
    ...soFar(),
    ...(left !== undefined && { left }),
    artifacts: (await filesBelow(directory)).map((file) => path.posix.join(place, file)),
    ...(report !== undefined && { report: path.posix.join(place, report) }),
  };
}

/** A stream that writes to both. Closing it leaves `out` open. A log that cannot be written is no reason to leave a lab up. */
async function openLog(file: string, out: Writable) {
  const kept = createWriteStream(file);
  kept.on('error', () => {});
  const stream = new Writable({
    decodeStrings: false,
    write(chunk, encoding, done) {
      out.write(chunk, encoding);
      kept.write(chunk, encoding, () => done());
    },
  });
  const close = async () => {
    stream.end();
    await finished(stream);
    kept.end();
    await finished(kept).catch(() => {});
  };
  return { stream, close };
}
