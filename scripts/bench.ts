// `npm run bench`: measures what a lab costs beyond the engine, and prints it beside the goals. docs/benchmark.md explains it.
import { type BenchOptions, parseOptions, USAGE, UsageError } from './bench/options.ts';

const EXIT = { measured: 0, notMeasured: 1, usage: 2, interrupted: 130 } as const;

try {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) process.stdout.write(USAGE);
  else process.exitCode = await bench(options);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`npm run bench: ${error.message}\n\n${USAGE}`);
  process.exitCode = EXIT.usage;
}

async function bench({ repeat, parts, json }: BenchOptions): Promise<number> {
  const [
    { writeBenchLabs },
    { figuresOf },
    place,
    { benchJson, benchTable },
    { machineHere },
    { runRounds },
    status,
    requests,
  ] = await Promise.all([
    import('./bench/bench-labs.ts'),
    import('./bench/figures.ts'),
    import('./bench/private-place.ts'),
    import('./bench/report.ts'),
    import('./bench/machine.ts'),
    import('./bench/rounds.ts'),
    import('./cli/status-line.ts'),
    import('./cli/engine/stop-requests.ts'),
  ]);
  const machine = machineHere();
  const soon = new AbortController();
  const now = new AbortController();
  const line = new status.StatusLine(process.stderr);
  requests.onStopRequests((request) => {
    line.update([request === 'soon' ? 'Stopping: the labs are taken down first …' : 'Stopping at once …']);
    soon.abort();
    if (request === 'now') now.abort();
  });
  const own = await place.openPlace();
  try {
    const labs = await writeBenchLabs(own.directory);
    const context = { place: own, labs, stop: { soon: soon.signal, now: now.signal } };
    let before = -1;
    const { rounds, problems } = await runRounds(parts, repeat, context, (round, step) => {
      const name = round === 0 ? 'warm-up' : `round ${round} of ${repeat}`;
      line.update(round === before ? [] : [`${name} …`], `  ${step}`);
      before = round;
    });
    line.update([]);
    const figures = figuresOf(rounds);
    const text = json
      ? benchJson(figures, machine, repeat)
      : benchTable(figures, machine, repeat, process.stdout.columns);
    process.stdout.write(`${text}\n`);
    for (const problem of problems) process.stderr.write(`not measured: ${problem}\n`);
    return problems.length > 0 ? EXIT.notMeasured : EXIT.measured;
  } catch (error) {
    if (!soon.signal.aborted) throw error;
    return EXIT.interrupted;
  } finally {
    await place.closePlace(own);
  }
}
