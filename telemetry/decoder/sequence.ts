import { sequenceModulus } from "./primaryHeader";

/** How far behind the newest a packet may be and still be told from a restart of the count. */
const windowPackets = 32;

export type Arrival = "in-order" | "duplicate" | "late" | "restart";

/**
 * Follows the sequence count of one APID (CCSDS 133.0-B-2, 4.1.3.4.3: counts each APID's packets modulo 16,384).
 *
 * A count ahead of the expected one is a gap of as many packets. A count behind it is a duplicate if that packet came
 * before, late if it did not, and a restart of the spacecraft's count when it is more than 32 behind. A restart whose
 * new count happens to lie ahead would look like a gap: a gap of more packets than can have been sent meanwhile is a
 * restart too.
 */
export class SequenceTracker {
  /** Packets that were skipped by the last in-order arrival. */
  missing = 0;
  private newest = -1;
  /** Bit n: the packet n counts before the newest has come. Starts full: what came before the first is not awaited. */
  private seen = -1;

  /** @param mostAhead packets that the spacecraft can have sent since the newest one; default: half the counts */
  arrive(count: number, mostAhead: number = sequenceModulus / 2): Arrival {
    this.missing = 0;
    if (this.newest < 0) return this.advance(count, 0);
    const ahead = (count - this.newest + sequenceModulus) % sequenceModulus;
    const isAhead = ahead > 0 && ahead < sequenceModulus / 2;
    if (isAhead && ahead <= Math.max(mostAhead, windowPackets)) return this.advance(count, ahead);
    const behind = (sequenceModulus - ahead) % sequenceModulus;
    if (isAhead || behind >= windowPackets) {
      this.seen = -1;
      this.newest = count;
      return "restart";
    }
    const bit = 1 << behind;
    if ((this.seen & bit) !== 0) return "duplicate";
    this.seen |= bit;
    return "late";
  }

  private advance(count: number, ahead: number): Arrival {
    if (ahead > 0) {
      this.missing = ahead - 1;
      this.seen = ahead >= windowPackets ? 1 : (this.seen << ahead) | 1;
    }
    this.newest = count;
    return "in-order";
  }
}
