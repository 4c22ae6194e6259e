// `npm run fuzz`: tries what nobody would write, and prints what did not hold. docs/trust/fuzzing.md explains it.
import { type FuzzOptions, parseOptions, USAGE, UsageError } from './fuzz/options.ts';

const EXIT = { held: 0, failed: 1, usage: 2, interrupted: 130 } as const;

try {
  const options = parseOptions(process.argv.slice(2), Date.now());
  if (options === undefined) process.stdout.write(USAGE);
  else process.exitCode = await fuzz(options);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`npm run fuzz: ${error.message}\n\n${USAGE}`);
  process.exitCode = EXIT.usage;
}

async function fuzz(options: FuzzOptions): Promise<number> {
  const { onStopRequests } = await import('./cli/engine/stop-requests.ts');
  const stop = new AbortController();
  onStopRequests(() => stop.abort());
  const held = await run(options, stop.signal);
  if (stop.signal.aborted) return EXIT.interrupted;
  return held ? EXIT.held : EXIT.failed;
}

async function run(options: FuzzOptions, signal: AbortSignal): Promise<boolean> {
  if (options.campaign === 'predictions') {
    const { fuzzPredictions } = await import('./fuzz/predictions/campaign.ts');
    return fuzzPredictions(options, signal);
  }
  const { fuzzData } = await import('./fuzz/data-campaign.ts');
  return fuzzData(options.campaign, options, signal);
}
