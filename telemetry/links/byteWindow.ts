/** Bytes of a stream that are not taken yet, in a buffer of a fixed size. */

export class ByteWindow {
  private readonly buffer: Buffer;
  private from = 0;
  private to = 0;

  /** @param capacity bytes; what a reader waits for must fit */
  constructor(private readonly capacity: number) {
    // Twice as many, so that bytes move only once for each `capacity` that comes, however small the pieces.
    this.buffer = Buffer.alloc(2 * capacity);
  }

  /** Adds the bytes from `at` on, as many as there is room for. @returns how many */
  add(bytes: Buffer, at: number): number {
    const count = Math.min(bytes.length - at, this.capacity - (this.to - this.from));
    if (this.to + count > this.buffer.length) {
      this.buffer.copyWithin(0, this.from, this.to);
      this.to -= this.from;
      this.from = 0;
    }
    bytes.copy(this.buffer, this.to, at, at + count);
    this.to += count;
    return count;
  }

  /** The bytes not taken yet; valid until the next `add`. */
  get bytes(): Buffer {
    return this.buffer.subarray(this.from, this.to);
  }

  get length(): number {
    return this.to - this.from;
  }

  take(count: number): void {
    this.from += count;
  }
}

/** A reader of a stream or, with `end` after each, of messages. */
export interface ByteReader {
  /** Takes bytes, cut anywhere. */
  push(bytes: Buffer): void;
  /** The end of the stream or message: what is not whole will not be. */
  end(): void;
}

/** Reader that calls `step` until it has to wait for more bytes. */
export abstract class WindowReader implements ByteReader {
  protected readonly window: ByteWindow;

  /** @param longest bytes that `step` may wait for */
  constructor(longest: number) {
    this.window = new ByteWindow(longest);
  }

  /** Takes or skips bytes at the window's front. @returns false: more are needed, which `isEnd` does not allow */
  protected abstract step(isEnd: boolean): boolean;

  push(bytes: Buffer): void {
    for (let at = 0; at < bytes.length;) {
      at += this.window.add(bytes, at);
      while (this.window.length > 0 && this.step(false));
    }
  }

  end(): void {
    while (this.window.length > 0 && this.step(true));
  }
}
