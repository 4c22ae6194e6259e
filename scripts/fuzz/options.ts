// What `npm run fuzz -- …` understands. Pure.
import { parseArgs } from 'node:util';
import { UsageError } from '../tool/usage-error.ts';

/** What can be tried, and how often it is when nothing is said. */
export const CAMPAIGNS = {
  'lab-files': 100_000,
  cni: 20_000,
  'tool-outputs': 20_000,
  captures: 20_000,
  predictions: 500,
} as const;
export type Campaign = keyof typeof CAMPAIGNS;

export interface FuzzOptions {
  readonly campaign: Campaign;
  readonly runs: number;
  readonly seed: number;
  /** Of fast-check: leads straight to one case of that seed. */
  readonly path?: string;
  readonly lanes: number;
}

const MAX_RUNS = 10_000_000;
const MAX_LANES = 16;
/** fast-check takes 32 bits. */
const MAX_SEED = 2 ** 31 - 1;

export const USAGE = `usage: npm run fuzz -- <campaign> [options]

Tries what nobody would write. Whatever does not hold is printed with the seed that leads to it again. The exit code is
0 when everything held, 1 when something did not. docs/trust/fuzzing.md explains it.

  lab-files     mutated lab files: a valid lab or messages with their places, and never more than 100 ms
  cni           mutated conflists, cache entries and answers of plugins: parsed, or refused in our own words
  tool-outputs  mutated output of ip, bridge, tc, nft, iptables-save, lsns: the same
  captures      mutated pcap and pcapng: the same, whatever the lengths claim
  predictions   random labs with random changes on this kernel: every packet is seen where it was foretold

  --runs N      cases; of predictions: labs (default ${Object.entries(CAMPAIGNS)
    .map(([name, runs]) => `${name} ${runs}`)
    .join(', ')})
  --seed N      where the drawing begins (default: the time of day); the same seed draws the same
  --path P      one case of that seed, as it is printed with a failure
  --lanes N     of predictions: labs at a time (default 3)
  -h, --help    this text
`;

/**
 * @param args without node and script
 * @param now ms, for a seed when none is given
 * @returns undefined when help was asked for
 * @throws UsageError
 */
export function parseOptions(args: readonly string[], now: number): FuzzOptions | undefined {
  const { values, positionals } = parse(args);
  if (values.help) return undefined;
  const [campaign, ...rest] = positionals;
  const names = Object.keys(CAMPAIGNS).join(', ');
  if (campaign === undefined) throw new UsageError(`say what to try: ${names}`);
  if (!isCampaign(campaign)) throw new UsageError(`there is no campaign "${campaign}"; there are ${names}`);
  if (rest.length > 0) throw new UsageError(`one campaign at a time, not also "${rest.join(' ')}"`);
  const { path } = values;
  if (path !== undefined && !/^\d+(:\d+)*$/.test(path))
    throw new UsageError(`--path takes what was printed with a failure, such as 17:3:0, not "${path}"`);
  if (path !== undefined && values.seed === undefined)
    throw new UsageError('--path leads to a case of one seed: say --seed too');
  return {
    campaign,
    runs: number('--runs', values.runs ?? `${CAMPAIGNS[campaign]}`, 1, MAX_RUNS),
    seed: number('--seed', values.seed ?? `${Math.floor(now / 1000) % MAX_SEED}`, 0, MAX_SEED),
    ...(path !== undefined && { path }),
    lanes: number('--lanes', values.lanes ?? '3', 1, MAX_LANES),
  };
}

function isCampaign(word: string): word is Campaign {
  return Object.hasOwn(CAMPAIGNS, word);
}

function number(option: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most)
    throw new UsageError(`${option} takes a number from ${least} to ${most}, not "${text}"`);
  return value;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        runs: { type: 'string' },
        seed: { type: 'string' },
        path: { type: 'string' },
        lanes: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0] ?? '');
  }
}
