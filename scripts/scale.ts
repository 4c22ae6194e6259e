// `npm run scale`: how time and memory grow with pods, nodes and taps. docs/scaling.md explains it.
import { parseScaleOptions, type ScaleOptions, ScaleUsageError, USAGE } from './scale/options.ts';

const EXIT = { measured: 0, notMeasured: 1, usage: 2, interrupted: 130 } as const;

try {
  const options = parseScaleOptions(process.argv.slice(2));
  if (options.help) process.stdout.write(USAGE);
  else process.exitCode = await scale(options);
} catch (error) {
  if (!(error instanceof ScaleUsageError)) throw error;
  process.stderr.write(`npm run scale: ${error.message}\n\n${USAGE}`);
  process.exitCode = EXIT.usage;
}

async function scale(options: ScaleOptions): Promise<number> {
  const [place, { benchTable }, { machineHere }, { scaleFigures }, report, { runScale }, status, requests] =
    await Promise.all([
      import('./bench/private-place.ts'),
      import('./bench/report.ts'),
      import('./bench/machine.ts'),
      import('./scale/figures.ts'),
      import('./scale/report.ts'),
      import('./scale/run-scale.ts'),
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
  const own = await place.openPlace('scale');
  try {
    const bench = { place: own, stop: { soon: soon.signal, now: now.signal } };
    const { rounds, problems } = await runScale(bench, options, (round, step) =>
      line.update([], `  round ${round} of ${options.repeat}: ${step}`),
    );
    line.update([]);
    const figures = scaleFigures(rounds);
    const width = process.stdout.columns ?? Number.POSITIVE_INFINITY;
    const text = options.json
      ? JSON.stringify({ machine, rounds, figures }, null, 2)
      : [
          benchTable(figures, machine, rounds.length, width),
          ...(report.measuredShapes(rounds).length > 0 ? [report.shapesTable(rounds, width)] : []),
          ...(rounds.some(({ taps }) => taps.length > 0) ? [report.tapsTable(rounds, width)] : []),
          ...(options.charts ? [report.charts(rounds)] : []),
        ].join('\n\n');
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
