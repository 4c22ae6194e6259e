// Runs a command that has to succeed.
import type { Host, RunOptions, RunResult } from '../../host.ts';
import { HostError } from '../../host-error.ts';

/** @param what failed, in words, for the message. @throws HostError of reason "failed" on a non-zero exit, with its stderr */
export async function runOrThrow(
  host: Host,
  argv: readonly string[],
  what: string,
  options: RunOptions = {},
): Promise<RunResult> {
  const result = await host.run(argv, options);
  // A whole script as an argument would hide the message.
  if (result.exitCode !== 0) throw new HostError('failed', host.name, argv.slice(0, 1), what, result.stderr);
  return result;
}
