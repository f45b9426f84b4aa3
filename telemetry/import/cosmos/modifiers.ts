/** Lines below an item of COSMOS: states, conversions, limits and units. */
import type { Entry, ForeignField, Place } from "../definition";
import type { Findings } from "../findings";
import { unitNameOf } from "../unitNames";
import { numberIn } from "../xml";
import type { CosmosLine } from "./lines";
import { valueIn } from "./numbers";

/** Lines that change only how COSMOS itself shows or stores an item. */
const shownOnly = new Set([
  ...["FORMAT_STRING", "META", "OVERFLOW", "HIDDEN", "KEY", "OBFUSCATE", "OVERLAP"],
  ...["WRITE_CONVERSION", "POLY_WRITE_CONVERSION", "SEG_POLY_WRITE_CONVERSION"],
]);

type Change = Partial<ForeignField>;

/**
 * Field with what a line says of it.
 * @returns undefined for a line that belongs to no item
 */
export function modified(
  field: ForeignField,
  line: CosmosLine,
  findings: Findings,
): ForeignField | undefined {
  const place: Place = { ...field.place, file: line.file, line: line.line };
  const change = changeOf(field, line, place, findings);
  if (change) return { ...field, ...change };
  if (shownOnly.has(line.keyword)) return field;
  if (!itemLines.has(line.keyword)) return undefined;
  findings.leftOut(place, `its ${line.keyword}${line.words[0] === undefined ? "" : ` ${line.words[0]}`}`);
  return line.keyword.includes("CONVERSION") ? withoutMeaning(field) : field;
}

const itemLines = new Set([
  ...[
    "READ_CONVERSION",
    "GENERIC_READ_CONVERSION_START",
    "GENERIC_READ_CONVERSION_END",
    "SEG_POLY_READ_CONVERSION",
  ],
  ...["LIMITS", "LIMITS_RESPONSE", "STATE", "UNITS", "CONVERTED_DATA"],
]);

/** A number of which the meaning is not known: as it is sent. */
const withoutMeaning = (field: ForeignField): ForeignField => ({
  ...field,
  ...{ unit: undefined, calibration: undefined, limits: undefined },
});

function changeOf(
  field: ForeignField,
  { keyword, words }: CosmosLine,
  place: Place,
  findings: Findings,
): Change | undefined {
  switch (keyword) {
    case "DESCRIPTION":
      return { description: words[0] };
    case "UNITS":
      return { unit: unitOf(words) };
    case "STATE":
      return stateOf(field, words, place, findings);
    case "POLY_READ_CONVERSION":
      return polynomialOf(words, place, findings);
    case "LIMITS":
      return limitsOf(words, place, findings);
    default:
      return undefined;
  }
}

/** The unit's full name, or its short one where only that is known. */
function unitOf([full, short = ""]: readonly string[]): string | undefined {
  const isKnown = (name: string | undefined): boolean => typeof unitNameOf(name) === "string";
  return !isKnown(full) && short.length > 1 && isKnown(short) ? short : full;
}

const colors: Readonly<Record<string, "yellow" | "red" | undefined>> = { YELLOW: "yellow", RED: "red" };

function stateOf(
  field: ForeignField,
  [label = "", written = "", color = ""]: readonly string[],
  place: Place,
  findings: Findings,
): Change | undefined {
  const isWhole = field.type === "unsigned" || field.type === "signed" || field.type === "enumeration";
  const isState = isWhole && field.bits <= 32 && field.count === undefined;
  if (written.toUpperCase() === "ANY" && isState) {
    return { ...asEnumeration(field), otherState: label, otherAlarm: colors[color.toUpperCase()] };
  }
  const value = valueIn(written);
  if (!isState || value === undefined || !Number.isInteger(value)) {
    findings.leftOut(place, `its state ${label} of ${written || "nothing"}`);
    return {};
  }
  const alarm = colors[color.toUpperCase()];
  return {
    ...asEnumeration(field),
    states: [...(field.states ?? []), { from: value, to: value, label, alarm }],
  };
}

/** A number becomes an enumeration with its first state. */
function asEnumeration(field: ForeignField): Change {
  if (field.type === "enumeration") return {};
  return { type: "enumeration", encoding: field.type === "signed" ? "twos-complement" : undefined };
}

function polynomialOf(words: readonly string[], place: Place, findings: Findings): Change {
  const polynomial = words.map((word) => numberIn(word) ?? NaN);
  if (polynomial.length > 0 && polynomial.length <= 8 && !polynomial.some(Number.isNaN)) {
    return { calibration: { polynomial } };
  }
  findings.leftOut(
    place,
    "its POLY_READ_CONVERSION: the number is shown as it is sent, without its unit and limits",
  );
  return { unit: undefined, calibration: undefined, limits: undefined };
}

function limitsOf(
  [set = "", persistence = "1", state = "", ...values]: readonly string[],
  place: Place,
  findings: Findings,
): Change {
  if (set.toUpperCase() !== "DEFAULT") {
    findings.leftOut(place, `its limits of the set ${set}`);
    return {};
  }
  if (state.toUpperCase() === "DISABLED") {
    findings.leftOut(place, "its limits, which are disabled at first");
    return {};
  }
  const [redLow, yellowLow, yellowHigh, redHigh, greenLow] = values.map((word) => numberIn(word));
  if (greenLow !== undefined) findings.leftOut(place, "its green limits: only yellow and red are alarms");
  return {
    limits: {
      yellow: { low: yellowLow, high: yellowHigh },
      red: { low: redLow, high: redHigh },
      violations: numberIn(persistence) ?? 1,
    },
  };
}

/**
 * Field whose size or number of elements another one says: bits for each that it counts, 8 if not said, and bits more.
 * @returns undefined where a dictionary cannot have that
 */
export function sizedBy(
  field: ForeignField,
  { words: [length = "", perCount = "8", more = "0"] }: CosmosLine,
  entries: readonly Entry[],
  place: Place,
  findings: Findings,
): ForeignField | undefined {
  const by = entries.find(
    (entry) => entry.kind === "field" && entry.name.toUpperCase() === length.toUpperCase(),
  );
  const [each, plus] = [numberIn(perCount) ?? NaN, numberIn(more) ?? NaN];
  const isCount = field.count === "rest" && each === field.bits && plus === 0;
  const isText = field.size === "rest" && each > 0 && plus >= 0;
  if (by?.kind !== "field" || by.calibration || (!isCount && !isText)) {
    findings.leftOut(place, `its size by ${length || "nothing"}: it is no number of elements or bytes`);
    return undefined;
  }
  if (isCount) return { ...field, count: { field: by.name } };
  return { ...field, size: { field: by.name, times: each / 8, plus: plus / 8 } };
}
