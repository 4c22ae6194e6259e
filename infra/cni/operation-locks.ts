// Who may run when: no two operations on one container at a time, and GC alone (CNI spec 1.1.0, "Lifecycle & Ordering").

/** First come, first served. Taking all keys at once, in one step, rules out deadlock. */
export class OperationLocks {
  readonly #tails = new Map<string, Promise<void>>();
  readonly #running = new Set<Promise<void>>();
  #exclusive: Promise<void> = Promise.resolve();

  /** Runs `work` when every earlier operation on any of these containers has ended. */
  containers<T>(ids: Iterable<string>, work: () => Promise<T>): Promise<T> {
    const keys = new Set(ids);
    const before = [...keys].map((id) => this.#tails.get(id));
    const { result, ended } = this.#after([...before, this.#exclusive], work);
    for (const id of keys) this.#tails.set(id, ended);
    void ended.then(() => {
      for (const id of keys) if (this.#tails.get(id) === ended) this.#tails.delete(id);
    });
    return result;
  }

  /** Runs `work` alone. */
  exclusive<T>(work: () => Promise<T>): Promise<T> {
    const { result, ended } = this.#after([...this.#running, this.#exclusive], work);
    this.#exclusive = ended;
    return result;
  }

  #after<T>(before: readonly (Promise<void> | undefined)[], work: () => Promise<T>) {
    const result = Promise.all(before).then(work);
    const ended = result.then(
      () => undefined,
      () => undefined,
    );
    this.#running.add(ended);
    void ended.then(() => this.#running.delete(ended));
    return { result, ended };
  }
}
