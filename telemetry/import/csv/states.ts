/** States in a cell of a CSV definition, in the forms in which tables of missions write them. */
import type { ForeignState } from "../definition";

const number = String.raw`[-+]?(?:0x[\da-f]+|0b[01]+|\d+)`;
const range = new RegExp(String.raw`^\[?\s*(${number})(?:\s*(?:,|\.\.|-|to)\s*(${number}))?\s*\]?$`, "i");
/** A number or a range, a sign between, and the label: `0=OFF`, `1..3: ON`, `4 -> HOT`, `5 - COLD`, `6 WARM`. */
const numberFirst = new RegExp(
  String.raw`^(${number}(?:\s*(?:\.\.|-|to)\s*${number})?)\s*(?:=>|->|[=:]|\s[-–]\s|\s(?=[a-z]))\s*(.+)$`,
  "i",
);
const labelFirst = new RegExp(String.raw`^(.+?)\s*(?:=>|->|[=:])\s*(${number})$`, "i");

/** Numbers of a state: one, `1..3`, `1-3` or `[1,3]`. */
function stateOf(key: string, label: string): ForeignState | undefined {
  const [, from, to = from] = range.exec(key.trim()) ?? [];
  return from === undefined || label === ""
    ? undefined
    : { from: numberOf(from), to: numberOf(to ?? from), label };
}

const numberOf = (text: string): number =>
  text.startsWith("-") ? -Number(text.slice(1)) : Number(text.replace(/^\+/, ""));

const unquoted = (text: string): string =>
  text
    .trim()
    .replace(/^(["'])(.*)\1$/, "$2")
    .trim();

/** The same where a blank alone would be in doubt. */
const withSign = new RegExp(
  String.raw`^(${number}(?:\s*(?:\.\.|-|to)\s*${number})?)\s*(?:=>|->|[=:])\s*(.+)$`,
  "i",
);

/**
 * States as `0=OFF, 1=ON`, `0:OFF; 1:ON`, `OFF=0|ON=1` or `{0: 'OFF', 1: 'ON'}`.
 * @param form signs: only with the number first and a sign behind it, in a cell that may be a formula
 */
export function statesOfPairs(cell: string, form: "signs" | "any" = "any"): ForeignState[] | undefined {
  const parts = cell
    .trim()
    .replace(/^\{(.*)\}$/s, "$1")
    .split(/[,;|\n]/)
    .map((part) => part.trim())
    .filter((part) => part !== "");
  const read = (pattern: RegExp, key: number, label: number): ForeignState[] | undefined => {
    const states = parts.map((part) => {
      const match = pattern.exec(withoutQuotesOfKey(part));
      return match ? stateOf(match[key] ?? "", unquoted(match[label] ?? "")) : undefined;
    });
    return states.length > 0 && states.every((state) => state !== undefined) ? states : undefined;
  };
  return form === "signs" ? read(withSign, 1, 2) : (read(numberFirst, 1, 2) ?? read(labelFirst, 2, 1));
}

/** `"0": OFF` as 0: OFF. */
const withoutQuotesOfKey = (part: string): string => part.replace(/^(["'])([^"']*)\1(?=\s*[=:])/, "$2");

/** Names that the parts of a state have in a list of objects. */
const keysOf = {
  number: ["value", "number", "raw", "code", "key"],
  label: ["label", "name", "state", "text"],
};

/** States of JSON: by number, by label, `["OFF", "ON"]` from 0 on, or a list of objects or pairs. */
export function statesOfJson(value: unknown): ForeignState[] | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const states = Array.isArray(value)
    ? value.map((each: unknown, i) => ofElement(each, i))
    : Object.entries(value).map(([key, of]: [string, unknown]) =>
        typeof of === "number" ? labelled(of, key) : stateOf(key, label(of)),
      );
  return states.length > 0 && states.every((state) => state !== undefined) ? states : undefined;
}

function ofElement(each: unknown, i: number): ForeignState | undefined {
  if (typeof each === "string") return stateOf(String(i), each.trim());
  if (Array.isArray(each)) return each.length === 2 ? ofPair(each[0], each[1]) : undefined;
  if (typeof each !== "object" || each === null) return undefined;
  const named = new Map(Object.entries(each).map(([key, of]: [string, unknown]) => [key.toLowerCase(), of]));
  const find = (names: readonly string[]): unknown =>
    names.map((name) => named.get(name)).find((of) => of !== undefined);
  return ofPair(find(keysOf.number), find(keysOf.label));
}

/** A number and its label, in either order. */
function ofPair(one: unknown, other: unknown): ForeignState | undefined {
  if (typeof one === "string" && typeof other === "number") return labelled(other, one);
  return typeof one === "number" || typeof one === "string" ? stateOf(String(one), label(other)) : undefined;
}

/** A number behind its label; two numbers may be coefficients or a point. */
const labelled = (of: number, name: string): ForeignState | undefined =>
  range.test(name.trim()) ? undefined : stateOf(String(of), name.trim());

const label = (value: unknown): string => (typeof value === "string" ? value.trim() : "");
