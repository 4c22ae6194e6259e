// A line of the ledger: what one check came to in one run. The shape is checked where a line is read.
import { z } from 'zod';
import { shortLine } from '../../../infra/report/words.ts';
import { type Night, type NightCheck, type NightRun, ROUNDS } from '../night.ts';

/** Raised when a reader of the older form could misread the newer one. */
export const LEDGER_VERSION = 1;

const verdict = z.enum(['pass', 'fail', 'inconclusive']);

export const ledgerLineSchema = z.object({
  version: z.literal(LEDGER_VERSION),
  /** When its night began: the name of the night. */
  night: z.iso.datetime(),
  /** When its run began. */
  date: z.iso.datetime(),
  commit: z.string(),
  /** The checkout had changes that are in no commit. */
  dirty: z.boolean().default(false),
  machine: z.string(),
  lab: z.string(),
  backend: z.string(),
  repeat: z.int().min(1),
  /** Left out: the lab itself, whether it could be stood up, asked and taken down. */
  experiment: z.string().optional(),
  /** Left out: the experiment as a whole. */
  check: z.string().optional(),
  /** environment: the lab could not be run. Of the lab itself only. */
  verdict: z.enum([...verdict.options, 'environment']),
  /** What it was when `up` asked, and when `verify` did; absent where that was not reached. */
  up: verdict.optional(),
  verify: verdict.optional(),
  /** Of its experiment (the longer one), or of the whole run for the lab itself; ms. */
  durationMs: z.number().min(0),
  attempts: z.int().min(1).optional(),
  waitMs: z.number().min(0).optional(),
  /** Why it is no pass, in one line. */
  reason: z.string().optional(),
});

export type LedgerLine = z.infer<typeof ledgerLineSchema>;

const LONGEST_REASON = 300;

/** Of one run; none of a run that a person stopped, because what it would have come to nobody knows. */
export function ledgerLines(
  night: Pick<Night, 'night' | 'commit' | 'dirty' | 'machine'>,
  run: NightRun,
): readonly LedgerLine[] {
  if (run.state === 'stopped') return [];
  const { commit, dirty, machine } = night;
  const { lab, backend, repeat, startedAt } = run;
  const base = {
    version: LEDGER_VERSION,
    night: night.night,
    date: startedAt,
    ...{ commit, dirty, machine, lab, backend, repeat },
  } as const;
  const reason = run.reason ?? run.left;
  const stood: LedgerLine = {
    ...base,
    verdict: reason === undefined ? 'pass' : 'environment',
    durationMs: Math.round(run.durationMs),
    ...(reason !== undefined && { reason: shortLine(reason, LONGEST_REASON) }),
  };
  return [stood, ...run.checks.map((check) => ({ ...base, ...lineOf(check) }))];
}

function lineOf(one: NightCheck) {
  const { experiment, check, verdict, rounds, durationMs, attempts, waitMs } = one;
  const reason = ROUNDS.flatMap((round) =>
    rounds[round] === undefined || rounds[round].verdict === 'pass' ? [] : rounds[round].details.slice(0, 1),
  )[0];
  return {
    experiment,
    ...(check !== undefined && { check }),
    verdict,
    ...Object.fromEntries(Object.entries(rounds).map(([round, of]) => [round, of.verdict])),
    durationMs: Math.round(durationMs),
    ...(attempts !== undefined && { attempts }),
    ...(waitMs !== undefined && { waitMs }),
    ...(verdict !== 'pass' && reason !== undefined && { reason: shortLine(reason, LONGEST_REASON) }),
  };
}
