/** Times of XTCE: counts of seconds since an epoch, and their parts, as the time code of a dictionary. */
import type { Entry, ForeignField, ForeignTime, Place } from "../definition";
import { child, descend, type Element, numberOf } from "../xml";
import { encodingOf } from "./encodings";

type Source = Readonly<Record<string, unknown>>;

const epochs: Readonly<Record<string, Source>> = {
  TAI: { epoch: "1958-01-01T00:00:00Z", clock: "TAI" },
  GPS: { epoch: "1980-01-06T00:00:00Z", clock: "GPS" },
  UNIX: { epoch: "1970-01-01T00:00:00Z" },
  // 12:00:00 TT, which is 32.184 s ahead of TAI.
  J2000: { epoch: "2000-01-01T11:59:27.816Z", clock: "TAI" },
};

function epochOf(type: Element): Source | undefined {
  const text = descend(type, "ReferenceTime", "Epoch")?.text;
  if (text === undefined) return undefined;
  const known = epochs[text];
  if (known) return known;
  const match = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d:\d\d(?:\.\d+)?))?Z?$/.exec(text);
  return match ? { epoch: `${match[1]}T${match[2] ?? "00:00:00"}Z` } : undefined;
}

/** What one of a count is, by its length in seconds. */
const counts: readonly (readonly [number, string])[] = [
  [86_400, "days"],
  [1, "seconds"],
  [1e-3, "milliseconds"],
  [1e-6, "microseconds"],
  [1e-9, "nanoseconds"],
];

const unitSeconds: Readonly<Record<string, number>> = {
  seconds: 1,
  picoSeconds: 1e-12,
  days: 86_400,
};

/** Length in seconds of one of a time's raw number, and the time at 0. */
export function scaleOf(type: Element): { scale: number; offset: number } {
  const encoding = child(type, "Encoding");
  const unit = unitSeconds[encoding?.attributes.units ?? "seconds"] ?? NaN;
  return {
    scale: (numberOf(encoding, "scale") ?? 1) * unit,
    offset: (numberOf(encoding, "offset") ?? 0) * unit,
  };
}

/** True where a calibrator says what the raw number of a time is. */
export const isCalibrated = (type: Element): boolean =>
  ["DefaultCalibrator", "ContextCalibratorList"].some((name) => child(encodingOf(type), name));

/** Fields of a time that its raw number is; undefined: it is no such count. */
function fieldsOf(type: Element, { isLittle, byteOrder, isLsbFirst }: ForeignField): Source[] | undefined {
  const encoding = encodingOf(type);
  const bits = numberOf(encoding, "sizeInBits") ?? 8;
  const { scale } = scaleOf(type);
  const isPlain = (encoding?.attributes.encoding ?? "unsigned") === "unsigned";
  const isOrdered = byteOrder !== undefined || isLsbFirst === true;
  if (encoding?.name !== "IntegerDataEncoding" || !isPlain || isOrdered || isCalibrated(type)) {
    return undefined;
  }
  const order = isLittle === true ? { byteOrder: "little" } : {};
  const near = (length: number): boolean => Math.abs(scale / length - 1) < 1e-9;
  const count = counts.find(([length]) => near(length));
  if (count) return [{ is: count[1], bits, ...order }];
  const fraction = -Math.log2(scale);
  if (Math.abs(fraction - Math.round(fraction)) > 1e-9 || order.byteOrder !== undefined) return undefined;
  const parts = Math.round(fraction);
  if (parts === bits) return [{ is: "fraction", bits }];
  // Seconds and their binary fraction in one number.
  return parts > 0 && parts < bits
    ? [
        { is: "seconds", bits: bits - parts },
        { is: "fraction", bits: parts },
      ]
    : undefined;
}

/** Time code of an absolute time with an epoch, and of the part behind it that counts on from it. */
function timeSource(
  type: Element,
  field: ForeignField,
  part: { readonly type: Element; readonly field: ForeignField } | undefined,
): Source | undefined {
  const epoch = epochOf(type);
  const fields = fieldsOf(type, field);
  if (!epoch || !fields) return undefined;
  const more = part ? (scaleOf(part.type).offset === 0 ? fieldsOf(part.type, part.field) : undefined) : [];
  const start = shifted(epoch, scaleOf(type).offset);
  return more && start && { code: "fields", ...start, fields: [...fields, ...more] };
}

/** Epoch so many seconds later: the reading of its clock where the raw number is 0. */
function shifted(epoch: Source, seconds: number): Source | undefined {
  if (seconds === 0) return epoch;
  const time = Date.parse(String(epoch.epoch)) + seconds * 1000;
  return Number.isInteger(time) && Math.abs(time) < 8e15
    ? { ...epoch, epoch: new Date(time).toISOString().replace(".000Z", "Z") }
    : undefined;
}

/** Name of the parameter that a time counts on from. */
const countsFrom = (type: Element): string | undefined =>
  descend(type, "ReferenceTime", "OffsetFrom")?.attributes.parameterRef;

/**
 * Time of a container: its first absolute time with an epoch, and the part right behind it.
 * @param types of absolute times, by the field
 * @param refuse is told of an absolute time with an epoch where none is a time code of a dictionary
 */
export function packetTime(
  entries: readonly Entry[],
  types: ReadonlyMap<string, Element>,
  refuse: (place: Place, why: string) => void,
): ForeignTime | undefined {
  const fields = entries.filter((entry) => entry.kind === "field");
  const typeOf = (field: ForeignField | undefined): Element | undefined => field && types.get(field.name);
  const none: ForeignField[] = [];
  for (const [i, field] of fields.entries()) {
    const type = typeOf(field);
    if (!type) continue;
    const behind = fields[i + 1];
    const next = typeOf(behind);
    const isPart = behind && next && countsFrom(next) === field.name && follows(behind, field);
    const source = timeSource(type, field, isPart ? { type: next, field: behind } : undefined);
    if (source) return { source, field: field.name };
    if (descend(type, "ReferenceTime", "Epoch")) none.push(field);
  }
  const [first] = none;
  if (first) {
    refuse(first.place, "as the packet's time: it is no time code of a dictionary; --time may say one");
  }
  return undefined;
}

const follows = (field: ForeignField, before: ForeignField): boolean =>
  field.at === undefined || (before.at !== undefined && field.at === before.at + before.bits);

/** Seconds between two packets, by the container's rate in the stream. */
export function periodOf(container: Element): number | undefined {
  const rate = child(container, "DefaultRateInStream");
  const perSecond = numberOf(rate, "maximumValue") ?? numberOf(rate, "minimumValue");
  const isPerSecond = (rate?.attributes.basis ?? "perSecond") === "perSecond";
  return perSecond !== undefined && perSecond > 0 && isPerSecond
    ? Math.min(1 / perSecond, 86_400)
    : undefined;
}
