/** Sequence counts of received packets: detection of gaps, duplicates, late packets and restarts. */
import { sequenceModulus } from "./primaryHeader";

/** Maximum distance of a late packet behind the newest; beyond it the count has restarted. */
const windowPackets = 32;
/** Tolerance factor of the period: requested packets are more frequent than in the dictionary, delayed ones less. */
const tolerance = 2;

export type Arrival = "in-order" | "duplicate" | "late" | "restart";

/**
 * Tracker of the sequence count of one APID (CCSDS 133.0-B-2, 4.1.3.4.3: each APID counts its packets modulo 16,384).
 *
 * A count ahead of the expected one is a gap of that many packets. A count behind it is a duplicate if that packet was
 * received before, otherwise late. A rebooted computer, which counts from 0, can have the same counts, so the on-board
 * time decides. The count has restarted when the packet
 * - is not ahead, but was made later than the newest,
 * - or was made so much earlier that its clock has restarted too,
 * - or is more than 32 behind,
 * - or is further ahead than packets can have been sent since the newest.
 */
export class SequenceTracker {
  /** Number of packets skipped by the last in-order arrival. */
  missing = 0;
  private newest = -1;
  private newestTime = NaN;
  /** Bit n: true when the packet n counts before the newest was received. Initially all set: none before it is late. */
  private seen = -1;

  /** @param periodSeconds period of this APID's packets, from the dictionary */
  constructor(private readonly periodSeconds: number) {}

  /** @param onboardTime time of the packet in seconds, by any clock: recordings may be replayed at any rate */
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

  /** Restarts at this count; packets sent before it are not expected. */
  private restart(count: number, onboardTime: number): Arrival {
    this.seen = -1;
    this.newest = count;
    this.newestTime = onboardTime;
    return "restart";
  }
}
