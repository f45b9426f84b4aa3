/** A JSON file that is changed step by step, by one process at a time. */
import { readJson, writeJson } from "./files";
import { withLock } from "./lock";

/** How long a step waits for other processes' steps, which take milliseconds. */
const limitSeconds = 30;

export class RecordFile<T extends object> {
  private queue: Promise<unknown> = Promise.resolve();

  /** @param empty what it holds before anything is written */
  constructor(
    private readonly file: string,
    private readonly empty: T,
  ) {}

  /** What it holds now. Changes made to the answer are lost. */
  async read(): Promise<T> {
    return (await readJson<T>(this.file)) ?? structuredClone(this.empty);
  }

  /**
   * One step after the other, each written before the next begins. Nobody sees a step half done; one that throws
   * changes nothing.
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
