// `npm run bench`: measures what a lab costs beyond the engine, and prints it beside the goals. docs/benchmark.md explains it.
import { type BenchOptions, parseOptions, USAGE } from './bench/options.ts';
import { EXIT, runTool } from './tool/run-tool.ts';

await runTool({ name: 'bench', usage: USAGE, parse: parseOptions, run: bench });

async function bench({ repeat, parts, json }: BenchOptions): Promise<number> {
  const [
    { writeBenchLabs },
    { figuresOf },
    { inOwnPlace },
    { machineHere },
    { benchJson, benchTable },
    { runRounds },
  ] = await Promise.all([
    import('./bench/bench-labs.ts'),
    import('./bench/figures.ts'),
    import('./bench/in-own-place.ts'),
    import('./bench/machine.ts'),
    import('./bench/report.ts'),
    import('./bench/rounds.ts'),
  ]);
  const machine = machineHere();
  return inOwnPlace('bench', async ({ place, stop, line }) => {
    const labs = await writeBenchLabs(place.directory);
    let before = -1;
    const { rounds, problems } = await runRounds(parts, repeat, { place, labs, stop }, (round, step) => {
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
    return problems.length > 0 ? EXIT.notWell : EXIT.well;
  });
}
