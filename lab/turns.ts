/** Lets calls that concern the same thing run one after the other, in the order in which they came. */
export class Turns {
  private readonly last = new Map<string, Promise<unknown>>();

  /** Runs `work` when all earlier work for `key` has ended, however it ended. */
  run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.last.get(key) ?? Promise.resolve();
    const mine = before.then(work, work);
    // What went wrong is for the caller of that work, not for whoever comes next.
    this.last.set(
      key,
      mine.catch(() => undefined),
    );
    return mine;
  }
}
