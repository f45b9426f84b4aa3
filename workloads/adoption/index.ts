/**
 * What an interrupted `pulumi up` left on the cluster is taken over by the next one.
 *
 *   releaseRecords.ts  what Helm's records say     clusterApi.ts  how the cluster is asked
 *   settings.ts        how long Helm may take      answer.ts      how long the cluster may take
 *
 * Objects are taken over by the provider (`upsertExistingObjects`). Two things need a look first, right before the engine
 * makes or changes them: a namespace that is somebody else's, and a release that Helm would refuse to touch.
 */
import { setTimeout as sleep } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { stackLabel } from "../../contract/stackLabel";
import { type ClusterApi, clusterApi, type ReleaseName } from "./clusterApi";
import { isPending, newestRecord, recordsBeforeUpgrade, type ReleaseRecord } from "./releaseRecords";
import { pendingLimitMs } from "./settings";

/** Milliseconds between two looks at an operation of Helm's that has not ended. */
const LOOK_MS = 2_000;

/** A release's name and namespace, as a program has them. */
interface ReleaseInput {
  readonly name: string;
  readonly namespace: pulumi.Input<string>;
}

export interface Adoption {
  /** For a namespace of the stack: refuses one that is there and is not Perigee's. */
  readonly ofNamespace: pulumi.ResourceHookBinding;
  /** For a Helm release of the stack: clears what Helm would refuse to go on from. */
  readonly ofRelease: (release: ReleaseInput) => pulumi.ResourceHookBinding;
}

/**
 * Hooks that look at the cluster right before the engine makes or changes something there; their names are in the
 * engine's messages.
 * @param kubeconfig secret
 */
export function adoption(kubeconfig: pulumi.Output<string>): Adoption {
  const limitMs = pendingLimitMs();
  const api = async (): Promise<ClusterApi> => clusterApi(await value(kubeconfig));
  const ownership = new pulumi.ResourceHook("ownership of the namespace", async ({ name }) =>
    ownNamespace(await api(), name),
  );
  return {
    ofNamespace: { beforeCreate: [ownership] },
    ofRelease: ({ name, namespace }) => {
      const hook = (verb: "install" | "upgrade", step: typeof beforeInstall): pulumi.ResourceHook =>
        new pulumi.ResourceHook(`look before helm ${verb} ${name}`, async () =>
          step(await api(), { name, namespace: await value(pulumi.output(namespace)) }, limitMs),
        );
      return {
        beforeCreate: [hook("install", beforeInstall)],
        beforeUpdate: [hook("upgrade", beforeUpgrade)],
      };
    },
  };
}

/** @throws Error when the namespace is there and is not of this stack */
export async function ownNamespace(api: ClusterApi, name: string): Promise<void> {
  const labels = await api.namespaceLabels(name);
  const [[key, wanted]] = Object.entries(stackLabel) as [[string, string]];
  if (labels === undefined || labels[key] === wanted) return;
  throw new Error(
    `the namespace ${name} is on the cluster already and is not Perigee's (no label ${key}=${wanted}); it was not touched.\n` +
      "  Perigee would take it over, and delete it with all that is in it on destroy.\n" +
      `  Move what is in it elsewhere and delete it, or hand it over:  kubectl label namespace ${name} ${key}=${wanted}`,
  );
}

/**
 * Before Helm installs a release that the state does not know: its records go, all of them. Helm then takes the release's
 * objects over, by the owner that they are labelled with, and no pod is disturbed.
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

/** Before Helm upgrades a release. */
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

/** The release's records, once no operation is going on, or the time for it is over. */
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
    await sleep(Math.min(LOOK_MS, limitMs));
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

/** An output's value, for use when the engine calls back: by then everything that it comes from is there. */
function value<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => {
    output.apply(resolve);
  });
}
