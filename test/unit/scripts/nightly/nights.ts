// Nights, runs and ledger lines, made up.
import type { LedgerLine } from '../../../../scripts/nightly/ledger/line.ts';
import type { Night, NightCheck, NightRun } from '../../../../scripts/nightly/night.ts';

export const check = (name: string, of: Partial<NightCheck> = {}): NightCheck => ({
  experiment: 'ping',
  check: name,
  verdict: 'pass',
  rounds: { up: { verdict: 'pass', details: [] }, verify: { verdict: 'pass', details: [] } },
  durationMs: 100,
  ...of,
});

/** Fails in both rounds, or in the one that is named. */
export const failing = (name: string, only?: 'up' | 'verify'): NightCheck => {
  const failed = { verdict: 'fail', details: ['expected 1, observed 2'], expected: 1, observed: 2 } as const;
  const passed = { verdict: 'pass', details: [], expected: 1, observed: 1 } as const;
  const rounds = { up: only === 'verify' ? passed : failed, verify: only === 'up' ? passed : failed };
  return check(name, { verdict: 'fail', rounds });
};

export const run = (checks: readonly NightCheck[], of: Partial<NightRun> = {}): NightRun => ({
  lab: 'small',
  backend: 'netns',
  repeat: 1,
  state: 'ran',
  startedAt: '2026-01-01T02:00:01.000Z',
  durationMs: 5000,
  checks,
  artifacts: [],
  ...of,
});

export const night = (runs: readonly NightRun[], of: Partial<Night> = {}): Night => ({
  night: '2026-01-01T02:00:00.000Z',
  commit: 'c0ffee',
  dirty: false,
  machine: 'here',
  planned: runs.length,
  runs,
  leftOut: [],
  unusable: [],
  interrupted: false,
  ...of,
});

export type Came = 'pass' | 'late' | 'fail' | 'inconclusive' | 'environment';

const ROUNDS = {
  pass: { verdict: 'pass', up: 'pass', verify: 'pass' },
  late: { verdict: 'fail', up: 'fail', verify: 'pass' },
  fail: { verdict: 'fail', up: 'fail', verify: 'fail' },
  inconclusive: { verdict: 'inconclusive', up: 'pass', verify: 'inconclusive' },
  environment: { verdict: 'environment' },
} as const;

/** @param day of January @param came one a repeat */
export const nightLines = (
  day: number,
  commit: string,
  came: readonly Came[],
  of: Partial<LedgerLine> = {},
): LedgerLine[] => {
  const name = `2026-01-${String(day).padStart(2, '0')}T02:00:00.000Z`;
  return came.map((one, index) => ({
    version: 1,
    night: name,
    date: name.replace('02:00:00', `02:0${index}:01`),
    commit,
    dirty: false,
    machine: 'here',
    lab: 'small',
    backend: 'netns',
    repeat: index + 1,
    experiment: 'ping',
    check: 'answered',
    durationMs: 100,
    ...ROUNDS[one],
    ...of,
  }));
};
