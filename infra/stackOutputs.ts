/** Outputs of stack 1, as defined by the contract in outputs.ts. */
import * as pulumi from "@pulumi/pulumi";
import { contractVersion, type InfraOutputs } from "../contract/outputs";
import type { BackupBucket } from "./backup/bucket";
import type { Settings } from "./config";
import type { KubeadmCluster } from "./kubeadm";
import type { LoginKeys } from "./kubeadm/loginKeys";
import { type Machine, nodeOutput } from "./machines";
import type { ClusterIdentity } from "./machines/identity";

/** Every output but those that settings ask for, which are there or not. */
export type Outputs = {
  readonly [Key in keyof Required<Omit<InfraOutputs, "peopleKubeconfig">>]: pulumi.Output<
    NonNullable<InfraOutputs[Key]>
  >;
} & { readonly peopleKubeconfig?: pulumi.Output<string> };

export interface BackupState {
  readonly bucket: BackupBucket | undefined;
  /** Newest backup when this run began. */
  readonly last: string | undefined;
}

export function infraOutputs(
  settings: Settings,
  identity: ClusterIdentity,
  cluster: KubeadmCluster,
  logins: LoginKeys,
  { bucket, last }: BackupState,
  machines: readonly Machine[],
): Outputs {
  const [first] = machines;
  if (first === undefined) throw new Error("a cluster without a machine");
  return {
    contractVersion: pulumi.output(contractVersion),
    clusterName: pulumi.output(settings.clusterName),
    kubernetesVersion: cluster.kubernetesVersion,
    apiServerUrl: cluster.apiServerUrl,
    kubeconfig: cluster.kubeconfig,
    ...(cluster.peopleKubeconfig && { peopleKubeconfig: cluster.peopleKubeconfig }),
    kubeconfigRead: pulumi.output(cluster.kubeconfigRead),
    sshPrivateKey: identity.login.apply((pair) => pair.private),
    keys: pulumi.output({ login: logins.number, secrets: settings.keys.secrets }),
    actingControlPlane: pulumi.output(cluster.acting),
    nodes: pulumi.all(machines.map(nodeOutput)),
    // Every node serves a published node port; only the control plane's address is permanent.
    publishedHost: first.publicIp,
    publishedNodePorts: pulumi.output(settings.publishedNodePorts),
    backup: pulumi.output({
      enabled: settings.backup.enabled,
      ...(bucket && { bucket: bucket.bucketName }),
      ...(bucket && settings.backup.bucket === undefined && { kept: settings.backup.keepOnDestroy }),
      ...(last !== undefined && { last }),
    }),
    backupIdentity: (bucket?.age ?? identity.backups).apply((age) => age.identity),
  };
}
