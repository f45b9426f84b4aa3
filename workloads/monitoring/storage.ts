/** Where Prometheus' samples live. */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { NodeOutput } from "../../contract/outputs";
import { owned } from "../adoption/fieldManager";
import type { StorageSettings } from "../config";
import { resources, type Size } from "../sizes";
import type { PrometheusValues } from "./chartValues";
import { monitoringNames } from "./names";

type LocalStorage = Extract<StorageSettings, { kind: "local" }>;

/** The user and group that the chart runs Prometheus as. */
const prometheusUser = { uid: 1000, gid: 2000 } as const;
const ownerSize: Size = {
  copies: 1,
  cpu: { request: 0.01, limit: 0.5 },
  memoryMiB: { request: 32, limit: 128 },
};

/**
 * What ties claim and volume together; nothing measures a folder. A volume cannot grow, so that a figure which
 * followed the settings would make every change of them fail.
 */
const claim = {
  // No class: a claim without one gets the volume that is made for it, and no other.
  storageClassName: "",
  accessModes: ["ReadWriteOnce"],
  resources: { requests: { storage: "1Gi" } },
} as const;

/**
 * What the chart has to know. `ephemeral`: nothing, it takes an emptyDir.
 *
 * `local` is a folder of the node and not a `local` volume, which has to be there before the first pod and to be made
 * again by hand when the node is replaced. The kubelet makes it as root, so a container gives it to Prometheus first.
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
        // The sub-path is the one that the operator gives Prometheus itself.
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
 * The folder of one node as a volume, and the claim that Prometheus' pod finds by its name. Both are the program's
 * own: they go after the pod, in order, and the folder stays.
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
    opts,
  );
  const claimed = new kubernetes.core.v1.PersistentVolumeClaim(
    name,
    {
      metadata: owned({ name: claimName, namespace }),
      spec: { ...claim, accessModes: [...accessModes], volumeName: volume.metadata.name },
    },
    opts,
  );
  return [volume, claimed];
}

/**
 * The node whose disk holds the samples.
 * @throws pulumi.RunError when the named node is none of the cluster's
 */
export function nodeFor({ node }: Pick<LocalStorage, "node">, nodes: readonly NodeOutput[]): string {
  const names = nodes.map(({ name }) => name);
  if (names.includes(node)) return node;
  throw new pulumi.RunError(
    `perigee-workloads:monitoring.storage.node = ${JSON.stringify(node)}: there is no such node ` +
      `(the cluster has: ${names.join(", ")})`,
  );
}
