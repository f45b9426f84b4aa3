/** Stack 1's outputs, as the contract in outputs.ts has them. */
import * as pulumi from "@pulumi/pulumi";
import { contractVersion, type InfraOutputs } from "../contract/outputs";
import type { Settings } from "./config";
import type { KubeadmCluster } from "./kubeadm";
import type { Machine } from "./machines";
import { nodeOutput } from "./machines";
import type { ClusterIdentity } from "./machines/identity";

type Outputs = { readonly [Key in keyof InfraOutputs]: pulumi.Output<InfraOutputs[Key]> };

export function infraOutputs(
  settings: Settings,
  identity: ClusterIdentity,
  cluster: KubeadmCluster,
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
    nodes: pulumi.all(machines.map(nodeOutput)),
    // Every node answers on a published node port; the control plane's address is the one that stays.
    publishedHost: first.publicIp,
  };
}
