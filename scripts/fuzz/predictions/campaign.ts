// Random labs on this kernel, several at a time: what was foretold of each flow beside what was seen.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { closePlace, openPlace } from '../../bench/private-place.ts';
import { StatusLine } from '../../cli/status-line.ts';
import type { FuzzOptions } from '../options.ts';
import { describeTrial, type Tally, tally, tallyText, verdictOf } from './tally.ts';
import { type TriedLab, tryLab } from './try-lab.ts';

/** Where a lab that disagrees is kept, below the working directory. */
const KEPT = 'fuzz-disagreements';

/** @returns whether every packet was seen where it was foretold, and every lab could be tried */
export async function fuzzPredictions(
  { runs, seed, lanes }: Pick<FuzzOptions, 'runs' | 'seed' | 'lanes'>,
  signal: AbortSignal,
): Promise<boolean> {
  const line = new StatusLine(process.stderr);
  const place = await openPlace();
  const started = performance.now();
  const tried: TriedLab[] = [];
  const failed: string[] = [];
  let next = 0;
  const lane = async () => {
    while (next < runs && !signal.aborted) {
      const own = seed + next++;
      try {
        const lab = await tryLab(own, place, signal);
        tried.push(lab);
        const wrong = lab.trials.filter((trial) => verdictOf(trial) === 'disagrees');
        for (const trial of wrong) line.update([`lab ${own} (${await keep(lab)}): ${describeTrial(trial)}`]);
      } catch (error) {
        if (signal.aborted) return;
        failed.push(`lab ${own} could not be tried: ${(error as Error).message}`);
        line.update(failed.slice(-1));
      }
      line.update([], `  ${tried.length} of ${runs} labs`);
    }
  };
  try {
    await Promise.all(Array.from({ length: lanes }, lane));
  } finally {
    line.update([]);
    await closePlace(place);
  }
  const total: Tally = tally(tried);
  const seconds = Math.round((performance.now() - started) / 1000);
  process.stdout.write(`${tallyText(total)}\nseeds ${seed} to ${seed + runs - 1}, ${seconds} s\n`);
  return total.disagrees === 0 && failed.length === 0 && tried.length === runs;
}

/** Its files, to be stood up by hand. @returns where */
async function keep({ seed, yaml, configs, trials }: TriedLab): Promise<string> {
  const home = path.join(KEPT, `random-${seed}`);
  await mkdir(path.join(home, 'configs'), { recursive: true });
  const files = {
    'lab.yaml': yaml,
    'trials.json': `${JSON.stringify(trials, null, 2)}\n`,
    ...Object.fromEntries(Object.entries(configs).map(([name, text]) => [path.join('configs', name), text])),
  };
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(path.join(home, name), text)));
  return home;
}
