// What a Host throws: the reason, the exact command, then its stderr, so that one message is enough to act on.
import { shellQuote } from '../util/shell-quote.ts';

export type HostErrorReason = 'timeout' | 'gone' | 'spawn' | 'aborted' | 'failed';

/** A command could not be run to its end on a host (or was required to succeed and did not). */
export class HostError extends Error {
  override readonly name = 'HostError';
  readonly reason: HostErrorReason;
  readonly host: string;
  readonly argv: readonly string[];
  readonly stderr: string;

  constructor(
    reason: HostErrorReason,
    host: string,
    argv: readonly string[],
    detail: string,
    stderr = '',
    options?: ErrorOptions,
  ) {
    const lines = [`${detail} (on ${host}): ${shellQuote(argv)}`];
    if (stderr.trim()) lines.push(stderr.trim());
    super(lines.join('\n'), options);
    this.reason = reason;
    this.host = host;
    this.argv = argv;
    this.stderr = stderr;
  }
}
