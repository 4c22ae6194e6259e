// `npm run scale`: how time and memory grow with pods, nodes and taps. docs/scaling.md explains it.
import { parseScaleOptions, type ScaleOptions, USAGE } from './scale/options.ts';
import { EXIT, runTool } from './tool/run-tool.ts';

await runTool({ name: 'scale', usage: USAGE, parse: parseScaleOptions, run: scale });

async function scale(options: ScaleOptions): Promise<number> {
  const [{ inOwnPlace }, { machineHere }, { scaleText }, { runScale }] = await Promise.all([
    import('./bench/in-own-place.ts'),
    import('./bench/machine.ts'),
    import('./scale/report.ts'),
    import('./scale/run-scale.ts'),
  ]);
  const machine = machineHere();
  return inOwnPlace('scale', async ({ place, stop, line }) => {
    const { rounds, problems } = await runScale({ place, stop }, options, (round, step) =>
      line.update([], `  round ${round} of ${options.repeat}: ${step}`),
    );
    line.update([]);
    process.stdout.write(`${scaleText(rounds, machine, options, process.stdout.columns)}\n`);
    for (const problem of problems) process.stderr.write(`not measured: ${problem}\n`);
    return problems.length > 0 ? EXIT.notWell : EXIT.well;
  });
}
