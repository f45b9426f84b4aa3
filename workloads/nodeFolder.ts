/** Folder of one node's disk as the volume of one pod: its volume, its claim, and who owns what is in it. */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { NodeOutput } from "../contract/outputs";
import { owned } from "./adoption/fieldManager";
import type { StorageSettings } from "./config";
import { type Resources, resources, type Size } from "./sizes";

export type LocalStorage = Extract<StorageSettings, { kind: "local" }>;

const ownerSize: Size = {
  copies: 1,
  qos: "Burstable",
  cpu: { request: 0.01, limit: 0.5 },
  memoryMiB: { request: 32, limit: 128 },
};

/**
 * Spec that binds claim and volume. Its size is a constant: no quota applies to a folder, and the volume cannot grow,
 * so a size from the settings would make every change of it fail.
 */
export const folderClaim = {
  // No class: the claim binds only to the volume made for it.
  storageClassName: "",
  accessModes: ["ReadWriteOnce"],
  resources: { requests: { storage: "1Gi" } },
} as const;

export interface OwnerArgs {
  readonly name: string;
  /** Node.js image. */
  readonly image: string;
  readonly user: number;
  readonly group: number;
  readonly volumeMount: { readonly name: string; readonly mountPath: string; readonly subPath?: string };
}

/** Init container that gives a folder to who writes there: the kubelet creates it as root. */
export function folderOwner({ name, image, user, group, volumeMount }: OwnerArgs): {
  name: string;
  image: string;
  command: string[];
  resources: Resources;
  securityContext: object;
  volumeMounts: OwnerArgs["volumeMount"][];
} {
  const path = JSON.stringify(volumeMount.mountPath);
  return {
    ...{ name, image },
    command: ["node", "-e", `require("node:fs").chownSync(${path}, ${user}, ${group})`],
    resources: resources(ownerSize),
    securityContext: {
      runAsUser: 0,
      runAsGroup: 0,
      runAsNonRoot: false,
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"], add: ["CHOWN"] },
    },
    volumeMounts: [volumeMount],
  };
}

export interface NodeFolderArgs {
  readonly storage: LocalStorage;
  /** Path of the setting, and what is in the folder, for messages. */
  readonly setting: string;
  readonly content: string;
  /** Names of the PersistentVolume and of its claim. */
  readonly volume: string;
  readonly claim: string;
  readonly nodes: pulumi.Output<readonly NodeOutput[]>;
  readonly namespace: pulumi.Input<string>;
}

/**
 * Volume for a folder of one node, and its claim, which the pod finds by name. A hostPath folder, not a `local` volume,
 * whose folder must exist before the first pod and must be recreated by hand when the node is replaced. Both are resources
 * of this program, so they are deleted in order after the pod, and the folder stays.
 */
export function nodeFolder(
  name: string,
  args: NodeFolderArgs,
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  const { storage, namespace } = args;
  const { storageClassName, accessModes } = folderClaim;
  const node = args.nodes.apply((all) => nodeFor(args, all));
  const volume = new kubernetes.core.v1.PersistentVolume(
    name,
    {
      metadata: owned({ name: args.volume }),
      spec: {
        storageClassName,
        capacity: folderClaim.resources.requests,
        accessModes: [...accessModes],
        persistentVolumeReclaimPolicy: "Retain",
        claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace, name: args.claim },
        hostPath: { path: storage.path, type: "DirectoryOrCreate" },
        nodeAffinity: {
          required: {
            nodeSelectorTerms: [
              { matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: [node] }] },
            ],
          },
        },
      },
    },
    // A volume cannot be moved: another one would be made in its place, empty, which the claim would wait for.
    { ...opts, ignoreChanges: ["spec.nodeAffinity", "spec.hostPath"] },
  );
  const claimed = new kubernetes.core.v1.PersistentVolumeClaim(
    name,
    {
      metadata: owned({ name: args.claim, namespace }),
      spec: { ...folderClaim, accessModes: [...accessModes], volumeName: unlessMoved(volume, args) },
    },
    opts,
  );
  return [volume, claimed];
}

/**
 * Name of the volume, once it is known to be where the settings say.
 * @throws pulumi.RunError when the content is on another node or in another folder: it would stay behind
 */
function unlessMoved(
  volume: kubernetes.core.v1.PersistentVolume,
  { storage: { node, path }, setting, content }: NodeFolderArgs,
): pulumi.Output<string> {
  return pulumi.all([volume.metadata.name, volume.spec]).apply(([name, { hostPath, nodeAffinity }]) => {
    const terms = nodeAffinity?.required?.nodeSelectorTerms ?? [];
    const made = { node: terms[0]?.matchExpressions?.[0]?.values?.[0], path: hostPath?.path };
    if (made.node === node && made.path === path) return name;
    throw new pulumi.RunError(
      `perigee-workloads:${setting} = ${JSON.stringify({ node, path })}: the ${content} are on ${made.node ?? "another node"}, in ` +
        `${made.path ?? "another folder"}, and would stay behind; put it back, or move them as docs/runbook.md says (Samples on a worker's disk)`,
    );
  });
}

/**
 * Name of the node whose disk holds the folder.
 * @throws pulumi.RunError when the cluster has no such node
 */
export function nodeFor(
  { storage: { node }, setting }: { readonly storage: Pick<LocalStorage, "node">; readonly setting: string },
  nodes: readonly NodeOutput[],
): string {
  const names = nodes.map(({ name }) => name);
  if (names.includes(node)) return node;
  throw new pulumi.RunError(
    `perigee-workloads:${setting}.node = ${JSON.stringify(node)}: there is no such node ` +
      `(the cluster has: ${names.join(", ")})`,
  );
}
