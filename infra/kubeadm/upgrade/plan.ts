/**
 * Upgrade of a running cluster: what another `kubernetesVersion` would do, told before anything is changed, and refused where
 * it cannot be done. The machines themselves upgrade (scripts/), in the order of docs/adr/0009.
 */
import type { SettingProblem } from "../../../settings/load";
import { type KubernetesRelease, minorOf, releaseOf, testedVersions } from "../../versions";

/** An upgrade that `up` would make, or go on with. */
export interface Upgrade {
  readonly from: string;
  readonly to: string;
  /** Names of the nodes that have the former version, in the order in which they follow. */
  readonly controlPlanes: readonly string[];
  readonly workers: readonly string[];
}

/** What the plan depends on besides the versions. */
export interface UpgradeTerms {
  readonly maxUnavailable: number;
  readonly drainTimeoutSeconds: number;
  readonly backups: boolean;
  readonly removedApis: "refuse" | "allow";
}

type Version = readonly [major: number, minor: number, patch: number];

const parsed = (version: string): Version => {
  const [major = 0, minor = 0, patch = 0] = version.split(".").map(Number);
  return [major, minor, patch];
};

/** Negative where the first version is the older one, 0 where both are the same. */
export function compareVersions(one: string, other: string): number {
  const [left, right] = [parsed(one), parsed(other)];
  return left[0] - right[0] || left[1] - right[1] || left[2] - right[2];
}

/** True where kubeadm upgrades from one version to the other: not back, and no minor version left out. */
export function isStep(from: string, to: string): boolean {
  const [left, right] = [parsed(from), parsed(to)];
  return compareVersions(from, to) <= 0 && left[0] === right[0] && right[1] - left[1] <= 1;
}

/**
 * Problem of a version that the running cluster cannot be brought to.
 * @param from version of the last `up`; it may have been upgraded further by one that did not end, which the machines know
 * @param tested versions that the setting allows at all
 */
export function versionProblem(
  from: string,
  to: string,
  tested: readonly string[] = testedVersions(),
): SettingProblem | undefined {
  if (isStep(from, to)) return undefined;
  const allowed = tested.filter((version) => isStep(from, version)).sort(compareVersions);
  const named = allowed.length === 0 ? `none of the tested ones (${tested.join(", ")})` : allowed.join(", ");
  const back = compareVersions(from, to) > 0;
  const why = back
    ? `the running cluster has ${from}, and no cluster goes back`
    : `the running cluster has ${from}, and an upgrade leaves out no minor version`;
  const way = back
    ? "the way back is a backup of that version, with restoreFrom (docs/runbook.md, Upgrade Kubernetes)"
    : "upgrade to one of them first, then further";
  return {
    setting: "kubernetesVersion",
    given: to,
    problem: `${why}; allowed: ${named}; ${way}`,
  };
}

/** What `up` will do, in its order, for a person who reads a preview. */
export function upgradeMessage(upgrade: Upgrade, terms: UpgradeTerms): string {
  const { from, to, controlPlanes, workers } = upgrade;
  const { maxUnavailable, drainTimeoutSeconds, backups, removedApis } = terms;
  const steps = [
    "first it is checked that every node is Ready, and that the API, etcd and cluster DNS are healthy" +
      (removedApis === "refuse" ? `, and that nobody uses APIs that ${minorOf(to)} no longer has` : ""),
    backups ? "a backup is made" : "no backup is made: backups are off",
    controlPlanes.length > 1
      ? `${controlPlanes.join(", ")}, one after the other: ${parts(from, to)}; each is drained, and the others serve the API meanwhile`
      : `${controlPlanes.join(", ")}: ${parts(from, to)}; the API is away meanwhile, and the node is drained`,
    ...workerSteps(workers, maxUnavailable, drainTimeoutSeconds),
  ];
  return [
    `Kubernetes ${from} -> ${to}, in place:`,
    ...steps.map((step, index) => `  ${index + 1}. ${step}`),
    "  Between them the cluster has to be whole; where it is not, the upgrade stops and says what is where, and `pulumi up` goes on.",
  ].join("\n");
}

function workerSteps(
  workers: readonly string[],
  maxUnavailable: number,
  drainTimeoutSeconds: number,
): string[] {
  if (workers.length === 0) return [];
  const named =
    workers.length <= 10
      ? workers.join(", ")
      : `${workers.slice(0, 10).join(", ")} and ${workers.length - 10} more`;
  return [
    `${workers.length} worker${workers.length === 1 ? "" : "s"}, ${maxUnavailable} at a time: ${named}; each is cordoned, ` +
      `drained within ${drainTimeoutSeconds} s, upgraded, Ready, and uncordoned`,
  ];
}

const followers = [
  "kubernetes",
  "etcd",
  "coredns",
  "pause",
  "flannel",
] as const satisfies readonly (keyof KubernetesRelease)[];
const titles: Readonly<Record<(typeof followers)[number], string>> = {
  ...{ kubernetes: "Kubernetes", etcd: "etcd", coredns: "CoreDNS", pause: "pause", flannel: "Flannel" },
};

/** What changes with the version, by the table of tested releases. */
function parts(from: string, to: string): string {
  const [before, after] = [testedVersions().includes(from) ? releaseOf(from) : undefined, releaseOf(to)];
  return followers
    .filter((part) => before?.[part] !== after[part])
    .map((part) => `${titles[part]} ${before === undefined ? "" : `${before[part]} -> `}${after[part]}`)
    .join(", ");
}

/**
 * For each worker, in their order, the one that has to be done before it: so that at most `maxUnavailable` are at work.
 * @returns for each index the index of its predecessor; undefined for the first ones
 */
export function predecessors(count: number, maxUnavailable: number): (number | undefined)[] {
  return Array.from({ length: count }, (_, index) =>
    index < maxUnavailable ? undefined : index - maxUnavailable,
  );
}
