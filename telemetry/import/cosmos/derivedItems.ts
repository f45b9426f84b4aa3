/** Derived items of COSMOS whose code is one expression of numbers, as derived parameters. */
import type { Entry, ForeignField, Place } from "../definition";
import { isIdentity } from "../fieldSource";
import type { Findings } from "../findings";
import { formulaOfCode, type ReadItem } from "./code";
import type { CosmosLine } from "./lines";
import { modified } from "./modifiers";

/** A derived item, with the lines below it. */
export interface DerivedItem {
  readonly name: string;
  readonly place: Place;
  readonly description: string | undefined;
  readonly lines: CosmosLine[];
  /** Lines of its code; undefined: it has none of its own. */
  code: string[] | undefined;
}

/** Derived parameters of a packet; those that cannot be are reported. */
export function derivedFields(
  items: readonly DerivedItem[],
  entries: readonly Entry[],
  findings: Findings,
): ForeignField[] {
  const done = new Map<string, { field: ForeignField; isFloat: boolean }>();
  let waiting = [...items];
  for (let isMore = true; isMore;) {
    const left = waiting.filter((item) => {
      const made = fieldOf(item, entries, done, findings);
      if (made) done.set(item.name.toUpperCase(), made);
      return !made;
    });
    isMore = left.length < waiting.length;
    waiting = left;
  }
  for (const { place } of waiting) findings.leftOut(place, "is derived");
  return [...done.values()].map(({ field }) => field);
}

function fieldOf(
  { name, place, description, lines, code }: DerivedItem,
  entries: readonly Entry[],
  done: ReadonlyMap<string, { field: ForeignField; isFloat: boolean }>,
  findings: Findings,
): { field: ForeignField; isFloat: boolean } | undefined {
  const inputs: string[] = [];
  const read: ReadItem = (item, isRaw) => {
    const derived = done.get(item.toUpperCase());
    const field = derived?.field ?? entries.find((entry) => isItem(entry, item));
    if (field?.kind !== "field" || (!derived && !isNumber(field, isRaw))) return undefined;
    const index = inputs.includes(field.name) ? inputs.indexOf(field.name) : inputs.push(field.name) - 1;
    return { text: `$${index}`, isFloat: derived?.isFloat ?? isFloat(field) };
  };
  const formula = code && formulaOfCode(code, undefined, read);
  if (!formula || inputs.length === 0) return undefined;
  const field: ForeignField = {
    ...{ kind: "field", name, place, description, type: "derived", bits: 0 },
    formula: { text: formula.text, inputs },
  };
  return {
    field: lines.reduce((before, line) => modified(before, line, findings) ?? before, field),
    isFloat: formula.isFloat,
  };
}

const isItem = (entry: Entry, item: string): boolean =>
  entry.kind === "field" && entry.name.toUpperCase() === item.toUpperCase();

/** True where an item has one number: of states only the raw one, of calibrated numbers only the converted one. */
function isNumber({ type, count, calibration, otherState }: ForeignField, isRaw: boolean): boolean {
  if (count !== undefined || type === "string" || type === "binary") return false;
  if (type === "enumeration") return isRaw && otherState === undefined;
  return !isRaw || calibration === undefined || isIdentity(calibration);
}

const isFloat = ({ type, calibration }: ForeignField): boolean =>
  type === "float" || (calibration !== undefined && !("formula" in calibration));
