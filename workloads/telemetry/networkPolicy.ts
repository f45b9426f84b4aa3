/**
 * Who reaches the exporter: Prometheus its metrics, everybody the page and the packets' ports. Enforced by
 * workloads/platform/networkPolicies.
 */
import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { owned } from "../adoption/fieldManager";
import { inMonitoring } from "../monitoring/peers";
import { nameLabel, telemetryNames } from "./names";

const { exporter, job, httpPort, pagePort, udpPort, tcpPort } = telemetryNames;

export function exporterPolicy(namespace: pulumi.Input<string>, opts: pulumi.CustomResourceOptions): void {
  new kubernetes.networking.v1.NetworkPolicy(
    exporter,
    {
      metadata: owned({ name: exporter, namespace }),
      spec: {
        podSelector: { matchLabels: { [nameLabel]: job } },
        policyTypes: ["Ingress"],
        ingress: [
          { from: [inMonitoring("prometheus")], ports: [{ protocol: "TCP", port: httpPort }] },
          {
            ports: [
              { protocol: "TCP", port: pagePort },
              { protocol: "UDP", port: udpPort },
              { protocol: "TCP", port: tcpPort },
            ],
          },
        ],
      },
    },
    opts,
  );
}
