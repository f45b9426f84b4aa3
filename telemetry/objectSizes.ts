/** Sizes of the objects that are made from a dictionary, and what Kubernetes and the Prometheus operator take. */
import { mostConfigMapBytes, mountedDictionary } from "./dictionary";
import type { RuleFile } from "./rules";
import { mostBytes as mostRuleBytes } from "./rules/groupParts";

/** Size of one object. */
export interface ObjectSize {
  readonly object: string;
  readonly bytes: number;
  readonly most: number;
}

/** Size of the dictionary as mounted: what is above 1 MiB is compressed. */
export function dictionarySize(text: string): ObjectSize {
  return { object: "dictionary", bytes: mountedDictionary(text).length, most: mostConfigMapBytes };
}

/** Sizes of the rule groups, each of which is an object. */
export function ruleSizes({ groups }: RuleFile): ObjectSize[] {
  return groups.map(({ name, rules }) => ({
    object: `rule group ${name}`,
    bytes: Buffer.byteLength(JSON.stringify(rules)),
    most: mostRuleBytes,
  }));
}

/** Sizes of dashboards, each of which is an object. */
export function dashboardSizes(
  files: readonly { readonly uid: string; readonly json: string }[],
): ObjectSize[] {
  return files.map(({ uid, json }) => ({
    object: `dashboard ${uid}`,
    bytes: Buffer.byteLength(json),
    most: mostConfigMapBytes,
  }));
}

/** What is wrong with each object that is too big, and the way out. */
export function sizeProblems(sizes: readonly ObjectSize[]): string[] {
  return sizes
    .filter(({ bytes, most }) => bytes > most)
    .map(({ object, bytes, most }) => {
      const way =
        object === "dictionary" ? "shorten its descriptions" : "name fewer states of an enumeration";
      return `${object} has ${inKiB(bytes)}, at most ${inKiB(most)} fit into an object of Kubernetes: ${way}, or split the packets between two spacecraft`;
    });
}

/** A line for each kind of object: their number, the size of all and of the largest, and the limit. */
export function sizeSummary(sizes: readonly ObjectSize[]): string[] {
  const kinds = Map.groupBy(sizes, ({ object }) => object.replace(/ [^ ]+$/, ""));
  return [...kinds].map(([kind, those]) => {
    const all = those.map(({ bytes }) => bytes);
    const sum = inKiB(all.reduce((total, bytes) => total + bytes, 0));
    const most = inKiB(those[0]?.most ?? 0);
    if (those.length === 1) return `${kind}: ${sum} (limit ${most})`;
    return `${those.length} ${kind}s: ${sum}, the largest ${inKiB(Math.max(...all))} (limit ${most} each)`;
  });
}

const inKiB = (bytes: number): string => `${Math.ceil(bytes / 1024)} KiB`;
