/** Sequence counts of received packets: detection of gaps, duplicates, late packets and restarts. */
import type { Dictionary, Packet } from "../dictionary";
import { CountSet } from "./countSet";
import { sequenceModulus } from "./primaryHeader";

/** Distance of a late packet behind the newest that is always believed; how far beyond it is, the time must explain. */
const windowPackets = 32;
/** Tolerance factor of the period: requested packets are more frequent than in the dictionary, delayed ones less. */
const tolerance = 2;
/** The same for packets behind the newest, which may come from a burst. */
const burst = 8;
/** Time between two packets that come when something happens: as short as in a burst of them. */
const irregularSeconds = 0.1;
/** Seconds that a second station may be behind the first, and where packets have no time to tell it by. */
const stationSeconds = 60;
const timelessSeconds = 30;

export type Arrival = "in-order" | "duplicate" | "late" | "restart";

/** What packets that come one after the other have in common. Both numbers only rise. */
export interface Era {
  /** Contact with the spacecraft: what was sent between two is not expected. */
  readonly contact: number;
  /** Setting of the on-board clock: times of two are not comparable. */
  readonly clock: number;
}

const always: Era = { contact: 0, clock: 0 };

/**
 * Tracker of one sequence counter: of an APID (CCSDS 133.0-B-2, 4.1.3.4.3: each counts its packets modulo 16,384), or,
 * where a mission does so, of all.
 *
 * A count ahead of the expected one is a gap of that many packets, unless a new contact has begun. A count behind it, by
 * at most half of the counter, is a duplicate if that packet was received before, otherwise late: a second station may be
 * seconds behind the first. A rebooted computer, which counts from 0, can have the same counts, so the on-board time
 * decides. The count has restarted when the packet
 * - is not ahead, but was made later than the newest,
 * - or was made so much earlier, by more than a minute and 64 periods, that its clock has restarted too,
 * - or is more than 32 behind, and further than can have been sent between its time and the newest's,
 * - or is further ahead than packets can have been sent since the newest.
 * Without an on-board time only the counts are left: what is ahead is a gap, what is less than 32 behind, or than is sent
 * in 30 seconds, is a duplicate or late, and what is further behind has restarted.
 */
export class SequenceTracker {
  /** Number of packets skipped by the last in-order arrival. */
  missing = 0;
  private newest = -1;
  private newestTime = NaN;
  private era = always;
  /** Counts of the last lap that have come. After a start all have: none before it is late. */
  private readonly seen = new CountSet();

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
  arrive(count: number, onboardTime: number, era: Era = always): Arrival {
    this.missing = 0;
    const isFirst = this.newest < 0;
    const later = onboardTime - this.newestTime;
    if (isFirst || (era !== this.era && this.isNew(era, later))) {
      this.restart(count, onboardTime, era);
      return isFirst ? "in-order" : "restart";
    }
    const distance = (count - this.newest + sequenceModulus) % sequenceModulus;
    if (distance > 0 && distance < sequenceModulus / 2) {
      const ahead = this.stepsOf(distance);
      const most = Number.isNaN(later) ? Infinity : Math.max(this.packetsWithin(later), windowPackets);
      return ahead <= most
        ? this.advance(count, onboardTime, distance)
        : this.restart(count, onboardTime, era);
    }
    const behind = distance === 0 ? 0 : this.stepsOf(sequenceModulus - distance);
    if (!this.isEarlier(behind, later)) return this.restart(count, onboardTime, era);
    if (this.seen.has(count)) return "duplicate";
    this.seen.add(count);
    return "late";
  }

  /** True when a packet of another era begins what cannot be compared with what came before. A late copy of before does not. */
  private isNew({ contact, clock }: Era, later: number): boolean {
    return clock !== this.era.clock || (contact !== this.era.contact && !(later <= 0));
  }

  /** True when a packet so far behind the newest was sent before it. */
  private isEarlier(behind: number, later: number): boolean {
    if (Number.isNaN(later)) {
      return behind < Math.max(windowPackets, timelessSeconds / this.periodSeconds);
    }
    const couldBe = Math.max(windowPackets, (burst * -later) / this.periodSeconds);
    const mostSeconds = Math.max(stationSeconds, tolerance * windowPackets * this.periodSeconds);
    return later <= 0 && behind < couldBe && -later <= mostSeconds;
  }

  /** Number of packets that a distance between two counts is. */
  private stepsOf(distance: number): number {
    return Math.max(1, Math.round(distance / this.step));
  }

  private packetsWithin(seconds: number): number {
    return (tolerance * seconds) / this.periodSeconds;
  }

  private advance(count: number, onboardTime: number, distance: number): Arrival {
    if (distance > 1) {
      this.missing = this.stepsOf(distance) - 1;
      this.seen.remove((this.newest + 1) % sequenceModulus, distance - 1);
    }
    this.seen.add(count);
    this.newest = count;
    this.newestTime = onboardTime;
    return "in-order";
  }

  /** Restarts at this count; packets sent before it are not expected. */
  private restart(count: number, onboardTime: number, era: Era): Arrival {
    this.seen.addAll();
    this.era = era;
    this.newest = count;
    this.newestTime = onboardTime;
    return "restart";
  }
}

/** Tracker of packets that have no counter: each comes in order, but for a copy that a second station brings later. */
class NoSequence extends SequenceTracker {
  private newestOfAll = NaN;
  private clock = 0;

  override arrive(_count: number, onboardTime: number, { clock }: Era = always): Arrival {
    if (clock === this.clock && onboardTime < this.newestOfAll) return "duplicate";
    this.clock = clock;
    this.newestOfAll = onboardTime;
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
    if (key !== "none") trackers.set(key, new SequenceTracker(periodOf(sharing), step));
  }
  return packets.map((packet) => trackers.get(keyOf(packet)) ?? new NoSequence(1));
}

/** Mean time between two packets of several kinds. */
function periodOf(packets: readonly Packet[]): number {
  const [only, ...others] = packets.filter(({ isAbstract }) => !isAbstract);
  if (!only) return 1;
  const period = ({ periodSeconds }: Packet): number =>
    Number.isFinite(periodSeconds) ? periodSeconds : irregularSeconds;
  if (others.length === 0) return period(only);
  return 1 / [only, ...others].reduce((rate, packet) => rate + 1 / period(packet), 0);
}
