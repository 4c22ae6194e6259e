// Asks a tcpdump that listens how far it is: on SIGUSR1 it says how many packets the kernel had for it, and how many it has.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Running } from '../backends/host.ts';

/** As tcpdump 4.9 and later answer (info(), tcpdump.c); at its end it prints the same numbers on lines of their own. */
const ANSWER =
  /(\d+) packets? captured, (\d+) packets? received by filter, (\d+) packets? dropped by kernel(?:, (\d+) packets? dropped by interface)?/;
/** Until it is asked again, ms. */
const PAUSE_MS = 2;

/** What it says of itself. */
export interface Progress {
  /** Packets that it has, or that the kernel has dropped, as often as the kernel counts each. */
  readonly settled: number;
  /** Packets that the kernel has had for it. On Linux what was dropped counts, too. */
  readonly received: number;
  /** By the kernel and by the interface. */
  readonly dropped: number;
}

export class TapProgress {
  readonly #running: Pick<Running, 'signal'>;
  readonly #countedEach: number;
  #answered: ((progress: Progress) => void) | undefined;

  /** @param countedEach how often the kernel counts a packet that tcpdump shows once */
  constructor(running: Pick<Running, 'signal'>, countedEach = 1) {
    this.#running = running;
    this.#countedEach = countedEach;
  }

  /** @param line of its standard error. @returns whether it was an answer */
  tell(line: string): boolean {
    const [, captured, received, byKernel, byInterface = 0] = ANSWER.exec(line) ?? [];
    if (captured === undefined) return false;
    this.#answered?.({
      settled: Number(captured) * this.#countedEach + Number(byKernel),
      received: Number(received),
      dropped: Number(byKernel) + Number(byInterface),
    });
    return true;
  }

  /**
   * Every packet that was stamped before now is with the kernel, so the tap is through when it has as many as the kernel had when
   * it was first asked, but for those that the kernel has dropped. On a busy interface more may have come meanwhile.
   * @param ended when tcpdump has ended
   * @returns what it said when it was through; undefined when it did not say so in time, or has ended
   */
  async caughtUp(patienceMs: number, ended: Promise<unknown>): Promise<Progress | undefined> {
    const limit = new AbortController();
    const late = sleep(patienceMs, undefined, { signal: limit.signal }).catch(() => undefined);
    const over = Promise.race([late, ended.then(() => undefined)]);
    let due: number | undefined;
    try {
      for (;;) {
        const answer = await Promise.race([this.#ask(), over]);
        due ??= answer?.received;
        if (answer === undefined || due === undefined || answer.settled >= due) return answer;
        await sleep(PAUSE_MS);
      }
    } finally {
      limit.abort();
    }
  }

  #ask(): Promise<Progress> {
    return new Promise((resolve) => {
      this.#answered = resolve;
      this.#running.signal('SIGUSR1');
    });
  }
}
