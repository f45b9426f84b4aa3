/** Runs calls with the same key one after the other, in the order of their arrival. */
export class Turns {
  private readonly last = new Map<string, Promise<unknown>>();

  /** Runs `work` when all earlier work for `key` has ended, with or without success. */
  run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.last.get(key) ?? Promise.resolve();
    const mine = before.then(work, work);
    // An error is for the caller of that work, not for the next caller.
    this.last.set(
      key,
      mine.catch(() => undefined),
    );
    return mine;
  }
}
