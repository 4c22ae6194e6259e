// What `npm run crash -- …` understands. Pure.
import { tmpdir } from 'node:os';
import { parseArgs } from 'node:util';
import { UsageError } from '../tool/usage-error.ts';
import { wholeNumber } from '../tool/whole-number.ts';
import { type Case, parseCase } from './cases.ts';

export interface CrashOptions {
  readonly runs: number;
  readonly seed: number;
  readonly lanes: number;
  readonly only: readonly Case[];
  /** Names of scenarios; undefined when none is asked for. */
  readonly scenarios: readonly string[] | undefined;
  /** Files whose outcomes are printed as a table, and nothing else is done. */
  readonly table: readonly string[];
  readonly log: string | undefined;
  readonly directory: string;
  readonly keep: boolean;
  readonly help: boolean;
}

export const USAGE = `usage: npm run crash [-- options]

Stands small labs up in directories of its own, kills one process at one moment of up, update, verify, rebuild or down,
recovers with up or down, and looks whether everything is as if nobody had been killed, with nothing left. docs/trust/crashes.md
says what is killed when. The exit code is 0 when every kill was survived.

  --runs N        kills (default 50)
  --seed N        which ones (default 1): the same seed kills the same, as far as time is the same
  --lanes N       labs at a time (default 2)
  --only CASE     this case once, as a failure names it (may be given more than once)
  --scenario X    a scenario instead, or all of them: --scenario all (may be given more than once)
  --directory D   where the labs keep their files (default: the directory for temporary files)
  --log FILE      one JSON object a case is appended
  --table FILE    prints the table of logged cases, and kills nobody (may be given more than once)
  --keep          keeps the files of what failed
  -h, --help      this text
`;

/** @param args without node and script. @throws UsageError */
export function parseOptions(args: readonly string[]): CrashOptions {
  const { runs, seed, lanes, only, scenario, table, log, directory, keep, help } = parse(args);
  return {
    runs: wholeNumber('runs', runs, 1, 1_000_000),
    seed: wholeNumber('seed', seed, 0, 2 ** 32 - 1),
    lanes: wholeNumber('lanes', lanes, 1, 64),
    only: only.map((name) => {
      const found = parseCase(name);
      if (!found) throw new UsageError(`"${name}" is no case: take it from the line of a failure`);
      return found;
    }),
    scenarios: scenario.length > 0 ? scenario : undefined,
    table,
    log,
    directory,
    keep,
    help,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        runs: { type: 'string', default: '50' },
        seed: { type: 'string', default: '1' },
        lanes: { type: 'string', default: '2' },
        only: { type: 'string', multiple: true, default: [] },
        scenario: { type: 'string', multiple: true, default: [] },
        table: { type: 'string', multiple: true, default: [] },
        log: { type: 'string' },
        directory: { type: 'string', default: tmpdir() },
        keep: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0] ?? '');
  }
}
