/** Contact plan: when a ground station has the spacecraft in view (AOS to LOS). */

/** Time in which a station is to receive the spacecraft, in seconds since 1970. */
export interface Contact {
  /** Acquisition of signal (AOS). */
  readonly start: number;
  /** Loss of signal (LOS). */
  readonly end: number;
  readonly station: string;
}

/** A part of the plan: a contact, or the time between two. */
export interface Span {
  readonly isContact: boolean;
  readonly start: number;
  readonly end: number;
  /** Names of the stations; none between contacts. */
  readonly stations: readonly string[];
}

/** What the plan says of a moment. */
export interface ContactState {
  readonly span: Span;
  /** Seconds for which a signal has been expected; undefined: none is. */
  readonly signalExpectedFor: number | undefined;
  /** Seconds to the next AOS; undefined: the plan has no further contact. */
  readonly secondsToAos: number | undefined;
  /** Seconds since the last LOS; undefined: the plan begins later. */
  readonly secondsSinceLos: number | undefined;
}

/** A plan that may be replaced by a newer one. */
export interface Contacts {
  /** Plan in force; undefined: none could be read yet. */
  readonly plan: ContactPlan | undefined;
  /** Time of the last good reading, before the first one that of the start, in seconds since 1970. */
  readonly readAt: number;
}

/** Seconds at both ends of a contact in which the signal may be missing: a horizon is no line. */
const marginSeconds = 60;
/** Share of a short contact that is such a margin, at each end. */
const marginShare = 0.2;

/** Plan of one spacecraft. Contacts that overlap, of several stations, are one. Behind its last LOS it says nothing. */
export class ContactPlan {
  private readonly contacts: readonly Span[];
  private newest: Span | undefined;

  constructor(contacts: readonly Contact[]) {
    this.contacts = merged(contacts);
  }

  get count(): number {
    return this.contacts.length;
  }

  /** Time of the last LOS, seconds since 1970; undefined: the plan is empty. */
  get end(): number | undefined {
    return this.contacts.at(-1)?.end;
  }

  /** The part of the plan that a moment is in; undefined behind its end. Cheap for moments close to each other. */
  at(now: number): Span | undefined {
    if (this.newest && this.newest.start <= now && now < this.newest.end) return this.newest;
    this.newest = this.find(now);
    return this.newest;
  }

  state(now: number): ContactState | undefined {
    const span = this.at(now);
    if (!span) return undefined;
    const next = this.contacts[this.firstEndingAfter(span.isContact ? span.end : now)];
    const last = this.contacts[this.firstEndingAfter(now) - 1];
    return {
      span,
      signalExpectedFor: signalExpectedFor(span, now),
      secondsToAos: next && next.start - now,
      secondsSinceLos: last && now - last.end,
    };
  }

  private find(now: number): Span | undefined {
    const index = this.firstEndingAfter(now);
    const contact = this.contacts[index];
    if (!contact || contact.start <= now) return contact;
    const start = this.contacts[index - 1]?.end ?? -Infinity;
    return { isContact: false, start, end: contact.start, stations: [] };
  }

  /** Position of the first contact that ends after a moment. */
  private firstEndingAfter(now: number): number {
    let [low, high] = [0, this.contacts.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.contacts[middle]?.end ?? Infinity) > now) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

function signalExpectedFor({ isContact, start, end }: Span, now: number): number | undefined {
  const margin = Math.min(marginSeconds, marginShare * (end - start));
  return isContact && start + margin <= now && now < end - margin ? now - start - margin : undefined;
}

function merged(contacts: readonly Contact[]): Span[] {
  const spans: (Span & { end: number; stations: string[] })[] = [];
  for (const { start, end, station } of contacts.toSorted((a, b) => a.start - b.start)) {
    const last = spans.at(-1);
    const names = station === "" ? [] : [station];
    if (!last || start > last.end) spans.push({ isContact: true, start, end, stations: names });
    else {
      last.end = Math.max(last.end, end);
      last.stations.push(...names.filter((name) => !last.stations.includes(name)));
    }
  }
  return spans;
}
