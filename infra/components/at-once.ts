// How many resources the engine works on at the same time.

/** What the engine does on a machine with one processor, unless it is told otherwise. */
const LEAST_DEFAULT = 4;

/**
 * `--parallel` of this run, as the SDK hands it on to the program.
 * @returns at least 1
 */
export function atOnce(env: Readonly<Record<string, string | undefined>> = process.env): number {
  const told = Number(env.PULUMI_NODEJS_PARALLEL);
  return Number.isInteger(told) && told > 0 ? told : LEAST_DEFAULT;
}
