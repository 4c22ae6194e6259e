// `npm run nightly`: labs × backends × repeats, and what the nights before say of each check. docs/nightly.md explains it.

import { endWhenNobodyReads, endWith } from './cli/end-with.ts';
import { endWhenStopped } from './cli/engine/stop-requests.ts';
import { EXIT } from './cli/exit-codes.ts';
import { explainError } from './cli/explain-error.ts';
import { guardOutput } from './cli/guard-output.ts';
import { type NightOptions, NightUsageError, parseNightOptions, USAGE } from './nightly/options.ts';

endWhenStopped();
endWhenNobodyReads();
for (const stream of [process.stdout, process.stderr]) guardOutput(stream);
await endWith(await main(process.argv.slice(2)));

async function main(args: readonly string[]): Promise<number> {
  try {
    const options = parseNightOptions(args);
    if (options.help) process.stdout.write(USAGE);
    else return await (options.history ? history(options) : night(options));
    return EXIT.pass;
  } catch (error) {
    if (error instanceof NightUsageError) {
      process.stderr.write(`npm run nightly: ${error.message}\n\n${USAGE}`);
      return EXIT.usage;
    }
    const { text, exitCode } = explainError(error);
    process.stderr.write(`cnilab: ${text}\n`);
    if (process.env.CNILAB_DEBUG) console.error(error);
    return exitCode;
  }
}

async function night(options: NightOptions): Promise<number> {
  const [{ prepareNight }, { runNight }, words, { nightSummary }, { nightExitCode }, paint, { shortPath }] =
    await Promise.all([
      import('./nightly/prepare-night.ts'),
      import('./nightly/run-night.ts'),
      import('./nightly/night-words.ts'),
      import('./nightly/write-night.ts'),
      import('./nightly/night.ts'),
      import('../infra/report/paint.ts'),
      import('./cli/text.ts'),
    ]);
  const request = await prepareNight(options, new Date());
  // Standard output is the summary's alone.
  const ran = await runNight({ ...request, out: process.stderr });
  const text = options.json
    ? JSON.stringify(nightSummary(ran), null, 2)
    : `${words.nightText(ran, paint.terminalOf(process.stdout))}\n\nEverything is in ${shortPath(request.directory)}/index.html`;
  process.stdout.write(`${text}\n`);
  return nightExitCode(ran);
}

async function history({ ledger, nights, json }: NightOptions): Promise<number> {
  const [{ readHistory }, { historyText }, { terminalOf }] = await Promise.all([
    import('./nightly/ledger/read-history.ts'),
    import('./nightly/ledger/history-text.ts'),
    import('../infra/report/paint.ts'),
  ]);
  const { rows, unreadable } = await readHistory(ledger, nights);
  const text = json
    ? JSON.stringify({ rows, unreadable }, null, 2)
    : historyText(rows, terminalOf(process.stdout));
  process.stdout.write(`${text}\n`);
  for (const place of unreadable)
    process.stderr.write(`left out, because it is no line of a ledger: ${place}\n`);
  return EXIT.pass;
}
