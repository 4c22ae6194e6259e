// What the commands for those who work on cnilab (bench, scale, soak, crash, fuzz, conformance) begin and end with.
import { UsageError } from './usage-error.ts';

/** Exit codes that they share: the first two say whether everything was as it should be. */
export const EXIT = { well: 0, notWell: 1, usage: 2, interrupted: 130 } as const;

interface Tool<Options> {
  /** As it follows `npm run`. */
  readonly name: string;
  readonly usage: string;
  /** @returns undefined when the usage is asked for @throws UsageError */
  readonly parse: (args: readonly string[]) => Options | undefined;
  /** @returns the exit code */
  readonly run: (options: Options) => Promise<number>;
}

/** Reads the command line and sets the exit code of this process. */
export async function runTool<Options extends object>({
  name,
  usage,
  parse,
  run,
}: Tool<Options & { readonly help?: boolean }>): Promise<void> {
  try {
    const options = parse(process.argv.slice(2));
    if (!options || options.help) process.stdout.write(usage);
    else process.exitCode = await run(options);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`npm run ${name}: ${error.message}\n\n${usage}`);
    process.exitCode = EXIT.usage;
  }
}
