/** Sequence counts of received packets: tells gaps, duplicates, late packets and restarts apart. */
import { sequenceModulus } from "./primaryHeader";

/** How far behind the newest a packet may be and still be told from a restart of the count. */
const windowPackets = 32;
/** Packets on request come more often than the dictionary says, packets that were put off less often: by this much. */
const tolerance = 2;

export type Arrival = "in-order" | "duplicate" | "late" | "restart";

/**
 * Follows the sequence count of one APID (CCSDS 133.0-B-2, 4.1.3.4.3: counts each APID's packets modulo 16,384).
 *
 * A count ahead of the expected one is a gap of as many packets. A count behind it is a duplicate if that packet came
 * before, late if it did not. The count alone cannot tell that from a computer that has started again and counts from 0,
 * so the on-board time decides: a restart is
 * - a count that is not ahead in a packet that was made later than the newest,
 * - or made so much earlier that its clock has started again too,
 * - or more than 32 behind,
 * - or further ahead than can have been sent since the newest.
 */
export class SequenceTracker {
  /** Packets that were skipped by the last in-order arrival. */
  missing = 0;
  private newest = -1;
  private newestTime = NaN;
  /** Bit n: the packet n counts before the newest has come. Starts full: what came before the first is not awaited. */
  private seen = -1;

  /** @param periodSeconds between two packets of this APID, as the dictionary says */
  constructor(private readonly periodSeconds: number) {}

  /** @param onboardTime when the packet was made, seconds by any clock: recordings may be replayed at any rate */
  arrive(count: number, onboardTime: number): Arrival {
    this.missing = 0;
    if (this.newest < 0) return this.advance(count, onboardTime, 0);
    const later = onboardTime - this.newestTime;
    const ahead = (count - this.newest + sequenceModulus) % sequenceModulus;
    if (ahead > 0 && ahead < sequenceModulus / 2) {
      return ahead <= Math.max(this.packetsWithin(later), windowPackets)
        ? this.advance(count, onboardTime, ahead)
        : this.restart(count, onboardTime);
    }
    const behind = (sequenceModulus - ahead) % sequenceModulus;
    const isEarlierClock = -later > tolerance * windowPackets * this.periodSeconds;
    if (behind >= windowPackets || later > 0 || isEarlierClock) return this.restart(count, onboardTime);
    const bit = 1 << behind;
    if ((this.seen & bit) !== 0) return "duplicate";
    this.seen |= bit;
    return "late";
  }

  private packetsWithin(seconds: number): number {
    return (tolerance * seconds) / this.periodSeconds;
  }

  private advance(count: number, onboardTime: number, ahead: number): Arrival {
    if (ahead > 0) {
      this.missing = ahead - 1;
      this.seen = ahead >= windowPackets ? 1 : (this.seen << ahead) | 1;
    }
    this.newest = count;
    this.newestTime = onboardTime;
    return "in-order";
  }

  /** What was sent before it is not awaited. */
  private restart(count: number, onboardTime: number): Arrival {
    this.seen = -1;
    this.newest = count;
    this.newestTime = onboardTime;
    return "restart";
  }
}
