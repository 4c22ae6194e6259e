// Asks a tcpdump that listens how far it is: on SIGUSR1 it says how many packets the kernel had for it, and how many it has.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Running } from '../backends/host.ts';

/** As tcpdump 4.9 and later answer (info(), tcpdump.c); at its end it prints the same numbers on lines of their own. */
const ANSWER = /(\d+) packets? captured, (\d+) packets? received by filter, (\d+) packets? dropped by kernel/;
/** Until it is asked again, ms. */
const PAUSE_MS = 2;

export class TapProgress {
  readonly #running: Pick<Running, 'signal'>;
  #answered: ((behind: boolean) => void) | undefined;

  constructor(running: Pick<Running, 'signal'>) {
    this.#running = running;
  }

  /** @param line of its standard error. @returns whether it was an answer */
  tell(line: string): boolean {
    const [, captured, received, dropped] = ANSWER.exec(line) ?? [];
    if (captured === undefined) return false;
    // On Linux what was dropped counts as received, too.
    this.#answered?.(Number(captured) + Number(dropped) < Number(received));
    return true;
  }

  /**
   * Every packet that was stamped before now is with the kernel, so the tap is through when it has as many as the kernel, but for those that the kernel has dropped.
   * @param ended when tcpdump has ended
   */
  async caughtUp(patienceMs: number, ended: Promise<unknown>): Promise<void> {
    const limit = new AbortController();
    const late = sleep(patienceMs, false, { signal: limit.signal }).catch(() => false);
    const over = Promise.race([late, ended.then(() => false)]);
    while (await Promise.race([this.#behind(), over])) await sleep(PAUSE_MS);
    limit.abort();
  }

  #behind(): Promise<boolean> {
    return new Promise((resolve) => {
      this.#answered = resolve;
      this.#running.signal('SIGUSR1');
    });
  }
}
