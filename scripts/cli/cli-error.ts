// An error of the command line itself: what is wrong, and what to do next.
import { EXIT, type ExitCode } from './exit-codes.ts';

export class CliError extends Error {
  override readonly name = 'CliError';
  /** What to do next, one line each. */
  readonly hints: readonly string[];
  readonly exitCode: ExitCode;

  constructor(
    message: string,
    hints: readonly string[] | string,
    exitCode: ExitCode,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.hints = typeof hints === 'string' ? [hints] : hints;
    this.exitCode = exitCode;
  }
}

/** The command line or what it names is wrong. */
export function usageError(message: string, ...hints: string[]): CliError {
  return new CliError(message, hints, EXIT.usage);
}

/** Something outside the command line is not as it must be. */
export function environmentError(message: string, ...hints: string[]): CliError {
  return new CliError(message, hints, EXIT.environment);
}
