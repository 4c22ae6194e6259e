// Reads what a plugin left behind: its result, or its error in whatever state that is (CNI spec 1.1.0, "Error").
import type { RunResult } from '../backends/host.ts';
import type { CniErrorFacts } from './error.ts';

type Failure = Pick<CniErrorFacts, 'reason' | 'msg' | 'code' | 'details' | 'stderr' | 'advice'>;
type Output = Pick<RunResult, 'exitCode' | 'stdout' | 'stderr'>;

/** What is wrong with it, or undefined when the plugin succeeded. */
export function readFailure({ exitCode, stdout, stderr }: Output): Failure | undefined {
  if (exitCode === 0) return undefined;
  const printed = stdout.trim();
  const error = parseObject(printed);
  if (error && (typeof error.code === 'number' || typeof error.msg === 'string')) {
    const { code, msg, details } = error;
    return {
      reason: 'plugin',
      msg: typeof msg === 'string' && msg !== '' ? msg : 'failed without a message',
      ...(typeof code === 'number' && { code }),
      ...(typeof details === 'string' && { details }),
      stderr,
    };
  }
  const how =
    exitCode > 128 ? `was killed by signal ${exitCode - 128}` : `failed with exit status ${exitCode}`;
  if (printed !== '') {
    return {
      reason: 'garbage',
      msg: `${how}, and what it printed is not a CNI error: ${bytes(stdout)}`,
      stderr,
    };
  }
  if (exitCode === 126 || exitCode === 127) {
    const advice = 'Check that the file is executable and built for this machine.';
    return { reason: 'host', msg: 'the plugin could not be started', stderr, advice };
  }
  const says = stderr.trim() === '' ? ' without saying why' : `: ${stderr.trim()}`;
  return { reason: 'no-output', msg: `${how}${says}` };
}

/** The JSON object that a successful ADD printed, or what is wrong with it. */
export function readResult({
  stdout,
  stderr,
}: Output): { readonly raw: object } | { readonly failure: Failure } {
  if (stdout.trim() === '') {
    return { failure: { reason: 'no-output', msg: 'the plugin ended well but printed no result', stderr } };
  }
  const raw = parseObject(stdout);
  if (raw) return { raw };
  const msg = `the plugin ended well, but what it printed is not a CNI result: ${bytes(stdout)}`;
  return { failure: { reason: 'garbage', msg, stderr } };
}

/** Some output, printable and short. */
export function bytes(text: string): string {
  const shown = JSON.stringify(text.slice(0, 120));
  return text.length > 120 ? `${shown} and ${text.length - 120} more characters` : shown;
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
