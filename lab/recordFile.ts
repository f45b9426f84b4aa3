/** A JSON file that is changed step by step, by one process at a time. */
import { readJson, writeJson } from "./files";
import { withLock } from "./lock";
import { Turns } from "./turns";

/** Time limit for a step to wait for other processes' steps, which take milliseconds. */
const limitSeconds = 30;

export class RecordFile<T extends object> {
  /** Keeps the order of this process's steps; the lock file keeps other processes out. */
  private readonly turns = new Turns();

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
    return this.turns.run(this.file, () =>
      withLock(`${this.file}.lock`, { holder: `process ${process.pid}`, limitSeconds }, async () => {
        const content = await this.read();
        const result = step(content);
        await writeJson(this.file, content);
        return result;
      }),
    );
  }
}
