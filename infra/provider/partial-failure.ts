// Something was made, but not all of it: the engine records it, says so, and a later run mends or destroys it.

/** Thrown by create and update. Shown is the message; `reasons` are kept in state. */
export class PartialFailure<O extends object = object> extends Error {
  override readonly name = 'PartialFailure';
  readonly id: string;
  readonly outs: O;
  readonly reasons: readonly string[];

  constructor(id: string, outs: O, message: string, options?: ErrorOptions) {
    super(message, options);
    this.id = id;
    this.outs = outs;
    this.reasons = [message];
  }
}

/** What a person needs of an error: its message, never its stack. */
export function messageOf(error: unknown): string {
  // Ctrl-C, whoever noticed it: a signal's own reason, a timer, or a command on a host.
  const { name, reason } = (error ?? {}) as { readonly name?: unknown; readonly reason?: unknown };
  if (name === 'AbortError' || (name === 'HostError' && reason === 'aborted'))
    return 'stopped before it was done';
  return error instanceof Error ? error.message : String(error);
}
