/** On-board clock as the live packets show it: what tells a live packet from one that a recorder played back. */

/** Seconds without a live packet after which a clock that agrees with the ground's is believed at once. */
const quietSeconds = 10;
/** Seconds, and packets of one kind in them, for which a clock that was set back must run steadily to be believed. */
const steadySeconds = 30;
const steadyPackets = 3;
/** How much the offset of such a clock may change: a recorder that plays at 1.2 times the real speed is beyond it. */
const steadyOffset = 5;

/** Packets of one kind that are behind the live ones. */
interface Behind {
  readonly offset: number;
  readonly since: number;
  packets: number;
}

/**
 * Clock of one spacecraft. Its offset, on-board time minus ground time, is that of the newest live packet and stays
 * through a silence; so what a recorder plays back at the beginning of a pass is old, whichever comes first.
 *
 * A packet that is ahead is live: the clock was set, or the packets before it were stored ones. One that is behind is a
 * stored one, unless
 * - it agrees with the ground's clock, and no other live packet has come for ten seconds,
 * - or no other live packet has come for half a minute, and packets of its kind keep the pace of real time: the clock
 *   was set back or started again.
 * The first packet of all is live, because nothing is known about the clock.
 */
export class OnboardClock {
  /** Number of times that the clock was set, as far as live packets tell. */
  settings = 0;
  private offset = NaN;
  private newest = NaN;
  /** Time on the ground of the newest live packet. */
  private lastLive = -Infinity;
  /** Offset of a packet that was ahead. A second one confirms it; until then the time of one may have been wrong. */
  private ahead = NaN;
  private readonly behind = new Map<number, Behind>();

  /**
   * @param kind number of the kind of packet: times of different kinds may differ
   * @param onboardTime seconds since 1970
   * @param now ground time, seconds since 1970
   * @param olderThan seconds that a live packet may be behind the others
   */
  isLive(kind: number, onboardTime: number, now: number, olderThan: number): boolean {
    const offset = onboardTime - now;
    const difference = offset - this.offset;
    if (difference <= olderThan && difference >= -olderThan) this.follow(onboardTime, offset, now);
    else if (Number.isNaN(difference)) this.set(onboardTime, offset, now);
    else if (difference > 0) this.jump(onboardTime, offset, now, olderThan);
    else if (this.isRight(offset, now, olderThan) || this.isSteady(kind, offset, now)) {
      this.settings++;
      this.set(onboardTime, offset, now);
    } else return false;
    return true;
  }

  /** Only a newer packet moves the offset: those of a second station, or of a recorder's last seconds, are delayed. */
  private follow(onboardTime: number, offset: number, now: number): void {
    this.lastLive = now;
    if (onboardTime >= this.newest) {
      this.newest = onboardTime;
      this.offset = offset;
    }
  }

  private set(onboardTime: number, offset: number, now: number): void {
    this.lastLive = now;
    this.newest = onboardTime;
    this.offset = offset;
    this.ahead = NaN;
    this.behind.clear();
  }

  private jump(onboardTime: number, offset: number, now: number, olderThan: number): void {
    this.settings++;
    const isConfirmed = Math.abs(offset) <= olderThan || Math.abs(offset - this.ahead) <= olderThan;
    if (isConfirmed) this.set(onboardTime, offset, now);
    else this.ahead = offset;
  }

  private isRight(offset: number, now: number, olderThan: number): boolean {
    return Math.abs(offset) <= olderThan && now - this.lastLive > quietSeconds;
  }

  private isSteady(kind: number, offset: number, now: number): boolean {
    const known = this.behind.get(kind);
    if (!known || Math.abs(offset - known.offset) > steadyOffset) {
      this.behind.set(kind, { offset, since: now, packets: 1 });
      return false;
    }
    known.packets++;
    const lasts = now - Math.max(known.since, this.lastLive) >= steadySeconds;
    return lasts && known.packets >= steadyPackets;
  }
}
