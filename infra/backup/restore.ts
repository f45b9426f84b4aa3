/**
 * Restore: what `restoreFrom` would do, told before anything is changed, and refused where it cannot be done. The machine
 * itself restores (scripts/restore.sh), and only when it has no data of its own.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { InfraOutputs } from "../../contract/outputs";
import { type SettingProblem, SettingsError } from "../../settings/load";
import { namespace, type Settings } from "../config";
import type { RunningNode } from "../runningCluster";

/** Value of `restoreFrom` that gives a dead cluster up. */
const beginEmpty = "empty";

/** Backup in a bucket, by its name: `<cluster>/<time>_v<version>.tar.age`. */
export interface Backup {
  readonly object: string;
  readonly cluster: string;
  /** UTC, as `2026-11-26T15:30:00Z`. */
  readonly time: string;
  readonly kubernetesVersion: string;
}

const form = /^([a-z][a-z0-9-]*)\/(\d{4}-\d\d-\d\dT\d\d)(\d\d)(\d\d)Z_v(\d+\.\d+\.\d+)\.tar\.age$/;

/** @returns undefined for an object that is no backup */
export function parseBackup(object: string): Backup | undefined {
  const [, cluster = "", hour = "", minute = "", second = "", kubernetesVersion = ""] =
    form.exec(object) ?? [];
  if (cluster === "") return undefined;
  return { object, cluster, time: `${hour}:${minute}:${second}Z`, kubernetesVersion };
}

export interface Restore {
  /** Object, `latest`, or nothing: input of the init step. */
  readonly from?: string;
  /** Object of the newest backup. */
  readonly last?: string;
  /** True where the control plane's machine is one that an `up` made which did not end: without data it begins nothing. */
  readonly unfinished?: boolean;
}

/**
 * What is to be restored when the control plane has no data of its own.
 * @param outputs those of the last `up`
 * @param running its nodes, as EC2 says
 * @throws RunError when it cannot be done, or when a control plane died and the settings do not say what shall become of it
 */
export async function plannedRestore(
  settings: Settings,
  outputs: Partial<InfraOutputs>,
  running: readonly RunningNode[],
): Promise<Restore> {
  const { backup, restoreFrom } = settings;
  const controlPlane = representative(running);
  const dead = controlPlane !== undefined && isDead(controlPlane) ? controlPlane : undefined;
  // One that is not used may be gone.
  const used =
    backup.enabled || (restoreFrom === undefined ? dead !== undefined : restoreFrom !== beginEmpty);
  const given = used ? backup.bucket : undefined;
  if (given !== undefined) await refuseForeignBucket(given);
  const bucket = given ?? outputs.backup?.bucket;
  const backups = bucket === undefined ? [] : await knownBackups(settings, bucket, dead);
  const last = backups.at(-1)?.object;
  const known = last === undefined ? {} : { last };
  if (restoreFrom === undefined) {
    if (bucket === undefined && outputs.backup === undefined) return known; // there never were backups
    if (dead !== undefined) throw lostControlPlane(dead, last);
    if (controlPlane === undefined || !isUnfinished(controlPlane)) return known;
    void pulumi.log.info(
      `${controlPlane.name} is ${controlPlane.living}, of an up that did not end: it keeps the data that it has`,
    );
    return { ...known, unfinished: true };
  }
  if (restoreFrom === beginEmpty) {
    const stays = last === undefined ? "" : `; the backups in ${bucket} stay, the newest: ${last}`;
    tellWhatBeginsEmpty(controlPlane, stays);
    return known;
  }
  if (bucket === undefined) {
    throw refused(restoreFrom, "there is no bucket yet; set backup.bucket to the one that has the backups");
  }
  const chosen = chosenBackup(settings, bucket, backups);
  if ("problem" in chosen) throw new SettingsError(namespace, [chosen]);
  void pulumi.log.info(whatWillHappen(chosen, controlPlane));
  return { ...known, from: restoreFrom };
}

/** The backup that the settings name, or why it cannot be used. */
function chosenBackup(
  { clusterName, kubernetesVersion, restoreFrom = "latest" }: Settings,
  bucket: string,
  backups: readonly Backup[],
): Backup | SettingProblem {
  const problem = (text: string): SettingProblem => ({
    setting: "restoreFrom",
    given: restoreFrom,
    problem: text,
  });
  const named = restoreFrom.includes("/") ? restoreFrom : `${clusterName}/${restoreFrom}`;
  const parsed = parseBackup(named);
  if (restoreFrom !== "latest" && parsed !== undefined && parsed.cluster !== clusterName) {
    return problem(`is of the cluster ${parsed.cluster}, and this one is ${clusterName}`);
  }
  const found = restoreFrom === "latest" ? backups.at(-1) : backups.find(({ object }) => object === named);
  if (found === undefined) {
    const newest = backups.slice(-5).map(({ object }) => object.slice(clusterName.length + 1));
    return problem(
      newest.length === 0
        ? `there is no backup of ${clusterName} in the bucket ${bucket}`
        : `is not in the bucket ${bucket}; the newest there: ${newest.reverse().join(", ")}`,
    );
  }
  if (found.kubernetesVersion !== kubernetesVersion) {
    return problem(
      `${found.object} is of Kubernetes ${found.kubernetesVersion}; set kubernetesVersion, which is ${kubernetesVersion}, to it`,
    );
  }
  return found;
}

/**
 * The control plane that says how the cluster is: of several one that lives, since the others join it, and best one that has
 * been a member. It is dead only where all are.
 */
export function representative(running: readonly RunningNode[]): RunningNode | undefined {
  const all = running.filter(({ role }) => role === "control-plane");
  const living = all.filter((node) => !isDead(node));
  return living.find((node) => !isUnfinished(node)) ?? living[0] ?? all[0];
}

const isDead = ({ living }: RunningNode): boolean => living === undefined;

/** Another machine than that of the last `up` that ended stands in its place. */
const isUnfinished = (node: RunningNode): boolean => !isDead(node) && node.living !== node.instanceId;

function whatWillHappen(backup: Backup, controlPlane: RunningNode | undefined): string {
  const what = `the backup ${backup.object}, of ${backup.time}`;
  if (controlPlane === undefined) return `the new cluster begins with ${what}`;
  const { name, living } = controlPlane;
  if (isDead(controlPlane)) {
    return `${name} is gone; the new one begins with ${what}, and the workers rejoin it`;
  }
  if (isUnfinished(controlPlane)) {
    return `${name} is ${living}, of an up that did not end: it begins with ${what}, unless it has data of its own by now`;
  }
  return (
    `${name} is there: ${what}, is restored only if it has no data of its own, after ` +
    "`sudo /opt/perigee/backup.sh set-aside` there; otherwise nothing is. Once restored:  " +
    unsetting()
  );
}

/** A cluster begins empty by a word alone; one that is left behind would give up the next cluster as well. */
function tellWhatBeginsEmpty(controlPlane: RunningNode | undefined, stays: string): void {
  if (controlPlane === undefined) {
    void pulumi.log.info(`the new cluster begins empty${stays}`);
  } else if (isDead(controlPlane)) {
    void pulumi.log.info(
      `${controlPlane.name} is gone; the new one begins empty, and what was on the former is given up${stays}`,
    );
  } else if (isUnfinished(controlPlane)) {
    void pulumi.log.info(
      `${controlPlane.name} is ${controlPlane.living}, of an up that did not end: it begins empty, unless it has data of its own by now${stays}`,
    );
  } else {
    void pulumi.log.warn(
      `restoreFrom = ${beginEmpty} is still set. ${controlPlane.name} lives and keeps its data, but should it die, the next up would ` +
        `begin an empty cluster in its place without asking${stays}. Remove it:  ${unsetting()}`,
    );
  }
}

const unsetting = (): string => `pulumi config rm -s ${pulumi.getStack()} ${namespace}:restoreFrom`;

/** Backups of the cluster, oldest first; of a bucket that cannot be listed none, where nothing depends on them. */
async function knownBackups(
  { clusterName, restoreFrom }: Settings,
  bucket: string,
  dead: RunningNode | undefined,
): Promise<Backup[]> {
  return backupsIn(bucket, clusterName).catch((error: unknown) => {
    const problem = `the bucket ${bucket} cannot be listed: ${(error as Error).message}`;
    if (restoreFrom !== beginEmpty && (restoreFrom !== undefined || dead !== undefined)) {
      throw refused(restoreFrom, problem);
    }
    void pulumi.log.warn(problem); // what runs is not held up by it; the alert on failing backups is another matter
    return [];
  });
}

/** Backups of a cluster, oldest first. */
async function backupsIn(bucket: string, cluster: string): Promise<Backup[]> {
  const { keys } = await aws.s3.getObjects({ bucket, prefix: `${cluster}/`, maxKeys: 1_000_000 });
  return keys
    .map(parseBackup)
    .filter((backup) => backup !== undefined)
    .sort((one, other) => (one.object < other.object ? -1 : 1));
}

/** Whoever owns a bucket, and only they, may read its policy. */
async function refuseForeignBucket(bucket: string): Promise<void> {
  const problem = (text: string): SettingsError =>
    new SettingsError(namespace, [{ setting: "backup.bucket", given: bucket, problem: text }]);
  const policy = await aws.s3.getBucketPolicy({ bucket }).then(
    (found) => found.policy,
    (error: unknown) => {
      if (/NoSuchBucketPolicy|couldn't find resource/.test(String(error))) return undefined;
      throw problem(`is not a bucket of yours that can be used: ${(error as Error).message}`);
    },
  );
  if (policy !== undefined && policy !== "" && isPublic(policy)) {
    throw problem("its policy lets everybody in; take a private bucket, or leave it out for one of its own");
  }
}

interface Statement {
  readonly Effect?: string;
  readonly Principal?: unknown;
  readonly Condition?: unknown;
}

/** True for a policy with a statement that allows everybody something, on no condition. */
export function isPublic(policy: string): boolean {
  const { Statement: statements } = JSON.parse(policy) as { Statement?: Statement | Statement[] };
  return [statements ?? []].flat().some(({ Effect, Principal, Condition }) => {
    const principals = [Principal, (Principal as { AWS?: unknown } | undefined)?.AWS].flat();
    return Effect === "Allow" && principals.includes("*") && Condition === undefined;
  });
}

function lostControlPlane({ name, instanceId }: RunningNode, last: string | undefined): pulumi.RunError {
  const set = `pulumi config set -s ${pulumi.getStack()} ${namespace}:restoreFrom`;
  return new pulumi.RunError(
    [
      `the machine of ${name} (${instanceId}) is gone, and etcd with it; nothing was changed.`,
      last === undefined
        ? "  There is no backup of it where backups are now; is it in another bucket (backup.bucket), or was it deleted or " +
          "did it expire within the last week (a former version of the object)?"
        : `  To bring the cluster back from its last backup, ${last}:  ${set} latest`,
      `  To begin with an empty one:  ${set} ${beginEmpty}`,
      "  Then run this again.",
    ].join("\n"),
  );
}

function refused(given: string | undefined, problem: string): SettingsError {
  return new SettingsError(namespace, [{ setting: "restoreFrom", given, problem }]);
}
