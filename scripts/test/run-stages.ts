// Runs stages of tests one after the other, tells of each, and closes with the total. A failure does not hide the next.
import { duration } from '../setup/progress.ts';
import { endChildrenOnSignal } from '../setup/run.ts';
import { countLine, NOTHING, sum } from './count.ts';
import type { Outcome, Stage } from './stage.ts';

/**
 * @param args for every stage, such as a file or `-t name`
 * @returns the exit code: 0 when nothing failed, and nobody stopped it
 */
export async function runStages(selected: readonly Stage[], args: readonly string[]): Promise<number> {
  let stopped: NodeJS.Signals | undefined;
  endChildrenOnSignal('wait');
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      stopped = signal;
    });
  }
  const lines: string[] = [];
  const outcomes: Outcome[] = [];
  for (const stage of selected) {
    process.stdout.write(`\n── ${stage.title}\n`);
    const start = Date.now();
    const outcome: Outcome = stopped ? { ...NOTHING, skipped: 1, reason: stopped } : await stage.run(args);
    outcomes.push(outcome);
    const took = duration(Math.round((Date.now() - start) / 1000));
    const why = outcome.reason ? ` (${outcome.reason})` : '';
    const line = `${outcome.failed > 0 ? '✗' : '✓'} ${stage.title}: ${countLine(outcome)}${why}, ${took}`;
    process.stdout.write(`${line}\n`);
    lines.push(line, ...(outcome.failures ?? []).map((failure) => `    ${failure}`));
  }
  const total = sum(outcomes);
  const failed = total.failed > 0 || stopped !== undefined;
  process.stdout.write(`\n${lines.join('\n')}\n${countLine(total)}\n`);
  return failed ? 1 : 0;
}
