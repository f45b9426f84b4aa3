/** A JSON file that is changed step by step. */
import { readJson, writeJson } from "../../../files";

export class RecordFile<T extends object> {
  private queue: Promise<unknown> = Promise.resolve();

  /** @param empty what it holds before anything is written */
  constructor(
    private readonly file: string,
    private readonly empty: T,
  ) {}

  /** One step after the other, each written before the next begins. A step that throws changes nothing. */
  async change<R>(step: (content: T) => R): Promise<R> {
    const turn = this.queue.then(async () => {
      const content = (await readJson<T>(this.file)) ?? structuredClone(this.empty);
      const result = step(content);
      await writeJson(this.file, content);
      return result;
    });
    this.queue = turn.catch(() => undefined);
    return turn;
  }
}
