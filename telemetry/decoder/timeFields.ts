/** Times that are made of fields: calendars, and counts of days, seconds and parts of seconds since an epoch. */
import type { TimeField } from "../dictionary";
import { fromBcd, toBcd } from "./bcd";
import { readBits, readUnsigned, writeBits, writeUnsigned } from "./unsigned";

/** Length in seconds of what a field counts; the calendar's fields have none. */
const lengths: Readonly<Partial<Record<TimeField["is"], number>>> = {
  weeks: 604_800,
  days: 86_400,
  hours: 3600,
  minutes: 60,
  seconds: 1,
  milliseconds: 1e-3,
  microseconds: 1e-6,
  nanoseconds: 1e-9,
};

/** Field with its place, and what one of it counts in seconds (0: a part of a calendar, or unused). */
interface Placed extends TimeField {
  readonly bitAt: number;
  readonly seconds: number;
  /** First number that the field cannot have, because a longer field is beside it. */
  readonly end: number;
  /** First number that it has in a leap second only. */
  readonly leap: number;
}

/** Codec of a time of fields: seconds since 1970 on the clock of the code. */
export interface FieldsCodec {
  /** @returns NaN for a date or a time of day that does not exist */
  read(bytes: Uint8Array, at: number): number;
  write(bytes: Uint8Array, at: number, time: number): void;
}

/**
 * @param epoch seconds since 1970 at count 0; not used with a calendar
 * @param hasLeapSeconds true for UTC, whose last minute of a day may have a second 60
 */
export function fieldsCodec(
  fields: readonly TimeField[],
  epoch: number,
  hasLeapSeconds: boolean,
): FieldsCodec {
  const placed = place(fields);
  const isCalendar = fields.some(({ is }) => is === "year");
  const counted = placed.filter(({ seconds }) => seconds > 0).sort((a, b) => b.seconds - a.seconds);
  return {
    read: (bytes, at) => {
      let time = isCalendar ? dateOf(placed, bytes, at) : epoch;
      let isLeap = false;
      for (const field of counted) {
        const count = readField(bytes, at, field);
        if (!(count < field.end)) return NaN;
        isLeap ||= count >= field.leap;
        time += (count + field.from) * field.seconds;
      }
      return isLeap && !(hasLeapSeconds && isFirstSecond(time)) ? NaN : time;
    },
    write: (bytes, at, time) => {
      const smallest = counted.at(-1)?.seconds ?? 86_400;
      const rounded = time + smallest / 2;
      const date = new Date(Math.floor(rounded / 86_400) * 86_400_000);
      const start = isCalendar ? date.getTime() / 1000 : epoch;
      for (const field of placed) writeField(bytes, at, field, datePart(field, date));
      writeCounts(bytes, at, counted, Math.max(0, rounded - start));
    },
  };
}

/** True in the first second of a day: Unix time has a leap second, 23:59:60, as the second after it. */
const isFirstSecond = (time: number): boolean => time - Math.floor(time / 86_400) * 86_400 < 1;

/** Writes an elapsed time into its counts, the longest first. Nanoseconds, as integers, so that nothing is carried. */
function writeCounts(bytes: Uint8Array, at: number, counted: readonly Placed[], elapsed: number): void {
  let rest = BigInt(Math.floor(elapsed)) * 1_000_000_000n + BigInt(Math.floor((elapsed % 1) * 1e9));
  for (const field of counted) {
    const isPart = field.is === "fraction";
    if (!isPart && field.seconds * 1e9 < 1) return;
    const count = isPart
      ? Math.floor(Number(rest) / 1e9 / field.seconds)
      : Number(rest / BigInt(Math.round(field.seconds * 1e9)));
    writeField(bytes, at, field, count - field.from);
    if (!isPart) rest %= BigInt(Math.round(field.seconds * 1e9));
  }
}

function place(fields: readonly TimeField[]): Placed[] {
  const has = (...names: readonly string[]): boolean => fields.some(({ is }) => names.includes(is));
  let bitAt = 0;
  return fields.map((field) => {
    const start = bitAt;
    bitAt += field.bits;
    const parts = field.encoding === "bcd" ? 10 ** (field.bits / 4) : 2 ** field.bits;
    const seconds = field.is === "fraction" ? 1 / parts : (lengths[field.is] ?? 0);
    return { ...field, bitAt: start, seconds, end: endOf(field.is, has, 1), leap: endOf(field.is, has, 0) };
  });
}

/**
 * First number that a count cannot have beside longer ones.
 * @param leapSeconds those of a minute, or of what is above it
 */
function endOf(
  is: TimeField["is"],
  has: (...names: readonly string[]) => boolean,
  leapSeconds: 0 | 1,
): number {
  const day = has("days", "dayOfMonth", "dayOfYear") ? 86_400 : has("weeks") ? 604_800 : Infinity;
  const minute = leapSeconds + (has("minutes") ? 60 : has("hours") ? 3600 : day);
  switch (is) {
    case "days":
      return has("weeks") ? 7 : Infinity;
    case "hours":
      return day / 3600;
    case "minutes":
      return (has("hours") ? 3600 : day) / 60;
    case "seconds":
      return minute;
    case "milliseconds":
      return has("seconds") ? 1000 : minute * 1000;
    case "microseconds":
      return has("milliseconds") ? 1000 : has("seconds") ? 1e6 : minute * 1e6;
    case "nanoseconds":
      return has("microseconds") ? 1000 : has("milliseconds") ? 1e6 : has("seconds") ? 1e9 : minute * 1e9;
    default:
      return Infinity;
  }
}

/** Seconds since 1970 at the start of the day; NaN for a day that does not exist. */
function dateOf(fields: readonly Placed[], bytes: Uint8Array, at: number): number {
  const of = (name: TimeField["is"]): number | undefined => {
    const field = fields.find(({ is }) => is === name);
    return field && readField(bytes, at, field) + field.from;
  };
  const year = of("year") ?? NaN;
  const dayOfYear = of("dayOfYear");
  const start = Date.UTC(0, 0, 1);
  if (!(year >= 0 && year <= 9999)) return NaN;
  const [month, day] =
    dayOfYear === undefined ? [of("month") ?? NaN, of("dayOfMonth") ?? NaN] : [1, dayOfYear];
  const date = new Date(start);
  date.setUTCFullYear(year, month - 1, day);
  const isReal = dayOfYear === undefined ? date.getUTCMonth() === month - 1 : date.getUTCFullYear() === year;
  return isReal && day >= 1 ? date.getTime() / 1000 : NaN;
}

/** Number of a calendar's field at a date; 0 for the others. */
function datePart({ is, from }: Placed, date: Date): number {
  switch (is) {
    case "year":
      return date.getUTCFullYear() - from;
    case "month":
      return date.getUTCMonth() + 1 - from;
    case "dayOfMonth":
      return date.getUTCDate() - from;
    case "dayOfYear":
      return (date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000 + 1 - from;
    default:
      return 0;
  }
}

function readField(bytes: Uint8Array, at: number, { bitAt, bits, encoding, byteOrder }: Placed): number {
  const first = at * 8 + bitAt;
  const raw = byteOrder === "little" ? littleEndian(bytes, first, bits) : readBits(bytes, first, bits);
  return encoding === "bcd" ? fromBcd(raw) : raw;
}

function writeField(bytes: Uint8Array, at: number, field: Placed, count: number): void {
  const { bitAt, bits, encoding, byteOrder } = field;
  const most = encoding === "bcd" ? 10 ** (bits / 4) - 1 : 2 ** bits - 1;
  const held = Math.min(Math.max(count, 0), most);
  const raw = encoding === "bcd" ? toBcd(held) : held;
  const first = at * 8 + bitAt;
  if (byteOrder === "big") return writeBits(bytes, first, bits, raw);
  const whole = new Uint8Array(bits / 8);
  writeUnsigned(whole, 0, whole.length, raw);
  whole.reverse().forEach((each, i) => writeBits(bytes, first + 8 * i, 8, each));
}

/** Number of whole bytes in the other order, which may begin within a byte. */
function littleEndian(bytes: Uint8Array, first: number, bits: number): number {
  const whole = Uint8Array.from({ length: bits / 8 }, (_, i) =>
    readBits(bytes, first + bits - 8 * (i + 1), 8),
  );
  return readUnsigned(whole, 0, whole.length);
}
