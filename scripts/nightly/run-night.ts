// Every run of a night, one after the other; each is written down when it has ended, and each lab is taken down before the next.
import type { Writable } from 'node:stream';
import type { Candidate } from '../cli/backend-candidates.ts';
import { onStopRequests } from '../cli/engine/stop-requests.ts';
import { refuseForeignStack } from '../cli/fresh-lab.ts';
import { ledgerLines } from './ledger/line.ts';
import { appendToLedger } from './ledger/store.ts';
import type { Night, NightRun } from './night.ts';
import { runWord } from './night-words.ts';
import type { NightPlan } from './plan.ts';
import { type NightLab, nightStack, runRepeat } from './run-repeat.ts';
import { writeNight } from './write-night.ts';

export interface NightRequest {
  readonly facts: Pick<Night, 'night' | 'commit' | 'dirty' | 'machine' | 'unusable'>;
  readonly plan: NightPlan;
  /** By the names that the plan has. */
  readonly labs: ReadonlyMap<string, NightLab>;
  readonly backends: ReadonlyMap<string, Candidate>;
  /** Absolute path; is made. */
  readonly directory: string;
  /** Absolute path. @default none is kept */
  readonly ledger?: string;
  /** Gets the live lines. */
  readonly out: Writable;
}

/** @throws CliError before anything is touched, when a stack's name is taken by something that is not ours to take down */
export async function runNight(request: NightRequest): Promise<Night> {
  const { facts, plan, directory, ledger, out } = request;
  const abort = new AbortController();
  const ignore = onStopRequests(() => abort.abort());
  const runs: NightRun[] = [];
  const night = (): Night => {
    const { runs: planned, leftOut } = plan;
    return { ...facts, planned: planned.length, runs, leftOut, interrupted: abort.signal.aborted };
  };
  try {
    for (const { lab, candidate } of pairsOf(request))
      await refuseForeignStack(lab, nightStack(lab.lab.name, candidate.name));
    if (ledger !== undefined) await appendToLedger(ledger, []);
    await writeNight(directory, night());
    for (const [index, planned] of plan.runs.entries()) {
      if (abort.signal.aborted) break;
      const lab = request.labs.get(planned.lab) as NightLab;
      const candidate = request.backends.get(planned.backend) as Candidate;
      const run = await runRepeat(planned, lab, candidate, { directory, out, signal: abort.signal });
      runs.push(run);
      if (ledger !== undefined) await appendToLedger(ledger, ledgerLines(facts, run));
      await writeNight(directory, night());
      const { lab: name, backend, repeat, durationMs } = run;
      out.write(
        `[${index + 1}/${plan.runs.length}] ${name} on ${backend}, repeat ${repeat}: ${runWord(run)}, ${(durationMs / 1000).toFixed(1)} s\n\n`,
      );
    }
    // A request to stop may have come after the last run was written down.
    await writeNight(directory, night());
    return night();
  } finally {
    ignore();
  }
}

/** Each lab on each backend, once. */
function pairsOf({ plan, labs, backends }: NightRequest) {
  const pairs = new Map(plan.runs.map((run) => [JSON.stringify([run.lab, run.backend]), run]));
  return [...pairs.values()].map(({ lab, backend }) => {
    return { lab: labs.get(lab) as NightLab, candidate: backends.get(backend) as Candidate };
  });
}
