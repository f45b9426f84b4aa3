/** Outputs of stack 1, as defined by the contract in outputs.ts. */
import * as pulumi from "@pulumi/pulumi";
import { contractVersion, type InfraOutputs } from "../contract/outputs";
import type { Settings } from "./config";
import type { KubeadmCluster } from "./kubeadm";
import type { LoginKeys } from "./kubeadm/loginKeys";
import { type Machine, nodeOutput } from "./machines";
import type { ClusterIdentity } from "./machines/identity";

export type Outputs = { readonly [Key in keyof InfraOutputs]: pulumi.Output<InfraOutputs[Key]> };

export function infraOutputs(
  settings: Settings,
  identity: ClusterIdentity,
  cluster: KubeadmCluster,
  logins: LoginKeys,
  machines: readonly Machine[],
): Outputs {
  const [first] = machines;
  if (first === undefined) throw new Error("a cluster without a machine");
  return {
    contractVersion: pulumi.output(contractVersion),
    clusterName: pulumi.output(settings.clusterName),
    kubernetesVersion: pulumi.output(settings.kubernetesVersion),
    apiServerUrl: cluster.apiServerUrl,
    kubeconfig: cluster.kubeconfig,
    sshPrivateKey: identity.login.apply((pair) => pair.private),
    keys: pulumi.output({ login: logins.number, secrets: settings.keys.secrets }),
    nodes: pulumi.all(machines.map(nodeOutput)),
    // Every node serves a published node port; only the control plane's address is permanent.
    publishedHost: first.publicIp,
  };
}
