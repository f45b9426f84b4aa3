/** What only numbers have in a dictionary: limits and a unit. */
import type { ForeignField } from "./definition";
import type { Findings } from "./findings";
import { unitNameOf } from "./unitNames";

/** The field without limits where it is no number; they are reported. */
export function withOwnLimits(field: ForeignField, findings: Findings): ForeignField {
  if (!field.limits || isNumber(field)) return field;
  findings.leftOut(field.place, `its limits: ${reasonOf(field)}`);
  return { ...field, limits: undefined };
}

/** The field without its unit where it is no number; one that says something is reported. */
export function withOwnUnit(field: ForeignField, findings: Findings): ForeignField {
  const { unit, place } = field;
  if (unit === undefined || isNumber(field)) return field;
  if (unitNameOf(unit) !== "count") findings.leftOut(place, `its unit ${unit}: ${reasonOf(field)}`);
  return { ...field, unit: undefined };
}

const isNumber = ({ type }: ForeignField): boolean =>
  ["unsigned", "signed", "float", "derived"].includes(type);

const reasonOf = ({ type }: ForeignField): string =>
  type === "string" || type === "binary" ? "it is a text" : "it has states";
