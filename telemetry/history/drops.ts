/** Samples that are not in the history, by reason. */

/**
 * no_time: the packet has no on-board time. too_old: older than the history goes back. future: ahead of the ground's
 * clock. same_time: another value of the parameter at the same millisecond. queue_full: the receiver was away for too
 * long. refused: it will not take them, and says another reason. stopped: the exporter ended before it took them.
 */
export const dropReasons = [
  "no_time",
  "too_old",
  "future",
  "same_time",
  "queue_full",
  "refused",
  "stopped",
] as const satisfies readonly string[];

export type DropReason = (typeof dropReasons)[number];

/** Counts since the start; the first of each reason is told. */
export class Drops {
  readonly counts = Object.fromEntries(dropReasons.map((reason) => [reason, 0])) as Record<
    DropReason,
    number
  >;

  constructor(private readonly tell: (reason: DropReason, why: Readonly<Record<string, unknown>>) => void) {}

  add(reason: DropReason, samples: number, why: () => Readonly<Record<string, unknown>>): void {
    if (samples === 0) return;
    if (this.counts[reason] === 0) this.tell(reason, why());
    this.counts[reason] += samples;
  }
}
