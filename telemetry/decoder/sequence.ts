import { sequenceModulus } from "./primaryHeader";

/** How far behind the newest a packet may be and still be told from a restart of the count. */
const windowPackets = 32;

export type Arrival = "in-order" | "duplicate" | "late" | "restart";

/**
 * Follows the sequence count of one APID (CCSDS 133.0-B-2, 4.1.3.4.3: counts each APID's packets modulo 16,384).
 *
 * A count ahead of the expected one is a gap of as many packets. A count behind it is a duplicate if that packet came
 * before, late if it did not, and a restart of the spacecraft's count when it is more than 32 behind. A restart whose
 * new count happens to lie ahead looks like a gap: the header alone cannot tell the two apart.
 */
export class SequenceTracker {
  /** Packets that were skipped by the last in-order arrival. */
  missing = 0;
  private newest = -1;
  /** Bit n: the packet n counts before the newest has come. Starts full: what came before the first is not awaited. */
  private seen = -1;

  arrive(count: number): Arrival {
    this.missing = 0;
    if (this.newest < 0) return this.advance(count, 0);
    const ahead = (count - this.newest + sequenceModulus) % sequenceModulus;
    if (ahead > 0 && ahead < sequenceModulus / 2) return this.advance(count, ahead);
    const behind = (sequenceModulus - ahead) % sequenceModulus;
    if (behind >= windowPackets) {
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
