/** Labels and taints that Kubernetes accepts on a node that registers itself. */
import { z } from "zod";
import { strictObject } from "../../settings/load";
import type { Labels } from "./placeLabels";

const namePattern = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;
const prefixPattern = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;

/** Prefixes below kubernetes.io that a kubelet may set on its own node; NodeRestriction rejects the others. */
const selfLabelPrefixes = ["kubelet.kubernetes.io", "node.kubernetes.io"];

/** Labels that say what a machine is, and who sets them: a value of one's own would send pods to the wrong node. */
const ownedLabels: Readonly<Record<string, string>> = {
  "kubernetes.io/arch": "the kubelet",
  "kubernetes.io/hostname": "the kubelet",
  "kubernetes.io/os": "the kubelet",
  "node.kubernetes.io/windows-build": "the kubelet",
  "beta.kubernetes.io/arch": "the kubelet",
  "beta.kubernetes.io/os": "the kubelet",
  "topology.kubernetes.io/region": "Perigee, or AWS' cloud controller",
  "topology.kubernetes.io/zone": "Perigee, or AWS' cloud controller",
  "node.kubernetes.io/instance-type": "Perigee, or AWS' cloud controller",
  "beta.kubernetes.io/instance-type": "AWS' cloud controller",
  "failure-domain.beta.kubernetes.io/region": "AWS' cloud controller",
  "failure-domain.beta.kubernetes.io/zone": "AWS' cloud controller",
};

/** Taints whose prefix or key Kubernetes uses for a node's state, and who sets and removes them. */
const ownedTaints: readonly { readonly form: RegExp; readonly owner: string }[] = [
  { form: /^node\.kubernetes\.io\//, owner: "the node controller, from the node's conditions" },
  { form: /^node\.cloudprovider\.kubernetes\.io\//, owner: "a cloud controller" },
  { form: /^node-role\.kubernetes\.io\/(control-plane|master)$/, owner: "kubeadm, on control planes" },
];

/** @returns the reason why Kubernetes would reject the key, or undefined */
function keyProblem(key: string): string | undefined {
  const [first = "", second, ...more] = key.split("/");
  const name = second ?? first;
  if (more.length > 0 || !namePattern.test(name)) {
    return "a key is [prefix/]name; the name has at most 63 of A-Z a-z 0-9 . _ - and begins and ends with a letter or digit";
  }
  if (second !== undefined && !prefixPattern.test(first)) return "the part before / must be a DNS name";
  return undefined;
}

const ownedBy = (owner: string): string =>
  `is set by ${owner}; use a key of your own, such as example.org/pass`;

/** @returns the reason why a kubelet may not set this label on its own node, or undefined */
function selfLabelProblem(key: string): string | undefined {
  const owner = Object.hasOwn(ownedLabels, key) ? ownedLabels[key] : undefined;
  if (owner !== undefined) return ownedBy(owner);
  const prefix = key.includes("/") ? (key.split("/")[0] ?? "") : "";
  const reserved = /(^|\.)(kubernetes|k8s)\.io$/.test(prefix);
  const allowed = selfLabelPrefixes.some((known) => prefix === known || prefix.endsWith(`.${known}`));
  if (!reserved || allowed) return undefined;
  return `${prefix}/ is reserved; allowed there: ${selfLabelPrefixes.join("/… and ")}/…`;
}

/** @returns the reason why the taint is not the user's, or undefined */
function ownedTaintProblem(key: string): string | undefined {
  const owned = ownedTaints.find(({ form }) => form.test(key));
  return owned && ownedBy(owned.owner);
}

const value = z.string().regex(/^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/, {
  error: "at most 63 of A-Z a-z 0-9 . _ -, beginning and ending with a letter or digit, or empty",
});

const refuseKey =
  (...problemsOf: ((key: string) => string | undefined)[]) =>
  (key: string, context: z.RefinementCtx): void => {
    const message = problemsOf.map((problemOf) => problemOf(key)).find((problem) => problem !== undefined);
    if (message !== undefined) context.addIssue({ code: "custom", message, input: key });
  };

/** Node labels: key -> value. */
export const labels = z.record(z.string(), value).superRefine((record, context) => {
  for (const key of Object.keys(record)) {
    const message = keyProblem(key) ?? selfLabelProblem(key);
    if (message !== undefined) context.addIssue({ code: "custom", message, path: [key], input: key });
  }
});

/** A node taint. */
const taint = strictObject({
  key: z.string().superRefine(refuseKey(keyProblem, ownedTaintProblem)).describe("`[prefix/]name`."),
  value: value.default("").describe("At most 63 characters, or empty."),
  effect: z
    .enum(["NoSchedule", "PreferNoSchedule", "NoExecute"])
    .describe("What happens to pods that do not tolerate it."),
});

/** A node's taints. Kubernetes refuses a node with two of one key and effect, whatever their values. */
export const taints = z.array(taint).superRefine((list, context) => {
  for (const [index, { key, effect }] of list.entries()) {
    const first = list.findIndex((other) => other.key === key && other.effect === effect);
    if (first === index) continue;
    const message = `taints[${first}] has that key and effect already; a node has one value for both`;
    context.addIssue({ code: "custom", message, path: [index], input: `${key}:${effect}` });
  }
});

export type Taint = z.output<typeof taint>;

/** Labels as kubectl and the kubelet write them: `key=value`. */
export const labelTexts = (all: Labels): string[] =>
  Object.entries(all).map(([key, text]) => `${key}=${text}`);

/** Taints as kubectl and the kubelet write them: `key=value:effect`. */
export const taintTexts = (all: readonly Taint[]): string[] =>
  all.map(({ key, value: text, effect }) => `${key}=${text}:${effect}`);
