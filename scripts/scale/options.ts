// What `npm run scale -- …` understands. Pure.
import { parseArgs } from 'node:util';
import { UsageError } from '../tool/usage-error.ts';
import { wholeNumber } from '../tool/whole-number.ts';

export const PARTS = ['pods', 'nodes', 'taps', 'mininet'] as const;
export type Part = (typeof PARTS)[number];

export interface ScaleOptions {
  readonly repeat: number;
  readonly parts: readonly Part[];
  readonly charts: boolean;
  readonly json: boolean;
  readonly help: boolean;
}

const MAX_REPEAT = 20;

export const USAGE = `usage: npm run scale [-- options]

How time and memory grow with pods, nodes and taps, beside the same plugin calls in a bare loop, and beside Mininet where
it is installed. It works in state directories of its own. docs/scaling.md says what each figure is, and has figures.
The exit code does not depend on the goals: 0 when everything could be measured, 1 when something could not.

  --repeat N     rounds (default 3); each measures everything once
  --only PART    pods     10 nodes with 10, 20, 50 and 100 pods each
                 nodes    10, 50, 100 and 200 nodes with one pod each; 50 nodes with 10 pods each
                 taps     1, 10, 50 and 100 captures at once
                 mininet  100 hosts on a switch, up and down, beside Mininet's single,100
                 (may be given more than once)
  --charts       the growth as Mermaid charts, too
  --json         every sample
  -h, --help     this text
`;

/** @param args without node and script. @throws UsageError */
export function parseScaleOptions(args: readonly string[]): ScaleOptions {
  const { repeat, only, charts, json, help } = parse(args);
  const rounds = wholeNumber('repeat', repeat, 1, MAX_REPEAT);
  const unknown = only.find((part) => !PARTS.includes(part as Part));
  if (unknown !== undefined)
    throw new UsageError(`there is no part "${unknown}"; there are ${PARTS.join(', ')}`);
  const parts = PARTS.filter((part) => only.length === 0 || only.includes(part));
  return { repeat: rounds, parts, charts, json, help };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        repeat: { type: 'string', default: '3' },
        only: { type: 'string', multiple: true, default: [] },
        charts: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0] ?? '');
  }
}
