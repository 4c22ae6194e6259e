// The one error of set-up: this machine lacks something, and the message says what and what to do.

/** Exit code of every command when the machine is not ready for it. */
export const EXIT_NOT_READY = 3;

/** Shown without a stack trace; the process ends with {@link EXIT_NOT_READY}. */
export class NotReady extends Error {
  /** @override */
  name = 'NotReady';
}
