// What `npm run bench -- …` understands. Pure.
import { parseArgs } from 'node:util';
import { UsageError } from '../tool/usage-error.ts';
import { wholeNumber } from '../tool/whole-number.ts';

/** Groups of steps that make sense by themselves. */
export const PARTS = [
  'kindnet',
  'work',
  'pods',
  'memory',
  'journey',
  'decode',
  'faults',
  'commands',
  'course',
  'healthy',
] as const;
export type Part = (typeof PARTS)[number];
/** Takes minutes, and says nothing of time: only when it is asked for. */
const ASKED_FOR: readonly Part[] = ['healthy'];

export interface BenchOptions {
  readonly repeat: number;
  readonly parts: readonly Part[];
  readonly json: boolean;
  readonly help: boolean;
}

/** More rounds than this take hours. */
const MAX_REPEAT = 100;

export const USAGE = `usage: npm run bench [-- options]

Stands labs up and takes them down again, in state directories of its own, and compares the medians with the
goals. docs/benchmark.md says what each figure is. Quiet machines give better figures; the exit code does not
depend on them: 0 when everything could be measured, 1 when something could not.

  --repeat N     rounds (default 5); each measures everything once
  --only PART    kindnet  up, no-op up and destroy of lab kindnet, each against an empty lab
                 work     the work for a lab of 100 pods, against the same plugin calls in a bare loop
                 pods     a lab of 100 pods through the engine: memory of the provider, destroy
                 memory   what a lab takes while it stands, with 100 pods and without
                 journey  five echo requests across nodes as a journey, against a bare ping
                 decode   decoding and correlating the captures of eleven taps across nodes, no lab at all
                 faults   a diagnosis of every fault in every network: time, and whether it is right; one round
                 commands status, inspect and exec on a lab that stands, through the bin
                 course   30 instances of lab flannel: up, memory, reset of one; beside one up of the same lab
                 healthy  250 diagnoses of labs that are well, most of them varied at random: false alarms; one
                          round, and only when it is asked for
                 (may be given more than once)
  --json         the figures with every sample as JSON
  -h, --help     this text
`;

/** @param args without node and script. @throws UsageError */
export function parseOptions(args: readonly string[]): BenchOptions {
  const { repeat, only, json, help } = parse(args);
  const rounds = wholeNumber('repeat', repeat, 1, MAX_REPEAT);
  const unknown = only.find((part) => !PARTS.includes(part as Part));
  if (unknown !== undefined)
    throw new UsageError(`there is no part "${unknown}"; there are ${PARTS.join(', ')}`);
  const parts = PARTS.filter((part) => (only.length === 0 ? !ASKED_FOR.includes(part) : only.includes(part)));
  return { repeat: rounds, parts, json, help };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        repeat: { type: 'string', default: '5' },
        only: { type: 'string', multiple: true, default: [] },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0] ?? '');
  }
}
