/** Counter of one virtual channel's frames: what came twice, late, after a gap or after a restart. */
import { crc32 } from "node:zlib";
import type { Frame } from "./frame";

/**
 * Frames behind the newest that may still come, swapped on their way or from a second station: half of the counter of a
 * TM frame, so that what is further behind is nearer ahead.
 */
const recentFrames = 128;
/**
 * Frames that a gap may have. The counter of AOS frames has 2^24 or more numbers: what is further ahead than this was never
 * sent in between, the counter began again.
 */
const mostMissing = 65_536;

/** What a frame is to those before it; a number: in order, behind so many that did not come. */
export type FrameArrival = number | "duplicate" | "late" | "restart";

export class FrameCounter {
  private newest: Pick<Frame, "count" | "modulus"> | undefined;
  /** Counts that came or were missed, each at its remainder by {@link recentFrames}; -1: none. */
  private readonly counts = new Float64Array(recentFrames).fill(-1);
  /** Sums of what the frames contained. */
  private readonly sums = new Uint32Array(recentFrames);
  /** 1 for a count that a short gap has skipped: behind a longer one nobody knows what was ever sent. */
  private readonly missed = new Uint8Array(recentFrames);

  /**
   * A frame behind the newest is a duplicate where one of the same count and content came, and late where a gap
   * had skipped it. Where one of its count had other content the counter has gone around, or begun again, in what is missing;
   * of idle frames some transmitters do not count, whatever they are filled with.
   */
  arrive({ count, modulus, data, isIdle }: Frame): FrameArrival {
    const { newest } = this;
    const slot = count % recentFrames;
    const sum = crc32(data);
    const isKnown = this.counts[slot] === count;
    const isRecent = newest?.modulus === modulus && distance(count, newest.count, modulus) < recentFrames;
    const isMissed = isKnown && this.missed[slot] === 1;
    const isSame = this.sums[slot] === sum || (isIdle && count === newest?.count);
    if (isRecent && isKnown && !isMissed && isSame) return "duplicate";
    this.counts[slot] = count;
    this.sums[slot] = sum;
    this.missed[slot] = 0;
    if (isRecent && isMissed) return "late";
    const missing = newest?.modulus === modulus ? distance(newest.count + 1, count, modulus) : 0;
    this.newest = { count, modulus };
    if (missing < recentFrames) this.miss(count, missing, modulus);
    return missing > mostMissing ? "restart" : missing;
  }

  private miss(before: number, missing: number, modulus: number): void {
    for (let i = 1; i <= missing; i++) {
      const count = (before - i + modulus) % modulus;
      this.counts[count % recentFrames] = count;
      this.missed[count % recentFrames] = 1;
    }
  }
}

/** Numbers from one count to the next appearance of another. */
const distance = (from: number, to: number, modulus: number): number => (to - from + modulus) % modulus;
