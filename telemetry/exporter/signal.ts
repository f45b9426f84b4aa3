/** Signal of a spacecraft: contacts, the silences between them, and what of the sequence counts belongs together. */
import type { Span } from "../contacts";
import type { Era } from "../decoder";

/** Seconds without a live packet that are a silence. */
const leastSilence = 60;

/** What live packets show, with the contact plan where there is one. */
export class Signal {
  /** Contact and setting of the on-board clock; another object whenever one changes. */
  era: Era = { contact: 0, clock: 0 };
  /** Length in seconds of the last silence, and the time of the first live packet after it; 0: none yet. */
  silence = 0;
  acquired = 0;
  private lastLive = NaN;
  private span: number | undefined;

  /**
   * Takes note of a live packet.
   * @param span part of the plan; undefined: the plan says nothing, and the contact goes on
   * @param clock number of settings of the on-board clock
   */
  take(now: number, span: Span | undefined, clock: number): void {
    const silence = now - this.lastLive;
    if (silence > leastSilence) {
      this.silence = silence;
      this.acquired = now;
    }
    this.lastLive = now;
    const isOther = span !== undefined && span.start !== this.span;
    if (isOther || clock !== this.era.clock) {
      this.era = { contact: this.era.contact + (isOther ? 1 : 0), clock };
    }
    if (span) this.span = span.start;
  }
}
