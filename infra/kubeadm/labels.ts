/** Labels and taints that Kubernetes accepts on a node that registers itself. */
import { z } from "zod";
import { strictObject } from "../../settings/load";

const namePattern = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;
const prefixPattern = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;

/** Prefixes below kubernetes.io that a kubelet may set on its own node; NodeRestriction rejects the others. */
const selfLabelPrefixes = ["kubelet.kubernetes.io", "node.kubernetes.io"];
const selfLabels = [
  "kubernetes.io/arch",
  "kubernetes.io/hostname",
  "kubernetes.io/os",
  "topology.kubernetes.io/region",
  "topology.kubernetes.io/zone",
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

/** @returns the reason why a kubelet may not set this label on its own node, or undefined */
function selfLabelProblem(key: string): string | undefined {
  const prefix = key.includes("/") ? (key.split("/")[0] ?? "") : "";
  const reserved = /(^|\.)(kubernetes|k8s)\.io$/.test(prefix);
  const allowed = selfLabelPrefixes.some((known) => prefix === known || prefix.endsWith(`.${known}`));
  if (!reserved || allowed || selfLabels.includes(key)) return undefined;
  return `${prefix}/ is reserved; allowed there: ${selfLabelPrefixes.join("/…, ")}/… and ${selfLabels.join(", ")}`;
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
export const taint = strictObject({
  key: z.string().superRefine(refuseKey(keyProblem)).describe("`[prefix/]name`."),
  value: value.default("").describe("At most 63 characters, or empty."),
  effect: z
    .enum(["NoSchedule", "PreferNoSchedule", "NoExecute"])
    .describe("What happens to pods that do not tolerate it."),
});

export type Taint = z.output<typeof taint>;
