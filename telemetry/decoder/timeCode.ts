/** Reader and writer of a packet's time: the codes of CCSDS 301.0-B-4 and a mission's own fields. */
import { cucPreambleBytes, timeBytes, type TimeCode, type TimeField } from "../dictionary";
import { clockOfUtc, utcOfClock } from "./leapSeconds";
import { fieldsCodec } from "./timeFields";
import { readUnsigned, writeUnsigned } from "./unsigned";

/**
 * Codes of CCSDS 301.0-B-4: CUC (3.2) counts seconds and binary fractions since an epoch, CDS (3.3) counts days,
 * milliseconds and parts of milliseconds, CCS (3.4) is a calendar in decimal digits.
 */
type Cuc = Extract<TimeCode, { code: "CUC" }>;
type Cds = Extract<TimeCode, { code: "CDS" }>;
type Ccs = Extract<TimeCode, { code: "CCS" }>;

const secondsPerDay = 86_400;
/** Epoch recommended by CCSDS; any other is agency-defined. */
const ccsdsEpoch = Date.UTC(1958, 0, 1) / 1000;

/** Reader and writer of a packet's time; one per packet of the dictionary. */
export interface TimeReader {
  readonly bytes: number;
  /** @returns seconds since 1970 (UTC), or NaN if the bytes are not a valid time */
  read(bytes: Uint8Array, at: number): number;
  /** @param time seconds since 1970 (UTC); clamped to the epoch and to the end of the code's range */
  write(bytes: Uint8Array, at: number, time: number): void;
}

export function timeReader(time: TimeCode): TimeReader {
  return onClock(time, withPreamble(time, bodyReader(time)));
}

/** Reader of the time without its P-field, on its own clock. */
function bodyReader(time: TimeCode): TimeReader {
  switch (time.code) {
    case "CUC":
      return cucReader(time);
    case "CDS":
      return cdsReader(time);
    case "CCS":
      return { bytes: 7 + time.subsecondBytes, ...fieldsCodec(ccsFields(time), 0, hasLeapSeconds(time)) };
    case "fields": {
      const epoch = time.epoch === undefined ? 0 : Date.parse(time.epoch) / 1000;
      return { bytes: timeBytes(time), ...fieldsCodec(time.fields, epoch, hasLeapSeconds(time)) };
    }
  }
}

/** True for UTC: TAI and GPS count each second, so that none of their minutes has 61. */
const hasLeapSeconds = ({ clock = "UTC" }: TimeCode): boolean => clock === "UTC";

/** Reader that checks and writes the P-field, where one is sent. */
function withPreamble(time: TimeCode, body: TimeReader): TimeReader {
  const preamble = preambleOf(time);
  const { length } = preamble;
  if (length === 0) return body;
  return {
    bytes: body.bytes + length,
    read: (bytes, at) =>
      preamble.every((each, i) => bytes[at + i] === each) ? body.read(bytes, at + length) : NaN,
    write: (bytes, at, value) => {
      bytes.set(preamble, at);
      body.write(bytes, at + length, value);
    },
  };
}

/** Reader in UTC of a time on a clock that counts leap seconds. */
function onClock({ clock = "UTC" }: TimeCode, reader: TimeReader): TimeReader {
  if (clock === "UTC") return reader;
  return {
    bytes: reader.bytes,
    read: (bytes, at) => utcOfClock(reader.read(bytes, at), clock),
    write: (bytes, at, value) => reader.write(bytes, at, clockOfUtc(value, clock)),
  };
}

/** Seconds since 1970 at count 0 of the code. */
function epochOf(time: Cuc | Cds): number {
  return Date.parse(time.epoch) / 1000 - time.leapSeconds;
}

function isCcsdsEpoch(time: Cuc | Cds): boolean {
  return Date.parse(time.epoch) / 1000 === ccsdsEpoch;
}

/** Octets of the P-field; none where it is not sent. */
function preambleOf(time: TimeCode): readonly number[] {
  if (time.code === "fields" || !time.preamble) return [];
  switch (time.code) {
    case "CUC":
      return cucPreamble(time);
    case "CDS":
      return [cdsPreamble(time)];
    case "CCS":
      return [ccsPreamble(time)];
  }
}

/**
 * P-field, 3.2.2: extension, code 001 (CCSDS epoch) or 010 (agency's), coarse octets - 1, fine octets; in a second
 * octet those above four and three.
 */
function cucPreamble(time: Cuc): number[] {
  const isExtended = cucPreambleBytes(time) === 2;
  const [coarse, fine] = [Math.min(time.coarseBytes, 4), Math.min(time.fineBytes, 3)];
  const first = ((isCcsdsEpoch(time) ? 0b001 : 0b010) << 4) | ((coarse - 1) << 2) | fine;
  if (!isExtended) return [first];
  return [0x80 | first, ((time.coarseBytes - coarse) << 5) | ((time.fineBytes - fine) << 2)];
}

/** P-field, 3.3.2: code 100, epoch, length of the day field, length of the submillisecond field. */
function cdsPreamble(time: Cds): number {
  const epoch = isCcsdsEpoch(time) ? 0 : 1;
  return (0b100 << 4) | (epoch << 3) | ((time.dayBytes - 2) << 2) | (time.submillisecondBytes / 2);
}

/** P-field, 3.4.2: code 101, day of the month (0) or of the year (1), octets of parts of a second. */
function ccsPreamble(time: Ccs): number {
  return (0b101 << 4) | ((time.day === "ofYear" ? 1 : 0) << 3) | time.subsecondBytes;
}

/** Fields of a calendar segmented code: two decimal digits an octet, four for the year and for the day of the year. */
function ccsFields({ day, subsecondBytes }: Ccs): TimeField[] {
  const digits = (is: TimeField["is"], bits: number): TimeField => ({
    is,
    bits,
    from: 0,
    encoding: "bcd",
    byteOrder: "big",
  });
  return [
    digits("year", 16),
    ...(day === "ofYear" ? [digits("dayOfYear", 16)] : [digits("month", 8), digits("dayOfMonth", 8)]),
    ...[digits("hours", 8), digits("minutes", 8), digits("seconds", 8)],
    ...(subsecondBytes > 0 ? [digits("fraction", 8 * subsecondBytes)] : []),
  ];
}

function cucReader(time: Cuc): TimeReader {
  const { coarseBytes, fineBytes } = time;
  const epoch = epochOf(time);
  const finePerSecond = 256 ** fineBytes;
  const most = 256 ** (coarseBytes + fineBytes) - 1;
  return {
    bytes: coarseBytes + fineBytes,
    // Coarse and fine time have up to 56 bits together, so they are read separately: a float64 holds 53.
    read: (bytes, at) =>
      epoch +
      readUnsigned(bytes, at, coarseBytes) +
      readUnsigned(bytes, at + coarseBytes, fineBytes) / finePerSecond,
    write: (bytes, at, value) => {
      const counted = Math.min(Math.max(Math.round((value - epoch) * finePerSecond), 0), most);
      writeUnsigned(bytes, at, coarseBytes, Math.floor(counted / finePerSecond));
      writeUnsigned(bytes, at + coarseBytes, fineBytes, counted % finePerSecond);
    },
  };
}

function cdsReader(time: Cds): TimeReader {
  const { dayBytes, submillisecondBytes } = time;
  const epoch = epochOf(time);
  const partsPerMillisecond = { 0: 1, 2: 1e3, 4: 1e9 }[submillisecondBytes];
  const lastDay = 256 ** dayBytes - 1;
  const mostMilliseconds = (secondsPerDay + (hasLeapSeconds(time) ? 1 : 0)) * 1000;
  return {
    bytes: dayBytes + 4 + submillisecondBytes,
    read: (bytes, at) => {
      const days = readUnsigned(bytes, at, dayBytes);
      const milliseconds = readUnsigned(bytes, at + dayBytes, 4);
      const parts = readUnsigned(bytes, at + dayBytes + 4, submillisecondBytes);
      if (milliseconds >= mostMilliseconds || parts >= partsPerMillisecond) return NaN;
      return epoch + days * secondsPerDay + (milliseconds + parts / partsPerMillisecond) / 1000;
    },
    write: (bytes, at, value) => {
      const elapsed = Math.min(Math.max(value - epoch, 0), (lastDay + 1) * secondsPerDay - 0.001);
      const days = Math.floor(elapsed / secondsPerDay);
      // Rounded once, so that 0.9999 ms does not become 1000 microseconds. Picoseconds are finer than a float64.
      const parts = Math.round((elapsed - days * secondsPerDay) * 1000 * partsPerMillisecond);
      writeUnsigned(bytes, at, dayBytes, days);
      writeUnsigned(bytes, at + dayBytes, 4, Math.floor(parts / partsPerMillisecond));
      writeUnsigned(bytes, at + dayBytes + 4, submillisecondBytes, parts % partsPerMillisecond);
    },
  };
}
