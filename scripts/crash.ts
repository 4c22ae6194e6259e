// `npm run crash`: kills parts of cnilab at any moment, and looks whether the next command puts everything right. docs/trust/crashes.md explains it.
import { appendFileSync, readFileSync } from 'node:fs';
import { type CrashOptions, parseOptions, USAGE } from './crash/options.ts';
import { EXIT, runTool } from './tool/run-tool.ts';

await runTool({ name: 'crash', usage: USAGE, parse: parseOptions, run: crash });

async function crash(options: CrashOptions): Promise<number> {
  const [
    { campaign },
    { formatOutcome, parseOutcomes },
    { crashTable },
    { hostDifferences, hostSnapshot },
    requests,
  ] = await Promise.all([
    import('./crash/campaign.ts'),
    import('./crash/outcome.ts'),
    import('./crash/table.ts'),
    import('./crash/host-snapshot.ts'),
    import('./cli/engine/stop-requests.ts'),
  ]);
  if (options.table.length > 0) {
    const outcomes = options.table.flatMap((file) => parseOutcomes(readFileSync(file, 'utf8')));
    process.stdout.write(`${crashTable(outcomes)}\n`);
    return outcomes.some(({ came }) => came === 'failed') ? EXIT.notWell : EXIT.well;
  }
  const stop = new AbortController();
  requests.onStopRequests(() => stop.abort());
  const before = await hostSnapshot();
  if (options.scenarios !== undefined) return await scenarios(options, options.scenarios, stop.signal);
  const outcomes = await campaign({
    ...options,
    stop: stop.signal,
    told: (outcome) => {
      const { came, name, seconds, wrong } = outcome;
      process.stdout.write(
        `${came.padEnd(8)}  ${name}  ${seconds} s\n${wrong.map((line) => `  ${line}\n`).join('')}`,
      );
      if (options.log !== undefined) appendFileSync(options.log, `${formatOutcome(outcome)}\n`);
    },
  });
  const changes = hostDifferences(before, await hostSnapshot());
  for (const change of changes) process.stdout.write(`the machine has changed: ${change}\n`);
  process.stdout.write(`\n${crashTable(outcomes)}\n`);
  if (stop.signal.aborted) return EXIT.interrupted;
  return changes.length > 0 || outcomes.some(({ came }) => came === 'failed') ? EXIT.notWell : EXIT.well;
}

async function scenarios(
  { directory }: CrashOptions,
  names: readonly string[],
  stop: AbortSignal,
): Promise<number> {
  const { runScenarios, scenariosNamed } = await import('./crash/scenarios/run-scenarios.ts');
  const outcomes = await runScenarios(
    scenariosNamed(names),
    directory,
    stop,
    ({ name, network, wrong, notDone }) => {
      const came =
        notDone === undefined ? (wrong.length > 0 ? 'failed' : 'survived') : `not done: ${notDone}`;
      process.stdout.write(
        `${came.padEnd(8)}  ${name} (${network})\n${wrong.map((line) => `  ${line}\n`).join('')}`,
      );
    },
  );
  if (stop.aborted) return EXIT.interrupted;
  return outcomes.some(({ wrong }) => wrong.length > 0) ? EXIT.notWell : EXIT.well;
}
