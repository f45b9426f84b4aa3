/** Offset of the on-board clock from the ground's, as the newest packet shows it. */

/** Seconds without a newer packet after which an older one counts: the clock was set back. */
const quietSeconds = 10;

export class ClockOffset {
  /** On-board time minus ground time in seconds; NaN before the first packet. */
  value = NaN;
  private newest = -Infinity;
  /** Time on the ground at which the newest packet came. */
  private since = -Infinity;

  /**
   * Takes a live packet. One that is behind another one is late, or among the last that a recorder has: it says nothing
   * about the clock of now.
   * @param onboardTime seconds since 1970; NaN: the packet has no time
   * @param now ground time, seconds since 1970
   */
  take(onboardTime: number, now: number): void {
    if (Number.isNaN(onboardTime)) return;
    if (onboardTime < this.newest && now - this.since <= quietSeconds) return;
    this.newest = onboardTime;
    this.since = now;
    this.value = onboardTime - now;
  }
}
