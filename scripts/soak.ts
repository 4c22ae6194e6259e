// `npm run soak`: labs rebuilt hundreds of times; what flaked, what grew, what was left. docs/trust/soak.md has figures.
import { parseSoakOptions, type SoakOptions, USAGE } from './soak/options.ts';
import { EXIT, runTool } from './tool/run-tool.ts';

await runTool({ name: 'soak', usage: USAGE, parse: parseSoakOptions, run: soak });

async function soak(options: SoakOptions): Promise<number> {
  const [{ inOwnPlace }, { soakLabs }, { isClean, soakText }] = await Promise.all([
    import('./bench/in-own-place.ts'),
    import('./soak/soak-labs.ts'),
    import('./soak/summary.ts'),
  ]);
  return inOwnPlace('soak', async ({ place, stop, line }) => {
    const soaked = await soakLabs(place, options, stop, ({ lab, number, problems, seconds }) => {
      const told = problems.map((problem) => `${lab} ${number}: ${problem}`);
      line.update(told, `  ${lab} ${number} of ${options.rebuilds}  ${seconds.toFixed(1)} s`);
    });
    line.update([]);
    process.stdout.write(`${options.json ? JSON.stringify(soaked, null, 2) : soakText(soaked)}\n`);
    return isClean(soaked) ? EXIT.well : EXIT.notWell;
  });
}
