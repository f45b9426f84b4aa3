/** A check of the benchmark as data, and how it is judged by what was read of a node. */
import { type NodeFacts, type staticPods } from "./facts";

/** What a value has to be. */
export type Rule =
  | { readonly is: string }
  | { readonly isNot: string }
  /** A comma-separated list. */
  | { readonly has: string }
  | { readonly lacks: string }
  | { readonly within: readonly string[] }
  | { readonly atLeast: number }
  /** Matched from the beginning to the end. */
  | { readonly matches: RegExp }
  | { readonly given: boolean };

/** Where the value is. */
export type Place =
  /** Argument of a static pod's manifest, without the dashes. */
  | { readonly pod: StaticPod; readonly argument: string }
  /** Argument of the kubelet's process. */
  | { readonly kubeletArgument: string }
  /** Dotted path of the configuration that the kubelet says it runs with. */
  | { readonly kubelet: string }
  /** Dotted path of kube-proxy's configuration. */
  | { readonly proxy: string }
  /** Dotted path of the configuration by which the API server encrypts. */
  | { readonly encryption: string };

export type StaticPod = (typeof staticPods)[number];

/** Of files: each of them that is there; one that must be there is named without `*`. */
type FileRule = { readonly atMost: number } | { readonly owner: string };

/** Of TLS 1.2 and 1.3: those with forward secrecy that both encrypt and authenticate. */
export const strongCiphers: readonly string[] = [
  ...["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"],
  ...["ECDSA", "RSA"].flatMap((key) =>
    ["AES_128_GCM_SHA256", "AES_256_GCM_SHA384", "CHACHA20_POLY1305_SHA256"].map(
      (cipher) => `TLS_ECDHE_${key}_WITH_${cipher}`,
    ),
  ),
];

interface Named {
  /** Of CIS Kubernetes Benchmark 1.12. */
  readonly id: string;
  readonly title: string;
}

export interface ValueCheck extends Named {
  readonly values: readonly Place[];
  readonly rule: Rule;
  /** True where a value that is not given is right too. Default: false. */
  readonly orAbsent?: boolean;
}

export interface FileCheck extends Named {
  readonly files: readonly RegExp[];
  readonly rule: FileRule;
  /** True where no such file is right too. Default: false. */
  readonly orAbsent?: boolean;
}

export type Check = ValueCheck | FileCheck;

/** What is wrong on a node, a line each; empty where the check passes. */
export function problemsOf(check: Check, facts: NodeFacts): string[] {
  return "files" in check ? fileProblems(check, facts) : valueProblems(check, facts);
}

function fileProblems({ files, rule, orAbsent = false }: FileCheck, facts: NodeFacts): string[] {
  return files.flatMap((pattern) => {
    const found = [...facts.files].filter(([path]) => pattern.test(path));
    if (found.length === 0 && !orAbsent) return [`no file ${pattern.source}`];
    return found.flatMap(([path, { mode, owner }]) => {
      if ("owner" in rule) return owner === rule.owner ? [] : [`${path} is ${owner}'s`];
      return (mode & ~rule.atMost) === 0 ? [] : [`${path} has the mode ${mode.toString(8)}`];
    });
  });
}

function valueProblems({ values, rule, orAbsent = false }: ValueCheck, facts: NodeFacts): string[] {
  return values.flatMap((place) => {
    const value = valueAt(place, facts);
    if (value === undefined && orAbsent) return [];
    return obeys(rule, value) ? [] : [`${nameOf(place)} is ${value ?? "not given"}`];
  });
}

function obeys(rule: Rule, value: string | undefined): boolean {
  if ("given" in rule) return (value !== undefined && value !== "") === rule.given;
  if (value === undefined) return false;
  const list = value.split(",");
  if ("is" in rule) return value === rule.is;
  if ("isNot" in rule) return value !== rule.isNot;
  if ("has" in rule) return list.includes(rule.has);
  if ("lacks" in rule) return !list.includes(rule.lacks);
  if ("within" in rule) return list.every((each) => rule.within.includes(each));
  if ("atLeast" in rule) return value !== "" && Number(value) >= rule.atLeast;
  return rule.matches.exec(value)?.[0] === value;
}

function valueAt(place: Place, facts: NodeFacts): string | undefined {
  if ("pod" in place) return facts.pods.get(place.pod)?.get(place.argument);
  if ("kubeletArgument" in place) return facts.kubeletArguments.get(place.kubeletArgument);
  if ("kubelet" in place) return textAt(facts.kubelet, place.kubelet);
  if ("proxy" in place) return textAt(facts.proxy, place.proxy);
  return textAt(facts.encryption, place.encryption);
}

/** A value below a dotted path; lists as comma-separated texts, and of an object its keys. */
function textAt(document: unknown, path: string): string | undefined {
  const value = path
    .split(".")
    .reduce<unknown>((inside, key) => (inside as Record<string, unknown> | undefined)?.[key], document);
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value)) return value.map(String).join(",");
  return typeof value === "object" ? Object.keys(value).join(",") : JSON.stringify(value).replaceAll('"', "");
}

function nameOf(place: Place): string {
  if ("pod" in place) return `--${place.argument} of ${place.pod}`;
  if ("kubeletArgument" in place) return `--${place.kubeletArgument} of the kubelet`;
  if ("kubelet" in place) return `${place.kubelet} of the kubelet`;
  return "proxy" in place ? `${place.proxy} of kube-proxy` : `${place.encryption} of the encryption`;
}
