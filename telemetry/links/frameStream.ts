/** Frames of a stream of bytes, found by the attached sync marker before each. */
import type { LinkCounters } from "./counters";

/** Attached sync marker of TM and AOS frames (CCSDS 131.0-B-4, 9.3.5). */
export const standardMarker = Buffer.from("1acffc1d", "hex");

export interface FrameStreamArgs {
  readonly marker: Buffer;
  /** Bytes from one marker's end to the next marker: the frame and its check symbols. */
  readonly blockBytes: number;
  readonly emit: (block: Buffer) => void;
  readonly counters: LinkCounters;
}

/**
 * A marker is looked for at each byte; behind a block, the next byte comes first. Bytes between block and marker are
 * skipped. It keeps less than one block and its marker.
 */
export class FrameStream {
  private rest: Buffer = Buffer.alloc(0);

  constructor(private readonly args: FrameStreamArgs) {}

  push(chunk: Buffer): void {
    const { marker, blockBytes, emit, counters } = this.args;
    const bytes = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    let at = 0;
    for (;;) {
      const found = bytes.indexOf(marker, at);
      // The end of the bytes may be the start of a marker.
      const next = found >= 0 ? found : Math.max(at, bytes.length - (marker.length - 1));
      counters.skippedBytes += next - at;
      at = next;
      const end = at + marker.length + blockBytes;
      if (found < 0 || end > bytes.length) break;
      emit(bytes.subarray(at + marker.length, end));
      at = end;
    }
    this.rest = Buffer.from(bytes.subarray(at));
  }

  end(): void {
    this.args.counters.skippedBytes += this.rest.length;
    this.rest = Buffer.alloc(0);
  }
}
