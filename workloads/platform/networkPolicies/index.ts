/**
 * NetworkPolicies: what enforces them, and those of Perigee's own pods. Teams and the exporter have theirs where they are.
 *
 *   settings.ts  whether they are enforced here     table.ts    who reaches which of Perigee's pods
 *   engine.ts    a pod on every node that does      enforce.sh  its program: kube-router, and how its rules go
 *   alerts.ts    when it is missing somewhere       names.ts    names
 */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { owned } from "../../adoption/fieldManager";
import { policyEngine } from "./engine";
import type { NetworkPolicySettings } from "./settings";
import { table } from "./table";

export interface NetworkPoliciesArgs {
  readonly settings: NetworkPolicySettings;
  /** Whether the gateway leads to the pages. */
  readonly gateway: boolean;
}

export class NetworkPolicies extends pulumi.ComponentResource {
  /** @param opts `dependsOn`: the namespaces of the table */
  constructor(
    name: string,
    { settings, gateway }: NetworkPoliciesArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("perigee:workloads:NetworkPolicies", name, {}, opts);
    const own = { parent: this };
    for (const { name: policy, namespace, pods, why, allowed } of table(gateway)) {
      new kubernetes.networking.v1.NetworkPolicy(
        `${namespace}-${policy}`,
        {
          metadata: owned({ name: policy, namespace, annotations: { "perigee.dev/why": why } }),
          spec: {
            podSelector: { matchLabels: pods },
            policyTypes: ["Ingress"],
            ingress: allowed.map(({ from, ports }) => ({
              ...(from && { from: [...from] }),
              ...(ports && { ports: [...ports] }),
            })),
          },
        },
        own,
      );
    }
    if (settings.enforced) policyEngine(name, own);
    this.registerOutputs();
  }
}
