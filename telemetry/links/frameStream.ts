/** Frames of a stream of bytes, found by the attached sync marker before each. */
import { WindowReader } from "./byteWindow";
import type { LinkCounters } from "./counters";

/** Attached sync marker of TM and AOS frames (CCSDS 131.0-B-4, 9.3.5). */
export const standardMarker = Buffer.from("1acffc1d", "hex");

/** Least size of a window: large chunks are read in few steps. */
const leastWindowBytes = 65_536;

export interface FrameStreamArgs {
  readonly marker: Buffer;
  /** Bytes from one marker's end to the next marker: the frame and its check symbols. */
  readonly blockBytes: number;
  /**
   * Receives a block, whose bytes are valid during the call.
   * @returns false for a damaged one
   */
  readonly take: (block: Buffer) => boolean;
  readonly counters: Pick<LinkCounters, "skippedBytes">;
}

/**
 * Reader that awaits a whole block at a marker. Behind a damaged one, or where the stream ends in it, one byte is skipped
 * and the next marker looked for: it may have been data that look like a marker, or a block that lost some bytes.
 */
export class FrameStream extends WindowReader {
  constructor(private readonly args: FrameStreamArgs) {
    super(Math.max(args.marker.length + args.blockBytes, leastWindowBytes));
  }

  protected step(isEnd: boolean): boolean {
    const { marker, blockBytes, take } = this.args;
    const { bytes } = this.window;
    const at = bytes.indexOf(marker);
    if (at !== 0) {
      // The end of the window may be the beginning of a marker.
      const skipped = at > 0 ? at : isEnd ? bytes.length : Math.max(bytes.length - marker.length + 1, 0);
      this.skip(skipped);
      return skipped > 0;
    }
    const size = marker.length + blockBytes;
    if (bytes.length < size && !isEnd) return false;
    if (bytes.length >= size && take(bytes.subarray(marker.length, size))) this.window.take(size);
    else this.skip(1);
    return true;
  }

  private skip(bytes: number): void {
    this.args.counters.skippedBytes += bytes;
    this.window.take(bytes);
  }
}
