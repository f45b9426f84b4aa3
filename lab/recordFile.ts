/** A JSON file that is changed step by step, by one process at a time. */
import { readJson, writeJson } from "./files";
import { withLock } from "./lock";

/** Time limit for a step to wait for other processes' steps, which take milliseconds. */
const limitSeconds = 30;

export class RecordFile<T extends object> {
  private queue: Promise<unknown> = Promise.resolve();

  /** @param empty content before the first write */
  constructor(
    private readonly file: string,
    private readonly empty: T,
  ) {}

  /** Current content. Changes to the returned value are lost. */
  async read(): Promise<T> {
    return (await readJson<T>(this.file)) ?? structuredClone(this.empty);
  }

  /**
   * Runs one step after the other, each written before the next starts. No reader sees a partial step; one that
   * throws changes nothing.
   */
  async change<R>(step: (content: T) => R): Promise<R> {
    const turn = this.queue.then(() =>
      withLock(`${this.file}.lock`, { holder: `process ${process.pid}`, limitSeconds }, async () => {
        const content = await this.read();
        const result = step(content);
        await writeJson(this.file, content);
        return result;
      }),
    );
    this.queue = turn.catch(() => undefined);
    return turn;
  }
}
