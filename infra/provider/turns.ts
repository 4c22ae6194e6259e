// Whose turn it is: the engine asks for many experiments at once, in no particular order; they run one at a time in their own.

/**
 * announced: the engine has it in this run · settled: nothing is to be done · waiting: the engine has asked for it ·
 * running · done.
 */
export type Fate = 'announced' | 'settled' | 'waiting' | 'running' | 'done';

/** One that is known of. */
export interface Known {
  /** Place in the lab file, from 0, without gaps. */
  readonly order: number;
  readonly fate: Fate;
}

/**
 * One that the engine never speaks of (`--target`) may go unmissed for so long, ms. The program asks for all of them
 * at the same time, so a message of another is never far away.
 */
export const UNHEARD_MS = 1_000;

/**
 * One that the engine has spoken of, but does not ask for, ms. It is on its way, behind a write of the engine's state
 * to a busy disk perhaps, unless the engine has given up on it because something else failed.
 */
export const UNASKED_MS = 10_000;

/**
 * Which is next, and after how long a time without any news of any of them. Undefined: none waits, or one runs and
 * the next is up to its end. Pure.
 */
export function nextTurn<K extends Known>(
  known: readonly K[],
): { readonly next: K; readonly afterMs: number } | undefined {
  if (known.some(({ fate }) => fate === 'running')) return undefined;
  const waiting = known.filter(({ fate }) => fate === 'waiting');
  const next = waiting.reduce<K | undefined>((a, b) => (a && a.order <= b.order ? a : b), undefined);
  if (!next) return undefined;
  const before = known.filter(({ order }) => order < next.order);
  if (before.some(({ fate }) => fate === 'announced')) return { next, afterMs: UNASKED_MS };
  const heardOf = new Set(before.map(({ order }) => order));
  return { next, afterMs: heardOf.size < next.order ? UNHEARD_MS : 0 };
}

interface Entry {
  readonly order: number;
  readonly isNew: boolean;
  fate: Fate;
  start?: () => void;
}

/** Turns of one stack's experiments, by URN. */
export class Turns {
  readonly #known = new Map<string, Entry>();
  #timer: NodeJS.Timeout | undefined;

  /**
   * The engine's Check. A second one for the same resource begins another run (the update after its preview), unless
   * it is that of a replacement, which is checked once more as if it were new.
   */
  announce(urn: string, order: number, isNew: boolean): void {
    const before = this.#known.get(urn);
    if (before?.fate === 'waiting' || before?.fate === 'running') return;
    if (before?.isNew === isNew) this.#forget();
    this.#known.set(urn, { order, isNew, fate: 'announced' });
    this.#news();
  }

  /** The engine's Diff found nothing to do. */
  settle(urn: string): void {
    const entry = this.#known.get(urn);
    if (entry?.fate !== 'announced') return;
    entry.fate = 'settled';
    this.#news();
  }

  /**
   * Runs `work` when every one before it is done or has nothing to do, and no other runs. One before it of which
   * nothing is heard for a while is not waited for; should it come after all, it comes before the rest.
   * @throws the signal's reason when it aborts before the turn has come
   */
  async run<T>(urn: string, order: number, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    const entry: Entry = { order, isNew: this.#known.get(urn)?.isNew ?? true, fate: 'waiting' };
    const started = new Promise<void>((resolve) => {
      entry.start = resolve;
    });
    this.#known.set(urn, entry);
    this.#news();
    const giveUp = () => {
      if (entry.fate === 'waiting') entry.start?.();
    };
    signal.addEventListener('abort', giveUp);
    try {
      await started;
      signal.throwIfAborted();
      return await work();
    } finally {
      signal.removeEventListener('abort', giveUp);
      entry.fate = 'done';
      this.#news();
    }
  }

  #news(): void {
    clearTimeout(this.#timer);
    const turn = nextTurn([...this.#known.values()]);
    if (!turn) return;
    const { next, afterMs } = turn;
    if (afterMs === 0) {
      this.#start(next);
      return;
    }
    this.#timer = setTimeout(() => {
      this.#writeOff(next.order);
      this.#start(next);
    }, afterMs);
  }

  #start(entry: Entry): void {
    entry.fate = 'running';
    entry.start?.();
  }

  /** So that the silence of the same ones is waited for once. */
  #writeOff(order: number): void {
    const entries = [...this.#known.values()];
    for (const entry of entries) {
      if (entry.order < order && entry.fate === 'announced') entry.fate = 'settled';
    }
    const heardOf = new Set(entries.map((entry) => entry.order));
    for (let unheard = Math.max(...heardOf); unheard >= 0; unheard--) {
      if (heardOf.has(unheard)) continue;
      this.#known.set(`unheard of ${unheard}`, { order: unheard, isNew: true, fate: 'settled' });
    }
  }

  #forget(): void {
    for (const [urn, { fate }] of this.#known) {
      if (fate !== 'waiting' && fate !== 'running') this.#known.delete(urn);
    }
  }
}
