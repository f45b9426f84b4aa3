/** Storage of Prometheus' samples. */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { NodeOutput } from "../../contract/outputs";
import { owned } from "../adoption/fieldManager";
import type { StorageSettings } from "../config";
import { resources, type Size } from "../sizes";
import type { PrometheusValues } from "./chartValues";
import { monitoringNames } from "./names";

type LocalStorage = Extract<StorageSettings, { kind: "local" }>;

/** User and group of Prometheus in the chart. */
const prometheusUser = { uid: 1000, gid: 2000 } as const;
const ownerSize: Size = {
  copies: 1,
  cpu: { request: 0.01, limit: 0.5 },
  memoryMiB: { request: 32, limit: 128 },
};

/**
 * Spec that binds claim and volume. Its size is a constant: no quota applies to a folder, and the volume cannot grow,
 * so a size from the settings would make every change of it fail.
 */
const claim = {
  // No class: the claim binds only to the volume made for it.
  storageClassName: "",
  accessModes: ["ReadWriteOnce"],
  resources: { requests: { storage: "1Gi" } },
} as const;

/**
 * Storage part of the chart values. `ephemeral`: none, the chart uses an emptyDir.
 *
 * `local`: a hostPath folder, not a `local` volume, whose folder must exist before the first pod and must be recreated
 * by hand when the node is replaced. The kubelet creates the folder as root, so an init container changes its owner.
 */
export function storageValues(
  { kind }: Pick<StorageSettings, "kind">,
  nodeImage: string,
): Pick<PrometheusValues["prometheusSpec"], "storageSpec" | "initContainers"> {
  if (kind === "ephemeral") return {};
  const { sampleVolume } = monitoringNames;
  const { uid, gid } = prometheusUser;
  return {
    storageSpec: { volumeClaimTemplate: { metadata: { name: sampleVolume }, spec: claim } },
    initContainers: [
      {
        name: "own-samples",
        image: nodeImage,
        command: ["node", "-e", `require("node:fs").chownSync("/prometheus", ${uid}, ${gid})`],
        resources: resources(ownerSize),
        securityContext: {
          runAsUser: 0,
          runAsGroup: 0,
          runAsNonRoot: false,
          readOnlyRootFilesystem: true,
          allowPrivilegeEscalation: false,
          capabilities: { drop: ["ALL"], add: ["CHOWN"] },
        },
        // The operator mounts the same subPath for Prometheus.
        volumeMounts: [{ name: sampleVolume, mountPath: "/prometheus", subPath: "prometheus-db" }],
      },
    ],
  };
}

export interface SampleVolumeArgs {
  readonly storage: LocalStorage;
  readonly nodes: pulumi.Output<readonly NodeOutput[]>;
  readonly namespace: pulumi.Input<string>;
}

/**
 * Volume for the folder of one node, and its claim, which Prometheus' pod finds by name. Both are resources of this
 * program, so they are deleted in order after the pod, and the folder stays.
 */
export function sampleVolume(
  name: string,
  { storage, nodes, namespace }: SampleVolumeArgs,
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  const { storageClassName, accessModes } = claim;
  const claimName = `${monitoringNames.sampleVolume}-prometheus-${monitoringNames.release}-prometheus-0`;
  const node = nodes.apply((all) => nodeFor(storage, all));
  const volume = new kubernetes.core.v1.PersistentVolume(
    name,
    {
      metadata: owned({ name: "prometheus-samples" }),
      spec: {
        storageClassName,
        capacity: claim.resources.requests,
        accessModes: [...accessModes],
        persistentVolumeReclaimPolicy: "Retain",
        claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace, name: claimName },
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
      metadata: owned({ name: claimName, namespace }),
      spec: { ...claim, accessModes: [...accessModes], volumeName: unlessMoved(volume, storage) },
    },
    opts,
  );
  return [volume, claimed];
}

/**
 * Name of the volume, once it is known to be where the settings say.
 * @throws pulumi.RunError when the samples are on another node or in another folder: they would stay behind
 */
function unlessMoved(
  volume: kubernetes.core.v1.PersistentVolume,
  { node, path }: LocalStorage,
): pulumi.Output<string> {
  return pulumi.all([volume.metadata.name, volume.spec]).apply(([name, { hostPath, nodeAffinity }]) => {
    const terms = nodeAffinity?.required?.nodeSelectorTerms ?? [];
    const made = { node: terms[0]?.matchExpressions?.[0]?.values?.[0], path: hostPath?.path };
    if (made.node === node && made.path === path) return name;
    throw new pulumi.RunError(
      `perigee-workloads:monitoring.storage = ${JSON.stringify({ node, path })}: the samples are on ${made.node ?? "another node"}, in ` +
        `${made.path ?? "another folder"}, and would stay behind; put it back, or move them as docs/runbook.md says (Samples on a worker's disk)`,
    );
  });
}

/**
 * Name of the node whose disk holds the samples.
 * @throws pulumi.RunError when the cluster has no such node
 */
export function nodeFor({ node }: Pick<LocalStorage, "node">, nodes: readonly NodeOutput[]): string {
  const names = nodes.map(({ name }) => name);
  if (names.includes(node)) return node;
  throw new pulumi.RunError(
    `perigee-workloads:monitoring.storage.node = ${JSON.stringify(node)}: there is no such node ` +
      `(the cluster has: ${names.join(", ")})`,
  );
}
