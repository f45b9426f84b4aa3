/** Upgrade in place: planned from what runs and what the settings ask for. */
import * as pulumi from "@pulumi/pulumi";
import type { InfraOutputs } from "../../../contract/outputs";
import type { Settings } from "../../config";
import { machinesOf, type RunningNode } from "../../runningCluster";
import { membersOf } from "../controlPlanes/acting";
import { compareVersions, type Upgrade, upgradeMessage } from "./plan";

/** What the steps of a cluster need to know of the nodes that run already. */
export interface Rollout {
  /** Names of workers that live and stay: they take changes `updates.maxUnavailable` at a time. */
  readonly inTurn: readonly string[];
  readonly upgrade: Upgrade | undefined;
  /** Names of control planes that are members already: others join before any of these restarts. */
  readonly members: readonly string[];
}

/**
 * What becomes of the nodes that run, and a message of an upgrade, which a preview shows.
 * @param outputs those of the last `up`
 * @param running its nodes, as EC2 says
 * @param control the control plane that acts, and whether it may begin with a backup: its workers then rejoin at once
 */
export function plannedRollout(
  settings: Settings,
  { kubernetesVersion: from }: Partial<InfraOutputs>,
  running: readonly RunningNode[],
  control: { readonly acting: string; readonly restoring: boolean },
): Rollout {
  const known = running.filter(({ role }) => role === "control-plane");
  const dead = known.every(({ living }) => living === undefined);
  const members = membersOf(running);
  const { kubernetesVersion: to, drainTimeoutSeconds, backup } = settings;
  // `restoreFrom` may be left from before, and a control plane with data of its own is upgraded all the same.
  const rejoining = dead || (control.restoring && compareVersions(from ?? to, to) >= 0);
  if (from === undefined || rejoining) return { inTurn: [], upgrade: undefined, members };
  const kept = machinesOf(settings);
  const inTurn = running
    .filter((node) => node.role === "worker" && stays(node, kept))
    .map(({ name }) => name);
  if (compareVersions(from, to) >= 0) return { inTurn, upgrade: undefined, members };
  const names = known.map(({ name }) => name).filter((name) => kept.has(name));
  const controlPlanes = [
    ...names.filter((name) => name === control.acting),
    ...names.filter((name) => name !== control.acting),
  ];
  const upgrade = { from, to, controlPlanes, workers: inTurn };
  const terms = { ...settings.updates, drainTimeoutSeconds, backups: backup.enabled };
  void pulumi.log.info(upgradeMessage(upgrade, terms));
  return { inTurn, upgrade, members };
}

/**
 * Another type makes another machine, and so does one that died: it joins with the new version, and waits for nobody. A
 * worker that waited for a turn while its Node is not Ready would hold up the gate of those before it.
 */
function stays({ name, instanceType, living }: RunningNode, kept: ReadonlyMap<string, string>): boolean {
  if (living === undefined) return false;
  return kept.has(name) && (instanceType === undefined || kept.get(name) === instanceType);
}
