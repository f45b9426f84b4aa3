/**
 * Log of on-board events: a line of JSON for each, counts by severity, and bounds so that a storm of events fills no
 * disk and hides no worse event.
 */
import { hash } from "node:crypto";
import {
  eventReaders,
  type OnboardEvent,
  type PacketLayout,
  primaryHeaderBytes,
  readDataBytes,
} from "../decoder";
import { eventSeverities, type EventSeverity, type Packet } from "../dictionary";
import { isoTime } from "../isoTime";
import type { Origin } from "./history";

/**
 * Lines of one severity at once, so that an orbit's events can be played back, and a second in the long run: of all
 * severities 650 MB a day of usual lines (300 bytes).
 */
const burstLines = 2000;
const linesPerSecond = 5;
/** Bytes of a line; of a longer one its values are left out, and its message is cut. */
const mostLineBytes = 8192;
const mostOfLongLine = 256;
/** Packets that are remembered, so that what was received live is not told again when a recorder plays it back. */
const mostRemembered = 4096;

/** Newest events that are kept for the page, with a line or without. */
const mostRecent = 50;

/** Event as the page shows it. */
export interface RecentEvent extends Pick<OnboardEvent, "severity" | "source" | "id" | "message"> {
  readonly packet: string;
  readonly origin: Origin;
  /** Seconds since 1970 on the ground. */
  readonly receivedAt: number;
  /** Seconds since 1970 on board; null: the packet has no time. */
  readonly onboardTime: number | null;
}

/** Event packet as it came. */
export interface EventPacket {
  readonly layout: PacketLayout;
  readonly sequenceCount: number;
  /** Seconds since 1970; NaN: the packet has no time. */
  readonly onboardTime: number;
  readonly bytes: Buffer;
  /** Offset of the packet in `bytes`. */
  readonly at: number;
  readonly origin: Origin;
  /** Ground time, seconds since 1970. */
  readonly now: number;
}

type Reader = ReturnType<typeof eventReaders>[number];

export class EventLog {
  private readonly readers = new Map<PacketLayout, readonly Reader[]>();
  private readonly counts = new Map<string, number>();
  private readonly bounds = new Map(eventSeverities.map((each) => [each, new LineBound()]));
  private readonly remembered = new Set<string>();
  /** Newest events, the newest first. */
  readonly recent: RecentEvent[] = [];
  /** Newest of the events that only a change is, by packet, event and origin. */
  private readonly newest = new Map<string, string>();

  /** @param write receives each line with its newline */
  constructor(
    private readonly spacecraft: string,
    private readonly write: (line: string) => void,
  ) {}

  take(packet: EventPacket): void {
    const { layout, bytes, at, origin } = packet;
    const { events } = layout.packet;
    if (events.length === 0 || this.isKnown(packet)) return;
    this.readersOf(layout).forEach((read, i) => {
      const event = read(bytes, at);
      if (event && (events[i]?.onChange !== true || this.isChange(`${layout.index} ${i}`, event, origin))) {
        this.tell(event, packet);
      }
    });
  }

  /** Events of a packet since the start, of the present or played back by a recorder. */
  count(packet: Packet, severity: EventSeverity, origin: "live" | "stored"): number {
    return this.counts.get(keyOf(packet, severity, origin)) ?? 0;
  }

  /** Events of a severity that have no line. */
  suppressed(severity: EventSeverity): number {
    return this.bounds.get(severity)?.all ?? 0;
  }

  private readersOf(layout: PacketLayout): readonly Reader[] {
    const known = this.readers.get(layout) ?? eventReaders(layout);
    this.readers.set(layout, known);
    return known;
  }

  /** True for a stored packet that has come before. Of the others, copies were told by their counts already. */
  private isKnown({ bytes, at, origin }: EventPacket): boolean {
    const end = at + primaryHeaderBytes + readDataBytes(bytes, at);
    const key = hash("sha1", bytes.subarray(at, end), "base64");
    if (origin === "stored" && this.remembered.has(key)) return true;
    this.remembered.add(key);
    const [oldest] = this.remembered;
    if (this.remembered.size > mostRemembered && oldest !== undefined) this.remembered.delete(oldest);
    return false;
  }

  /** What is late is older than the newest: no change. */
  private isChange(which: string, { severity, id, source, message }: OnboardEvent, origin: Origin): boolean {
    if (origin === "late") return false;
    const key = `${which} ${origin}`;
    const text = JSON.stringify([severity, id, source, message]);
    const isNew = this.newest.get(key) !== text;
    this.newest.set(key, text);
    return isNew;
  }

  private tell(event: OnboardEvent, { layout: { packet }, origin, now, ...rest }: EventPacket): void {
    const { severity, problems, values } = event;
    const key = keyOf(packet, severity, origin === "stored" ? "stored" : "live");
    this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
    const onboardTime = Number.isNaN(rest.onboardTime) ? null : rest.onboardTime;
    const { source, id, message } = event;
    this.recent.unshift({
      severity,
      packet: packet.name,
      origin,
      receivedAt: now,
      onboardTime,
      source,
      id,
      message,
    });
    if (this.recent.length > mostRecent) this.recent.pop();
    const bound = this.bounds.get(severity);
    const before = bound?.untold ?? 0;
    if (bound?.take(now) === false) {
      if (bound.isFirst) this.write(suppressionLine(severity, this.spacecraft, now));
      return;
    }
    this.write(
      boundedLine({
        time: isoTime(now),
        kind: "event",
        severity,
        spacecraft: this.spacecraft,
        apid: packet.apid,
        packet: packet.name,
        origin,
        onboardTime: onboardTime === null ? null : isoTime(onboardTime),
        sequenceCount: rest.sequenceCount,
        source,
        id,
        message,
        ...(Object.keys(values).length > 0 && { values }),
        ...(problems.length > 0 && { problems }),
        ...(before > 0 && { suppressedBefore: before }),
      }),
    );
  }
}

const keyOf = (packet: Packet, severity: EventSeverity, origin: string): string =>
  `${packet.index} ${severity} ${origin}`;

function suppressionLine(severity: EventSeverity, spacecraft: string, now: number): string {
  return asLine({
    ...{ time: isoTime(now), kind: "events suppressed", severity, spacecraft },
    message: `more than ${burstLines} events at once, or ${linesPerSecond} a second: further ones are counted, and told of by suppressedBefore`,
  });
}

/** Characters that JSON leaves as they are and that change what a terminal or a viewer shows around them. */
const unsafe = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

function boundedLine(fields: Readonly<Record<string, unknown>> & { readonly message: string }): string {
  const line = asLine(fields);
  if (Buffer.byteLength(line) <= mostLineBytes) return line;
  const { message, ...others } = fields;
  const problems = [
    `the line had more than ${mostLineBytes} bytes: its values are left out, its message is cut`,
  ];
  return asLine({ ...others, values: undefined, message: message.slice(0, mostOfLongLine), problems });
}

/** Line of JSON of printable characters only. */
function asLine(fields: Readonly<Record<string, unknown>>): string {
  const escaped = (character: string): string =>
    Array.from({ length: character.length }, (_, i) => character.charCodeAt(i))
      .map((code) => `\\u${code.toString(16).padStart(4, "0")}`)
      .join("");
  return `${JSON.stringify(fields).replaceAll(unsafe, escaped)}\n`;
}

/** Bound of the lines of one severity: a bucket of tokens that fills up again with time. */
class LineBound {
  /** Events without a line: all, and since the last line. */
  all = 0;
  untold = 0;
  /** True while the last refused one was the first since the bucket was full. */
  isFirst = false;
  private tokens = burstLines;
  private filledAt = -Infinity;
  private isSaid = false;

  take(now: number): boolean {
    const passed = Math.max(0, now - this.filledAt);
    this.tokens = Math.min(burstLines, this.tokens + passed * linesPerSecond);
    this.filledAt = now;
    if (this.tokens === burstLines) this.isSaid = false;
    if (this.tokens >= 1) {
      this.tokens--;
      this.untold = 0;
      return true;
    }
    this.all++;
    this.untold++;
    this.isFirst = !this.isSaid;
    this.isSaid = true;
    return false;
  }
}
