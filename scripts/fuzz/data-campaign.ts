// The campaigns that only read data: each target is tried so often, and what came of it is told.
import { StatusLine } from '../cli/status-line.ts';
import type { FuzzOptions } from './options.ts';
import { type Outcome, runTarget } from './run-target.ts';
import type { Target } from './target.ts';

/** Characters of an input that are shown: the seed leads to all of it. */
const SHOWN = 2000;

interface Part {
  // A target's own values go nowhere else.
  // biome-ignore lint/suspicious/noExplicitAny: targets of all kinds are run alike
  readonly target: Target<any>;
  readonly limitMs?: number;
}

export type DataCampaign = Exclude<FuzzOptions['campaign'], 'predictions'>;

/** @returns whether everything held */
export async function fuzzData(
  campaign: DataCampaign,
  options: FuzzOptions,
  signal: AbortSignal,
): Promise<boolean> {
  const line = new StatusLine(process.stderr);
  const { target, limitMs } = await partOf(campaign);
  const { runs, seed, path } = options;
  const outcome = await runTarget(target, {
    ...{ runs, seed, signal },
    ...(path !== undefined && { path }),
    ...(limitMs !== undefined && { limitMs }),
    onBatch: (tried) => line.update([], `  ${tried} of ${runs}`),
  });
  line.update([]);
  const memory = Math.round(process.resourceUsage().maxRSS / 1024);
  process.stdout.write(`${outcomeText(target.name, outcome, options)}seed ${seed}, at most ${memory} MB\n`);
  return outcome.failures.length === 0;
}

async function partOf(campaign: DataCampaign): Promise<Part> {
  switch (campaign) {
    case 'lab-files': {
      const { LAB_FILE_LIMIT_MS, labFiles } = await import('./lab-files/target.ts');
      return { target: labFiles(), limitMs: LAB_FILE_LIMIT_MS };
    }
    case 'cni':
      return { target: (await import('./cni.ts')).cni() };
    case 'tool-outputs':
      return { target: (await import('./tool-outputs.ts')).toolOutputs() };
    case 'captures':
      return { target: (await import('./captures.ts')).captures() };
  }
}

function outcomeText(name: string, outcome: Outcome, { campaign }: FuzzOptions): string {
  const { tried, classes, failures, meanMs, p999Ms, slowestMs, slowest } = outcome;
  const kinds = [...classes].map(([kind, count]) => `${count} ${kind}`).join(', ');
  const times = `mean ${meanMs.toFixed(2)} ms, 999 of 1,000 within ${p999Ms.toFixed(1)} ms, slowest ${slowestMs.toFixed(0)} ms (${slowest.length} characters)`;
  return [
    `${name}: ${tried} tried, ${failures.length} failed: ${kinds}; ${times}`,
    ...failures.flatMap(({ seed, path, message, input }) => [
      `  FAILED: npm run fuzz -- ${campaign} --seed ${seed} --path ${path}`,
      ...message
        .split('\n')
        .slice(0, 6)
        .map((text) => `    ${text.slice(0, 600)}`),
      `    input: ${JSON.stringify(input.slice(0, SHOWN))}${input.length > SHOWN ? ` and ${input.length - SHOWN} more` : ''}`,
    ]),
    '',
  ].join('\n');
}
