/** Document that is made when it is asked for, but not so often that its making takes the exporter's time. */
import { gzipSync } from "node:zlib";

/** Part of the time that making one document may take, however many ask for it. */
const mostOfTime = 0.1;
/** Age that no document exceeds, also on a machine so busy that making one takes long. */
const mostMilliseconds = 500;

export class Rendered {
  private plain = Buffer.alloc(0);
  private compressed: Buffer | undefined;
  private validUntil = -Infinity;

  /** @param clock milliseconds */
  constructor(
    private readonly render: () => string,
    private readonly clock: () => number = () => performance.now(),
  ) {}

  /** The document, at most ten times as old as its making took, and half a second: 1 ms of work is shared for 10 ms. */
  body(): Buffer {
    if (this.clock() >= this.validUntil) {
      this.validUntil = -Infinity;
      this.timed(() => {
        this.plain = Buffer.from(this.render());
        this.compressed = undefined;
      });
    }
    return this.plain;
  }

  /**
   * The same, compressed at the fastest level, in this thread: 100 kB take a millisecond, less than another thread is
   * waited for on a busy machine.
   */
  gzip(): Buffer {
    const body = this.body();
    if (this.compressed) return this.compressed;
    return this.timed(() => (this.compressed = gzipSync(body, { level: 1 })));
  }

  private timed<Result>(act: () => Result): Result {
    const start = this.clock();
    const result = act();
    const end = this.clock();
    const age = Math.min((end - start) / mostOfTime, mostMilliseconds);
    this.validUntil = Math.max(this.validUntil, end + age);
    return result;
  }
}
