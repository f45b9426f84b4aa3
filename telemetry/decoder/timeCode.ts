/** CCSDS time codes (CUC and CDS) of the secondary header, with a reader and writer each. */
import type { TimeCode } from "../dictionary";

/**
 * Time codes in the secondary header, CCSDS 301.0-B-4: CUC (3.2) counts seconds and binary fractions since an epoch,
 * CDS (3.3) counts days, milliseconds and parts of milliseconds.
 */
type Cuc = Extract<TimeCode, { code: "CUC" }>;
type Cds = Extract<TimeCode, { code: "CDS" }>;

const secondsPerDay = 86_400;
/** Limit of the milliseconds of a day: 86,401 seconds on a day with a leap second. */
const maxMillisecondsOfDay = 86_401_000;
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
  const preamble = time.preamble ? (time.code === "CUC" ? cucPreamble(time) : cdsPreamble(time)) : undefined;
  const body = time.code === "CUC" ? cucReader(time) : cdsReader(time);
  if (preamble === undefined) return body;
  return {
    bytes: body.bytes + 1,
    read: (bytes, at) => (bytes[at] === preamble ? body.read(bytes, at + 1) : NaN),
    write: (bytes, at, value) => {
      bytes[at] = preamble;
      body.write(bytes, at + 1, value);
    },
  };
}

/** Seconds since 1970 at count 0 of the code. */
function epochOf(time: TimeCode): number {
  return Date.parse(time.epoch) / 1000 - time.leapSeconds;
}

function isCcsdsEpoch(time: TimeCode): boolean {
  return Date.parse(time.epoch) / 1000 === ccsdsEpoch;
}

/** P-field, 3.2.2: no extension, code 001 (CCSDS epoch) or 010 (agency's), coarse octets - 1, fine octets. */
function cucPreamble(time: Cuc): number {
  return ((isCcsdsEpoch(time) ? 0b001 : 0b010) << 4) | ((time.coarseBytes - 1) << 2) | time.fineBytes;
}

/** P-field, 3.3.2: code 100, epoch, length of the day field, length of the submillisecond field. */
function cdsPreamble(time: Cds): number {
  const epoch = isCcsdsEpoch(time) ? 0 : 1;
  return (0b100 << 4) | (epoch << 3) | ((time.dayBytes - 2) << 2) | (time.submillisecondBytes / 2);
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
  return {
    bytes: dayBytes + 4 + submillisecondBytes,
    read: (bytes, at) => {
      const days = readUnsigned(bytes, at, dayBytes);
      const milliseconds = readUnsigned(bytes, at + dayBytes, 4);
      const parts = readUnsigned(bytes, at + dayBytes + 4, submillisecondBytes);
      if (milliseconds >= maxMillisecondsOfDay || parts >= partsPerMillisecond) return NaN;
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

function readUnsigned(bytes: Uint8Array, at: number, size: number): number {
  let value = 0;
  for (let i = 0; i < size; i++) value = value * 256 + (bytes[at + i] ?? 0);
  return value;
}

function writeUnsigned(bytes: Uint8Array, at: number, size: number, value: number): void {
  let rest = value;
  for (let i = size - 1; i >= 0; i--) {
    bytes[at + i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
}
