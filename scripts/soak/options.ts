// What `npm run soak -- …` understands. Pure.
import { parseArgs } from 'node:util';
import { UsageError } from '../tool/usage-error.ts';
import { wholeNumber } from '../tool/whole-number.ts';

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

/** @param args without node and script. @throws UsageError */
export function parseSoakOptions(args: readonly string[]): SoakOptions {
  const { labs, rebuilds, afresh, json, help } = parse(args);
  const names = [...new Set(labs.split(',').map((name) => name.trim()))].filter((name) => name !== '');
  if (names.length === 0) throw new UsageError('--labs names no lab');
  return {
    labs: names,
    rebuilds: wholeNumber('rebuilds', rebuilds, 1, MOST),
    afresh: wholeNumber('afresh', afresh, 1, MOST),
    json,
    help,
  };
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
    throw new UsageError((error as Error).message.split('. ')[0] ?? '');
  }
}
