/** Sizes of the objects that are made from a dictionary, and what Kubernetes and the Prometheus operator take. */
import { stringify } from "yaml";
import { mostConfigMapBytes, mountedDictionary } from "./dictionary";
import type { RuleFile } from "./rules";

const configMap = { most: mostConfigMapBytes, taken: "fit into a ConfigMap" } as const;

/** Limit of each kind of object, who sets it, and the way out where an object is bigger. */
const kinds = {
  dictionary: { ...configMap, way: "shorten its descriptions" },
  "rule group": {
    // Half of a ConfigMap (prometheus-operator, pkg/operator/rules.go: MaxConfigMapDataSize).
    most: mostConfigMapBytes / 2,
    taken: "of YAML are taken by the Prometheus operator",
    way: "name fewer states of its enumeration, or give its parameters to several subsystems",
  },
  dashboard: { ...configMap, way: "name fewer states of its enumerations" },
} as const;

/** Size of one object. */
export interface ObjectSize {
  readonly kind: keyof typeof kinds;
  /** Name among its kind; none of the only one. */
  readonly name?: string;
  readonly bytes: number;
}

/** Size of the dictionary as mounted: what is above 1 MiB is compressed. */
export function dictionarySize(text: string): ObjectSize {
  return { kind: "dictionary", bytes: mountedDictionary(text).length };
}

/** Sizes of the rule groups, each of which is an object, as the YAML that the operator writes of it. */
export function ruleSizes({ groups }: RuleFile): ObjectSize[] {
  // The operator breaks lines too, somewhat later: its YAML of a long expression is up to 6 % smaller.
  const options = { lineWidth: 80, indentSeq: false, aliasDuplicateObjects: false } as const;
  return groups.map((group) => ({
    kind: "rule group",
    name: group.name,
    bytes: Buffer.byteLength(stringify({ groups: [group] }, options)),
  }));
}

/** Sizes of dashboards, each of which is an object. */
export function dashboardSizes(
  files: readonly { readonly uid: string; readonly json: string }[],
): ObjectSize[] {
  return files.map(({ uid, json }) => ({ kind: "dashboard", name: uid, bytes: Buffer.byteLength(json) }));
}

/** Problem of each object that is too big, with the way out. */
export function sizeProblems(sizes: readonly ObjectSize[]): string[] {
  return sizes
    .filter(({ kind, bytes }) => bytes > kinds[kind].most)
    .map(({ kind, name, bytes }) => {
      const { most, taken, way } = kinds[kind];
      const object = name === undefined ? kind : `${kind} ${name}`;
      return `${object} has ${inKiB(bytes)}, at most ${inKiB(most)} ${taken}: ${way}, or split the packets between two spacecraft`;
    });
}

/** Line for each kind of object: their number, the size of all and of the largest, and the limit. */
export function sizeSummary(sizes: readonly ObjectSize[]): string[] {
  return [...Map.groupBy(sizes, ({ kind }) => kind)].map(([kind, those]) => {
    const all = those.map(({ bytes }) => bytes);
    const sum = inKiB(all.reduce((total, bytes) => total + bytes, 0));
    const most = inKiB(kinds[kind].most);
    if (those.length === 1) return `${kind}: ${sum} (limit ${most})`;
    return `${those.length} ${kind}s: ${sum}, the largest ${inKiB(Math.max(...all))} (limit ${most} each)`;
  });
}

const inKiB = (bytes: number): string => `${Math.ceil(bytes / 1024)} KiB`;
