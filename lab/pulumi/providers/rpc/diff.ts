/** Differences between properties, as paths in the engine's syntax: `rootBlockDevice.volumeSize`, `records[0]`. */
import { containsUnknown, isList, isMap, type Properties, type PropertyValue, sameValue } from "./values";

export interface PropertyChange {
  readonly path: string;
  readonly kind: "add" | "delete" | "update";
}

/** All changes between two sets of revealed inputs. An unknown new value counts as a change. */
export function changes(olds: Properties, news: Properties): PropertyChange[] {
  return mapChanges("", olds, news);
}

function mapChanges(prefix: string, olds: Properties, news: Properties): PropertyChange[] {
  const names = [...new Set([...Object.keys(olds), ...Object.keys(news)])].sort();
  return names.flatMap((name) => valueChanges(step(prefix, name), olds[name], news[name]));
}

function listChanges(
  prefix: string,
  olds: readonly PropertyValue[],
  news: readonly PropertyValue[],
): PropertyChange[] {
  const indexes = Array.from({ length: Math.max(olds.length, news.length) }, (_, index) => index);
  return indexes.flatMap((index) => valueChanges(`${prefix}[${index}]`, olds[index], news[index]));
}

function valueChanges(
  path: string,
  old: PropertyValue | undefined,
  now: PropertyValue | undefined,
): PropertyChange[] {
  if (now !== undefined && now !== null && !containsUnknown(now) && sameValue(old, now)) return [];
  if (old === undefined || old === null) {
    return now === undefined || now === null ? [] : [{ path, kind: "add" }];
  }
  if (now === undefined || now === null) return [{ path, kind: "delete" }];
  if (isList(old) && isList(now)) return listChanges(path, old, now);
  if (isMap(old) && isMap(now)) return mapChanges(path, old, now);
  return [{ path, kind: "update" }];
}

function step(prefix: string, name: string): string {
  if (!/^[A-Za-z_$][\w$]*$/.test(name)) return `${prefix}["${name.replaceAll('"', '\\"')}"]`;
  return prefix === "" ? name : `${prefix}.${name}`;
}

/** True when `path` is at or below the property `name`. */
export function isAtOrBelow(path: string, name: string): boolean {
  return path === name || path.startsWith(`${name}.`) || path.startsWith(`${name}[`);
}
