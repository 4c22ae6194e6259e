// `npm run fuzz`: tries what nobody would write, and prints what did not hold. docs/trust/fuzzing.md explains it.
import { type FuzzOptions, parseOptions, USAGE } from './fuzz/options.ts';
import { EXIT, runTool } from './tool/run-tool.ts';

await runTool({ name: 'fuzz', usage: USAGE, parse: (args) => parseOptions(args, Date.now()), run: fuzz });

async function fuzz(options: FuzzOptions): Promise<number> {
  const { onStopRequests } = await import('./cli/engine/stop-requests.ts');
  const stop = new AbortController();
  onStopRequests(() => stop.abort());
  const held = await run(options, stop.signal);
  if (stop.signal.aborted) return EXIT.interrupted;
  return held ? EXIT.well : EXIT.notWell;
}

async function run(options: FuzzOptions, signal: AbortSignal): Promise<boolean> {
  if (options.campaign === 'predictions') {
    const { fuzzPredictions } = await import('./fuzz/predictions/campaign.ts');
    return fuzzPredictions(options, signal);
  }
  const { fuzzData } = await import('./fuzz/data-campaign.ts');
  return fuzzData(options.campaign, options, signal);
}
