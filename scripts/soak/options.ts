// What `npm run soak -- …` understands. Pure.
import { parseArgs } from 'node:util';

export interface SoakOptions {
  readonly labs: readonly string[];
  /** Cycles of each lab. */
  readonly rebuilds: number;
  /** Every so many cycles the lab is taken down whole and stood up, in place of `rebuild`. */
  readonly afresh: number;
  readonly json: boolean;
  readonly help: boolean;
}

const MOST = 100_000;

export const USAGE = `usage: npm run soak [-- options]

Rebuilds labs again and again, verifies each after every rebuild, and compares what was observed with the first time;
then says what failed, and what grew: files, descriptors, processes, memory. It works in a state directory of its own.
docs/trust/soak.md has figures. Exit codes: 0 when nothing failed and nothing is left, 1 when something did.

  --labs a,b       default kindnet,flannel; they take turns side by side, one stack each
  --rebuilds N     of each lab (default 300: hours)
  --afresh N       every N-th rebuild is a down, a look for what is left, and an up (default 10)
  --json           every cycle, for programs
  -h, --help       this text
`;

/** A mistake of the caller's: the message says what is understood. */
export class SoakUsageError extends Error {
  override readonly name = 'SoakUsageError';
}

/** @param args without node and script. @throws SoakUsageError */
export function parseSoakOptions(args: readonly string[]): SoakOptions {
  const { labs, rebuilds, afresh, json, help } = parse(args);
  const names = [...new Set(labs.split(',').map((name) => name.trim()))].filter((name) => name !== '');
  if (names.length === 0) throw new SoakUsageError('--labs names no lab');
  return {
    labs: names,
    rebuilds: wholeNumber('rebuilds', rebuilds),
    afresh: wholeNumber('afresh', afresh),
    json,
    help,
  };
}

function wholeNumber(option: string, text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= MOST) return value;
  throw new SoakUsageError(`--${option} takes a number from 1 to ${MOST}, not "${text}"`);
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        labs: { type: 'string', default: 'kindnet,flannel' },
        rebuilds: { type: 'string', default: '300' },
        afresh: { type: 'string', default: '10' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    throw new SoakUsageError((error as Error).message.split('. ')[0] ?? '');
  }
}
