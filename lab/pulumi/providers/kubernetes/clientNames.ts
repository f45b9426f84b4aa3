/**
 * Fields that the official client knows under another name than the API: `from` and `default` are words of the language
 * in which its classes are made. It sends none that it does not know, and a policy without `from` lets everybody in.
 */
import { isList, isMap, type Properties, type PropertyValue } from "../rpc/values";

interface Renamed {
  /** Keys down to the field; `*` is each entry of a list. */
  readonly path: readonly string[];
  readonly field: string;
}

/** By kind. Definitions of custom resources have some too; no stack makes them. */
const renamed: Readonly<Record<string, Renamed>> = {
  NetworkPolicy: { path: ["spec", "ingress", "*"], field: "from" },
  LimitRange: { path: ["spec", "limits", "*"], field: "default" },
};

/** The object as the client takes it. */
export function forClient(object: Properties): Properties {
  return withNames(object, (field) => [field, `_${field}`]);
}

/** The object as the API has it. */
export function fromClient(object: Properties): Properties {
  return withNames(object, (field) => [`_${field}`, field]);
}

function withNames(object: Properties, names: (field: string) => readonly [string, string]): Properties {
  const { kind } = object;
  const found = typeof kind === "string" ? renamed[kind] : undefined;
  if (found === undefined) return object;
  return at(object, found.path, names(found.field)) as Properties;
}

function at(
  value: PropertyValue,
  [next, ...path]: readonly string[],
  names: readonly [string, string],
): PropertyValue {
  if (next === "*") return isList(value) ? value.map((each) => at(each, path, names)) : value;
  if (!isMap(value)) return value;
  const [before, after] = names;
  if (next === undefined) {
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [key === before ? after : key, each]),
    );
  }
  const inner = value[next];
  return inner === undefined ? value : { ...value, [next]: at(inner, path, names) };
}
