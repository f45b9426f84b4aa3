/** Options and values of a dashboard's variables. */
import type { Variable } from "./dashboard";
import type { VariableValue } from "./interpolate";

/** Value that stands for all options, in Grafana's URLs too. */
export const everything = "$__all";

/** A query of a variable: what Prometheus is asked for its options. */
export type VariableQuery =
  | { readonly kind: "labelValues"; readonly label: string; readonly selector?: string }
  | { readonly kind: "labelNames"; readonly pattern: string }
  | { readonly kind: "metrics"; readonly pattern: string }
  | { readonly kind: "queryResult"; readonly expression: string };

/**
 * The parsed query, with its variables already replaced.
 * @throws Error when it is none of the functions that Grafana's Prometheus data source has
 */
export function parseVariableQuery(text: string): VariableQuery {
  const call = /^\s*(\w+)\((.*)\)\s*$/s.exec(text);
  const [, name, inside = ""] = call ?? [];
  switch (name) {
    case "label_values": {
      const last = inside.lastIndexOf(",");
      const [selector, label] = [inside.slice(0, Math.max(0, last)).trim(), inside.slice(last + 1).trim()];
      return selector === "" ? { kind: "labelValues", label } : { kind: "labelValues", label, selector };
    }
    case "label_names":
      return { kind: "labelNames", pattern: inside.trim() };
    case "metrics":
      return { kind: "metrics", pattern: inside.trim() };
    case "query_result":
      return { kind: "queryResult", expression: inside.trim() };
    default:
      throw new Error(`"${text}" is none of label_values(), label_names(), metrics() and query_result()`);
  }
}

/** Options that come from a query's answer: those that `regex` matches, its first group if it has one, sorted. */
export function optionsOf({ regex, sort = 0 }: Variable, found: readonly string[]): string[] {
  const pattern = regex === undefined || regex === "" ? undefined : patternOf(regex);
  const kept = found.flatMap((text) => {
    if (pattern === undefined) return [text];
    const match = pattern.exec(text);
    return match === null ? [] : [match[1] ?? match[0]];
  });
  return sorted([...new Set(kept)], sort);
}

/** Options of a variable whose query is a list: `one, two : 2`. */
export function listedOptions(query: string): { text: string; value: string }[] {
  return query
    .split(/(?<!\\),/)
    .map((part) => part.replaceAll("\\,", ",").trim())
    .filter((part) => part !== "")
    .map((part) => {
      const [, text = part, value = part] = /^(.+?)\s:\s(.+)$/.exec(part) ?? [];
      return { text, value };
    });
}

/**
 * The chosen values: of the address, else those that were saved, as far as they are options; else the first option.
 */
export function chosenValues(
  { multi, includeAll, current }: Variable,
  asked: readonly string[],
  options: readonly string[],
): string[] {
  const saved = typeof current?.value === "string" ? [current.value] : (current?.value ?? []);
  const isOption = (value: string): boolean =>
    options.includes(value) || (includeAll === true && value === everything);
  for (const wanted of [asked, saved]) {
    const kept = wanted.filter(isOption);
    if (kept.length > 0) return multi === true ? [...kept] : kept.slice(0, 1);
  }
  // A value from a link holds even when Prometheus does not know it yet.
  if (asked.length > 0) return [...asked];
  if (includeAll === true) return [everything];
  return options.slice(0, 1);
}

/** Value for texts and queries. */
export function valueOf(
  { multi, includeAll, allValue }: Variable,
  chosen: readonly string[],
  options: readonly string[],
): VariableValue {
  if (chosen.includes(everything)) return allValue !== undefined && allValue !== "" ? allValue : options;
  return multi === true || includeAll === true ? chosen : (chosen[0] ?? "");
}

function patternOf(regex: string): RegExp {
  const [, body = regex, flags = ""] = /^\/(.*)\/([a-z]*)$/s.exec(regex) ?? [];
  return new RegExp(body, flags.replace("g", ""));
}

/** Grafana's orders: 1 and 2 by alphabet, 3 and 4 by number, 5 and 6 by alphabet without case; even ones descend. */
function sorted(options: string[], order: number): string[] {
  const first = (text: string): number => Number(/-?\d+(?:\.\d+)?/.exec(text)?.[0] ?? Infinity);
  const byText = (one: string, other: string): number => (one < other ? -1 : Number(one > other));
  const orders = [
    byText,
    (one: string, other: string) => first(one) - first(other) || byText(one, other),
    (one: string, other: string) => byText(one.toLowerCase(), other.toLowerCase()),
  ];
  const compare = orders[Math.ceil(order / 2) - 1];
  if (compare === undefined) return options;
  const ascending = options.sort(compare);
  return order % 2 === 0 ? ascending.reverse() : ascending;
}
