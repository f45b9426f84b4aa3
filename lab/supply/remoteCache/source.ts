/** Sources of cached files: what a folder, a web server and a registry have in common. */

/** A file of the cache while it is read. */
export interface Content {
  /** Its size, where that is known before. */
  readonly bytes?: number;
  /** @throws Unavailable when it ends too early */
  readonly chunks: AsyncIterable<Uint8Array>;
}

export interface CacheSource {
  /** Where it is, for messages. */
  readonly said: string;
  /**
   * A file of the cache; undefined when the cache does not have it.
   * @throws Unavailable when the cache cannot say so now
   */
  open(file: string): Promise<Content | undefined>;
}

/** The cache cannot be read: the reason, and whether another try may help. Never a doubt about its content. */
export class Unavailable extends Error {
  constructor(
    reason: string,
    readonly again: boolean,
  ) {
    super(reason);
    this.name = "Unavailable";
  }
}

/** Something in the cache is not what a trusted signer put there: stops, whatever else could be done. */
export class UntrustedCache extends Error {
  constructor(message: string) {
    super(message);
    this.name = "UntrustedCache";
  }
}

/** Limits of every wait for a cache, in milliseconds. */
export interface Limits {
  /** Until a server begins to answer. */
  readonly answerMs: number;
  /** Without a byte, in the middle of an answer. */
  readonly silenceMs: number;
  /** For one file, from its first byte to its last. */
  readonly fileMs: number;
  /** Waits before the second try, the third, … */
  readonly pausesMs: readonly number[];
}

export const usualLimits: Limits = {
  answerMs: 20_000,
  silenceMs: 30_000,
  fileMs: 60 * 60_000,
  pausesMs: [1000, 4000],
};
