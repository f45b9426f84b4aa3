/** Zod schema of a unit: one of the table's, or a mission's own with its suffix and symbol. */
import { distance } from "fastest-levenshtein";
import * as z from "zod";
import { oneLine } from "./texts";
import { noUnit, units } from "./units";

const known = Object.keys(units);

/** Endings that Prometheus gives a meaning of its own. */
const reservedSuffixes = new Set(["total", "bucket", "count", "sum", "info", "created"]);

/**
 * Unit that a wrong name means, or undefined: another spelling of a base unit's word, or of a symbol. A prefix is never
 * guessed: mA for MA would be wrong by a factor of a thousand million.
 */
function meantUnit(name: string): string | undefined {
  const byWord = known.find((each) => {
    const { base, factor, offset } = units[each] ?? noUnit;
    return (
      factor === 1 && offset === 0 && base.suffix !== "" && distance(base.suffix, name.toLowerCase()) <= 2
    );
  });
  if (byWord !== undefined && name.length > 3) return byWord;
  return known.find((each) => {
    const isSameStart = each.startsWith(name.charAt(0)) || name.length === 1;
    const isSpelling = each.toLowerCase() === name.toLowerCase();
    return isSameStart && (isSpelling || (name.length > 4 && distance(each, name) === 1));
  });
}

const unitName = z.string().superRefine((name, context) => {
  if (Object.hasOwn(units, name)) return;
  const meant = meantUnit(name);
  const guess = meant === undefined ? "." : `, did you mean ${meant}?`;
  context.addIssue({
    code: "custom",
    message:
      `unknown unit ${JSON.stringify(name)}${guess} Known: ${known.join(", ")}; ` +
      "or your own: { suffix: lux, symbol: lx }",
  });
});

const ownUnit = z.strictObject({
  /** Suffix of the metric's name: the unit in full, lower case, plural. */
  suffix: z
    .string()
    .regex(/^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/, "must be lower case words with underscores between them")
    .max(40)
    .refine(
      (suffix) => !reservedSuffixes.has(suffix.split("_").at(-1) ?? ""),
      "ends in a word that Prometheus reserves",
    ),
  /** Symbol displayed after the value. */
  symbol: oneLine(16),
});

export const unitSchema = z.union([unitName, ownUnit], {
  error: "must be a unit, or your own: { suffix: lux, symbol: lx }",
});
