// What `npm run nightly -- …` understands. Pure.
import { parseArgs } from 'node:util';

export interface NightOptions {
  /** Labs as they were named. @default all of labs/ */
  readonly labs?: readonly string[];
  /** Names of backends with commas between them. @default every one that this machine can use */
  readonly backend?: string;
  readonly repeats: number;
  /** Directory of the artifacts. @default nightly/<date> */
  readonly out?: string;
  /** Ledger files; one where a night is run, any number where history is asked for. */
  readonly ledger: readonly string[];
  /** What this machine is called in the ledger. @default its host name */
  readonly machine?: string;
  /** `<backend>.<key>=<value>` */
  readonly set: readonly string[];
  /** Nothing is run: a report from the ledgers. */
  readonly history: boolean;
  /** Of each check, so many nights count for its history. */
  readonly nights: number;
  readonly json: boolean;
  readonly help: boolean;
}

/** More than this take longer than a night. */
const MAX_REPEATS = 100;
const NIGHTS = 14;

export const USAGE = `usage: npm run nightly [-- options]

Stands labs up on backends from nothing, several times, asks their experiments again, and takes them down. Nothing is
tried twice: what fails once has failed. docs/nightly.md explains the artifacts, the ledger and every word of the history.

  --labs A,B          names in labs/, lab files or their directories (default: all of labs/)
  --backend A,B       backends (default: every one that this machine can use; existing only by name)
  --set B.KEY=VALUE   a setting of backend B; may be given more than once
  --repeats N         how often each lab is run on each backend (default 3)
  --out DIR           where artifacts go; new or empty (default nightly/<date>)
  --ledger FILE       a line for each verdict is added to this file
  --machine NAME      what this machine is called in the ledger (default: its host name)
  --history           run nothing: say what the ledgers know of every check; --ledger may be given more than once
  --nights N          of each check, the last N nights count for its history (default ${NIGHTS})
  --json              summary.json (or the history) on standard output
  -h, --help          this text

  npm run nightly -- --labs kindnet --backend netns --repeats 2
  npm run nightly -- --ledger nights.jsonl
  npm run -s nightly -- --ledger nights.jsonl --history

exit code: 0 everything passes, 1 a check failed, 2 the command line or a lab file is wrong, 3 a lab could not be run or
taken down, 4 nothing worse than inconclusive, 130 stopped. --history ends with 0 whatever it says.
`;

/** A mistake of the caller's. */
export class NightUsageError extends Error {
  override readonly name = 'NightUsageError';
}

/** @param args without node and script. @throws NightUsageError */
export function parseNightOptions(args: readonly string[]): NightOptions {
  const { labs, backend, repeats, out, ledger, machine, set, history, nights, json, help } = parse(args);
  if (history && ledger.length === 0 && !help)
    throw new NightUsageError('--history needs to know of which nights: --ledger FILE');
  if (!history && ledger.length > 1)
    throw new NightUsageError('a night is written into one ledger; only --history reads several');
  const told = Object.entries({ backend, out, machine }).filter(([, value]) => value !== undefined);
  const empty = [...told, ...ledger.map((file) => ['ledger', file])].find(
    ([, value]) => value?.trim() === '',
  );
  if (empty) throw new NightUsageError(`--${empty[0]} has no value`);
  return {
    ...(labs !== undefined && { labs: namesIn(labs) }),
    ...Object.fromEntries(told),
    ledger,
    set,
    repeats: numberIn('repeats', repeats, MAX_REPEATS),
    nights: numberIn('nights', nights, Number.MAX_SAFE_INTEGER),
    history,
    json,
    help,
  };
}

function namesIn(labs: string): readonly string[] {
  const names = [...new Set(labs.split(',').map((name) => name.trim()))].filter((name) => name !== '');
  if (names.length === 0) throw new NightUsageError('--labs names no lab');
  return names;
}

function numberIn(option: string, text: string, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= most) return value;
  const range = most === Number.MAX_SAFE_INTEGER ? 'from 1 on' : `from 1 to ${most}`;
  throw new NightUsageError(`--${option} takes a number ${range}, not "${text}"`);
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        labs: { type: 'string' },
        backend: { type: 'string' },
        repeats: { type: 'string', default: '3' },
        out: { type: 'string' },
        ledger: { type: 'string', multiple: true, default: [] },
        machine: { type: 'string' },
        set: { type: 'string', multiple: true, default: [] },
        history: { type: 'boolean', default: false },
        nights: { type: 'string', default: String(NIGHTS) },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    throw new NightUsageError((error as Error).message.split('. ')[0] ?? '');
  }
}
