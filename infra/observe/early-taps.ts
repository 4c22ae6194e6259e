// Taps that are started on a guess, while it is being found out where taps belong: starting one takes about as long.
import type { CaptureOptions, Tap } from './capture.ts';
import { type OpenTap, openTap } from './tap.ts';

export class EarlyTaps {
  readonly #opening: Map<string, Promise<OpenTap | undefined>>;

  /** Starts them. One that does not start is none: whoever wants it tries again, and is told why not. */
  constructor(taps: readonly Tap[], filter: string, options: CaptureOptions) {
    const opening = taps.map((tap): [string, Promise<OpenTap | undefined>] => [
      tap.name,
      openTap(tap, filter, options).catch(() => undefined),
    ]);
    this.#opening = new Map(opening);
  }

  /** Gives the tap of that name away when it listens; undefined when there is none, or it has ended already. */
  async take(name: string): Promise<OpenTap | undefined> {
    const opening = this.#opening.get(name);
    this.#opening.delete(name);
    const tap = await opening;
    return tap?.hasEnded() ? undefined : tap;
  }

  /** Ends those that nobody has taken, and resolves when they have ended: they change what they listen at. */
  async end(): Promise<void> {
    const left = [...this.#opening.values()];
    this.#opening.clear();
    await Promise.all(left.map(async (opening) => (await opening)?.close()));
  }
}
