/**
 * Adoption of objects that an interrupted `pulumi up` left on the cluster.
 *
 *   releaseRecords.ts  Helm's records              clusterApi.ts  requests to the cluster
 *   settings.ts        time limit of Helm          answer.ts      retries and time limits of requests
 *
 * The provider adopts objects (`upsertExistingObjects`). Two kinds need a check right before the engine creates or
 * changes them: a namespace that belongs to someone else, and a release that Helm would refuse to change.
 */
import { setTimeout as sleep } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { stackLabel } from "../../contract/stackLabel";
import { type ClusterApi, clusterApi, type ReleaseName } from "./clusterApi";
import { isPending, newestRecord, recordsBeforeUpgrade, type ReleaseRecord } from "./releaseRecords";
import { pendingLimitMs } from "./settings";

/** Milliseconds between two checks of a pending Helm operation. */
const lookMs = 2_000;

/** Name and namespace of a Helm release as Pulumi inputs. */
interface ReleaseInput {
  readonly name: string;
  readonly namespace: pulumi.Input<string>;
}

export interface Adoption {
  /** Hooks of a namespace of the stack: refuse an existing namespace that is not Perigee's. */
  readonly ofNamespace: pulumi.ResourceHookBinding;
  /** Hooks of a Helm release of the stack: remove records that would make Helm refuse the operation. */
  readonly ofRelease: (release: ReleaseInput) => pulumi.ResourceHookBinding;
}

/**
 * Hooks that check the cluster right before the engine creates or changes objects on it. The engine's messages contain
 * the names of the hooks.
 * @param kubeconfig secret
 */
export function adoption(kubeconfig: pulumi.Output<string>): Adoption {
  const limitMs = pendingLimitMs();
  const api = async (): Promise<ClusterApi> => clusterApi(await knownValue(kubeconfig));
  const ownership = new pulumi.ResourceHook("ownership of the namespace", async ({ name }) =>
    ownNamespace(await api(), name),
  );
  return {
    ofNamespace: { beforeCreate: [ownership] },
    ofRelease: ({ name, namespace }) => {
      const hook = (verb: "install" | "upgrade", step: typeof beforeInstall): pulumi.ResourceHook =>
        new pulumi.ResourceHook(`look before helm ${verb} ${name}`, async () =>
          step(await api(), { name, namespace: await knownValue(pulumi.output(namespace)) }, limitMs),
        );
      return {
        beforeCreate: [hook("install", beforeInstall)],
        beforeUpdate: [hook("upgrade", beforeUpgrade)],
      };
    },
  };
}

/** @throws Error when the namespace exists and does not belong to this stack */
export async function ownNamespace(api: Pick<ClusterApi, "namespaceLabels">, name: string): Promise<void> {
  const labels = await api.namespaceLabels(name);
  if (labels === undefined || isOwn(labels)) return;
  throw new Error(
    `the namespace ${name} is on the cluster already and is not Perigee's (no label ${key}=${wanted}); it was not touched.\n` +
      "  Perigee would take it over, and delete it with all that is in it on destroy.\n" +
      `  Move what is in it elsewhere and delete it, or hand it over:  ${handOver(name)}`,
  );
}

const [[key, wanted]] = Object.entries(stackLabel) as [[string, string]];

/** Whether a namespace with these labels belongs to this stack. */
export function isOwn(labels: Readonly<Record<string, string>>): boolean {
  return labels[key] === wanted;
}

/** The command that hands a namespace over to this stack. */
export const handOver = (namespace: string): string =>
  `kubectl label namespace ${namespace} ${key}=${wanted}`;

/**
 * Hook before Helm installs a release that is not in the state: removes all records of the release. Helm then adopts
 * the release's objects by their owner labels, and no pod restarts.
 */
export async function beforeInstall(api: ClusterApi, release: ReleaseName, limitMs: number): Promise<void> {
  const records = await settled(api, release, limitMs);
  const newest = newestRecord(records);
  if (newest === undefined) return;
  await pulumi.log.info(
    `Helm's release ${shown(release)} is on the cluster (${newest.status}) and not in this stack's state: taking it over.`,
  );
  await remove(api, release, records);
}

/** Hook before Helm upgrades a release: removes the record of an interrupted operation. */
export async function beforeUpgrade(api: ClusterApi, release: ReleaseName, limitMs: number): Promise<void> {
  const records = await settled(api, release, limitMs);
  const [stale] = recordsBeforeUpgrade(records);
  if (stale === undefined) return;
  await pulumi.log.info(
    `Helm's release ${shown(release)} was left ${stale.status} by an interrupted run: going on from what held before.`,
  );
  await remove(api, release, [stale]);
  if (records.length > 1) return;
  throw new Error(
    `Helm's only record of the release ${shown(release)} was that of an installation that never ended; it was removed.\n` +
      "  Let the state know, and install it again:  pulumi refresh && pulumi up",
  );
}

/** Records of the release, once no operation is pending or the time limit is reached. */
async function settled(
  api: ClusterApi,
  release: ReleaseName,
  limitMs: number,
): Promise<readonly ReleaseRecord[]> {
  const limit = Date.now() + limitMs;
  for (let isFirst = true; ; isFirst = false) {
    const records = await api.releaseRecords(release);
    const newest = newestRecord(records);
    if (newest === undefined || !isPending(newest) || Date.now() >= limit) return records;
    if (isFirst) {
      await pulumi.log.info(
        `Helm's release ${shown(release)} is ${newest.status}: an interrupted run left it, or is still at work. ` +
          `Waiting at most ${limitMs / 1000} s for it to end (PERIGEE_HELM_WAIT_SECONDS).`,
      );
    }
    await sleep(Math.min(lookMs, limitMs));
  }
}

async function remove(
  api: ClusterApi,
  release: ReleaseName,
  records: readonly ReleaseRecord[],
): Promise<void> {
  for (const record of records) await api.removeRecord(release, record);
}

const shown = ({ name, namespace }: ReleaseName): string => `${namespace}/${name}`;

/** Value of an output that is known: of a stack that is up, or in the engine's callbacks. */
export function knownValue<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => {
    output.apply(resolve);
  });
}
