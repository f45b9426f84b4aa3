/** Kinds of input values, and the check of a value against a kind. */
import type { CheckFailure } from "./provider";
import { isList, isMap, isUnknown, type Properties, type PropertyValue } from "./values";

export type Kind =
  | "string"
  | "number"
  | "boolean"
  | "string[]"
  /** Strings by name, such as tags. */
  | "map"
  /** An IAM policy: JSON text, or the document itself. */
  | "document"
  /** Any value, such as triggers and assets. */
  | "anything"
  /** An object with these fields; a list of such objects when `list` is set. */
  | { readonly fields: Fields; readonly list?: true; readonly required?: readonly string[] };

export type Fields = Readonly<Record<string, Kind>>;

const names = {
  string: "a string",
  number: "a number",
  boolean: "true or false",
  "string[]": "a list of strings",
  map: "a map of strings",
  document: "a JSON document or an object",
  anything: "anything",
} as const;

const isText = (value: PropertyValue): boolean => typeof value === "string";
const known = (value: PropertyValue): boolean => !isUnknown(value);

/** Failures of an object's fields: unknown names, wrong kinds, missing fields. */
export function fieldFailures(
  owner: string,
  values: Properties,
  fields: Fields,
  required: readonly string[] = [],
  prefix = "",
): CheckFailure[] {
  const given = Object.entries(values).filter(([, value]) => value !== null);
  const missing = required.filter((name) => !given.some(([present]) => present === name));
  return [
    ...missing.map((name) => ({ property: prefix + name, reason: `${owner} needs "${prefix}${name}"` })),
    ...given.flatMap(([name, value]) => {
      const kind = fields[name];
      const property = prefix + name;
      return kind === undefined
        ? [strange(owner, property, fields)]
        : kindFailures(owner, property, value, kind);
    }),
  ];
}

function strange(owner: string, property: string, fields: Fields): CheckFailure {
  const allowed = Object.keys(fields).join(", ");
  return {
    property,
    reason: `the lab's stand-in for ${owner} does not know "${property}"; it knows: ${allowed}`,
  };
}

function kindFailures(owner: string, property: string, value: PropertyValue, kind: Kind): CheckFailure[] {
  if (!known(value)) return [];
  if (typeof kind === "string") {
    return fits(value, kind) ? [] : [wrong(owner, property, value, names[kind])];
  }
  const items = kind.list === true ? value : [value];
  if (!isList(items)) return [wrong(owner, property, value, "a list of objects")];
  return items.filter(known).flatMap((item, index) => {
    const place = kind.list === true ? `${property}[${index}]` : property;
    if (!isMap(item)) return [wrong(owner, place, item, "an object")];
    return fieldFailures(owner, item, kind.fields, kind.required, `${place}.`);
  });
}

function fits(value: PropertyValue, kind: keyof typeof names): boolean {
  switch (kind) {
    case "string[]":
      return isList(value) && value.every(isText);
    case "map":
      return isMap(value) && Object.values(value).every(isText);
    case "anything":
      return true;
    case "document":
      return isMap(value) || (typeof value === "string" && isJson(value));
    default:
      return typeof value === kind;
  }
}

function isJson(value: string): boolean {
  try {
    JSON.parse(value);
    return true;
  } catch {
    return false;
  }
}

function wrong(owner: string, property: string, value: PropertyValue, allowed: string): CheckFailure {
  // The value itself stays out of the message: it may be a secret.
  const given = isList(value)
    ? "a list"
    : value === null
      ? "null"
      : isMap(value)
        ? "an object"
        : typeof value;
  return { property, reason: `"${property}" of ${owner} must be ${allowed}, not ${given}` };
}
