/** Bytes of a stream that are not taken yet, in a buffer of a fixed size, and readers of such a window. */

/** Receiver of a stream's bytes, in order. */
export interface Stream {
  /** Takes bytes, cut anywhere. */
  push(chunk: Buffer): void;
  /** End of the stream: what is incomplete is given up. */
  end(): void;
}

class ByteWindow {
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
    const count = Math.min(bytes.length - at, this.capacity - this.length);
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

/** Reader that calls `step` until it has to wait for more bytes. Its memory does not grow, whatever comes. */
export abstract class WindowReader implements Stream {
  protected readonly window: ByteWindow;

  /** @param longest bytes that `step` may wait for */
  constructor(longest: number) {
    this.window = new ByteWindow(longest);
  }

  /** Takes or skips bytes at the window's front. @returns false: more are needed, which `isEnd` does not allow */
  protected abstract step(isEnd: boolean): boolean;

  push(chunk: Buffer): void {
    for (let at = 0; at < chunk.length;) {
      at += this.window.add(chunk, at);
      while (this.window.length > 0 && this.step(false));
    }
  }

  end(): void {
    while (this.window.length > 0 && this.step(true));
  }
}
