/** Contexts of a definition as `when` of limits and calibrations in a dictionary file. */
import type { Criterion, ForeignField } from "./definition";
import { isIdentity } from "./fieldSource";
import { conditionOf, mergedByField } from "./whenSource";

/** A field with its name in the dictionary. */
export interface NamedField {
  readonly field: ForeignField;
  readonly name: string;
  readonly subsystem: string;
}

/**
 * Conditions of a context; a text for what has no number that one could be on.
 * @param named fields of all packets, those of the same packet first
 */
export function contextSource(
  criteria: readonly Criterion[],
  named: readonly NamedField[],
): Record<string, unknown> | string {
  const when: Record<string, unknown> = {};
  for (const { field: wanted, numbers } of mergedByField(criteria)) {
    const found = named.find(({ field }) => field.name === wanted);
    const problem = found ? contextProblem(found.field) : `${wanted} is in no packet`;
    if (!found || problem !== undefined) return problem ?? "";
    when[`${found.subsystem}.${found.name}`] = conditionOf(numbers);
  }
  return Object.keys(when).length > 0 ? when : "it has no condition";
}

/** Why a context cannot be on the raw number of a field; undefined: it can. */
function contextProblem(field: ForeignField): string | undefined {
  const { name, isHidden, type, count, calibration, calibrationByContext } = field;
  if (isHidden === true) return `${name} has no metric`;
  if (type === "string" || type === "binary" || type === "float") return `${name} is no whole number`;
  if (count !== undefined) return `${name} is an array`;
  if (type === "derived") return `${name} is computed, and has no raw number`;
  const isRaw = (calibration === undefined || isIdentity(calibration)) && calibrationByContext === undefined;
  return isRaw ? undefined : `it is on the raw number of ${name}, which is calibrated`;
}
