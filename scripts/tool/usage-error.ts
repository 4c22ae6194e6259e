/** A mistake of the caller's: the message says what is understood. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
