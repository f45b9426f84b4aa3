/** Sequence counts of received packets: detection of gaps, duplicates, late packets and restarts. */
import type { Dictionary, Packet } from "../dictionary";
import { sequenceModulus } from "./primaryHeader";

/** Maximum distance of a late packet behind the newest; beyond it the count has restarted. */
const windowPackets = 32;
/** Tolerance factor of the period: requested packets are more frequent than in the dictionary, delayed ones less. */
const tolerance = 2;

export type Arrival = "in-order" | "duplicate" | "late" | "restart";

/**
 * Tracker of one sequence counter: of an APID (CCSDS 133.0-B-2, 4.1.3.4.3: each counts its packets modulo 16,384), or,
 * where a mission does so, of all.
 *
 * A count ahead of the expected one is a gap of that many packets. A count behind it is a duplicate if that packet was
 * received before, otherwise late. A rebooted computer, which counts from 0, can have the same counts, so the on-board
 * time decides. The count has restarted when the packet
 * - is not ahead, but was made later than the newest,
 * - or was made so much earlier that its clock has restarted too,
 * - or is more than 32 behind,
 * - or is further ahead than packets can have been sent since the newest.
 * Without an on-board time only the counts are left: what is ahead is a gap, what is less than 32 behind is a duplicate
 * or late, and what is further behind has restarted.
 */
export class SequenceTracker {
  /** Number of packets skipped by the last in-order arrival. */
  missing = 0;
  private newest = -1;
  private newestTime = NaN;
  /** Bit n: true when the packet n counts before the newest was received. Initially all set: none before it is late. */
  private seen = -1;

  /**
   * @param periodSeconds period of the packets that this counter counts, from the dictionary
   * @param step difference of the counts of two packets that are sent one after the other
   */
  constructor(
    private readonly periodSeconds: number,
    private readonly step = 1,
  ) {}

  /**
   * @param onboardTime time of the packet in seconds, by any clock: recordings may be replayed at any rate; NaN: the
   *   packet has none
   */
  arrive(count: number, onboardTime: number): Arrival {
    this.missing = 0;
    if (this.newest < 0) return this.advance(count, onboardTime, 0);
    const later = onboardTime - this.newestTime;
    const distance = (count - this.newest + sequenceModulus) % sequenceModulus;
    if (distance > 0 && distance < sequenceModulus / 2) {
      const ahead = this.stepsOf(distance);
      const most = Number.isNaN(later) ? Infinity : Math.max(this.packetsWithin(later), windowPackets);
      return ahead <= most ? this.advance(count, onboardTime, ahead) : this.restart(count, onboardTime);
    }
    const behind = distance === 0 ? 0 : this.stepsOf(sequenceModulus - distance);
    const isEarlierClock = -later > tolerance * windowPackets * this.periodSeconds;
    if (behind >= windowPackets || later > 0 || isEarlierClock) return this.restart(count, onboardTime);
    const bit = 1 << behind;
    if ((this.seen & bit) !== 0) return "duplicate";
    this.seen |= bit;
    return "late";
  }

  /** Number of packets that a distance between two counts is. */
  private stepsOf(distance: number): number {
    return Math.max(1, Math.round(distance / this.step));
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

/** Tracker of packets that have no counter: each comes in order. */
class NoSequence extends SequenceTracker {
  override arrive(): Arrival {
    return "in-order";
  }
}

/** Trackers of a dictionary's packets by their index; packets that share a counter share the tracker. */
export function sequenceTrackers({ packets }: Pick<Dictionary, "packets">): SequenceTracker[] {
  const keyOf = ({ sequence, apid }: Packet): string =>
    sequence.counted === "apid" ? String(apid) : sequence.counted;
  const trackers = new Map<string, SequenceTracker>();
  for (const [key, sharing] of Map.groupBy(packets, keyOf)) {
    const step = sharing[0]?.sequence.step ?? 1;
    trackers.set(key, key === "none" ? new NoSequence(1) : new SequenceTracker(periodOf(sharing), step));
  }
  return packets.map((packet) => trackers.get(keyOf(packet)) ?? new NoSequence(1));
}

/** Mean time between two packets of several kinds. */
function periodOf(packets: readonly Packet[]): number {
  const [only, ...others] = packets.filter(({ isAbstract }) => !isAbstract);
  if (!only || others.length === 0) return only?.periodSeconds ?? 1;
  return 1 / [only, ...others].reduce((rate, { periodSeconds }) => rate + 1 / periodSeconds, 0);
}
