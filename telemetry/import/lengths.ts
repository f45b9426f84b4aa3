/** Texts whose size is said by the packet's length field: what fits between the fields around them. */
import type { Entry } from "./definition";
import { isIdentity } from "./fieldSource";
import type { Findings } from "./findings";
import { type PlacedField, sizeOf, varies } from "./places";

/**
 * Entries in which what varies by a field that the packet has not, or of which the raw number is not meant, is of unknown
 * length.
 */
export function withKnownCounts(entries: readonly Entry[], findings: Findings): readonly Entry[] {
  const fields = new Map(
    entries.flatMap((entry) => (entry.kind === "field" ? [[entry.name, entry] as const] : [])),
  );
  return entries.map((entry): Entry => {
    if (entry.kind !== "field") return entry;
    const by = [entry.count, entry.size].find((each) => typeof each === "object");
    if (!by) return entry;
    const counter = fields.get(by.field);
    const isRaw = by.isRaw === true || counter?.calibration === undefined || isIdentity(counter.calibration);
    if (counter && isRaw && counter.count === undefined) return entry;
    const what = !counter ? "which its packet has not" : isRaw ? "which is an array" : "which is calibrated";
    findings.leftOut(entry.place, `its length is said by ${by.field}, ${what}`);
    return { kind: "unknown", place: entry.place };
  });
}

/** Place of the length field in the primary header; its number is one less than the bytes behind the header. */
const lengthField = { bit: 32, bits: 16 };
/** Bytes of a packet of which the length field is 0. */
const bytesAtZero = 7;

/**
 * The fields of a packet, where sizes by the length field became "what fits".
 * @param placed all fields from the start of the packet
 * @param own those to return
 */
export function withLengths(
  placed: readonly PlacedField[],
  own: readonly PlacedField[],
  findings: Findings,
): PlacedField[] {
  const isLength = (name: string): boolean =>
    placed.some(
      ({ field, bit }) => field.name === name && bit === lengthField.bit && field.bits === lengthField.bits,
    );
  const isOwn = new Set(own);
  /** Text that is left out, behind which only what has a place of its own can be read. */
  let gone: string | undefined;
  return placed.flatMap((each, i): PlacedField[] => {
    const { name, place, size } = each.field;
    const kept = (field: PlacedField): PlacedField[] => (isOwn.has(each) ? [field] : []);
    const leaveOut = (why: string): PlacedField[] => {
      if (isOwn.has(each)) findings.leftOut(place, why);
      return [];
    };
    if (gone !== undefined && each.bit === undefined) {
      return leaveOut(`${gone} is left out, on which its place depends`);
    }
    if (size === undefined || size === "rest" || !isLength(size.field)) return kept(each);
    const behind = placed.slice(i + 1);
    const bitsBehind = behind.reduce(
      (sum, { field, bit, gap }) => sum + (bit === undefined ? gap + sizeOf(field) : 0),
      0,
    );
    const left = bytesAtZero - (each.bit ?? NaN) / 8 - size.plus - bitsBehind / 8;
    const problem = problemOf(each, behind, size.times, left);
    if (problem === undefined) return kept({ ...each, field: { ...each.field, size: "rest" } });
    gone = name;
    return leaveOut(problem);
  });
}

function problemOf(
  { bit }: PlacedField,
  behind: readonly PlacedField[],
  times: number,
  left: number,
): string | undefined {
  if (bit === undefined || behind.some(({ field, bit: at }) => at === undefined && varies(field))) {
    return "its size is said by the packet's length, and something else varies too";
  }
  if (times !== 1) return "its size is not the packet's length but a multiple of it";
  if (left === 0) return undefined;
  return left > 0
    ? `the definition does not say what the ${left} bytes behind it are`
    : `by the packet's length it would end ${-left} bytes behind the packet`;
}
