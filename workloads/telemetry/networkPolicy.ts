/**
 * Who reaches the exporter: Prometheus its metrics, everybody the packets' ports, and the page where no gateway leads to it.
 * Enforced by workloads/platform/networkPolicies.
 */
import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { owned } from "../adoption/fieldManager";
import { fromGateway, inMonitoring, tcp } from "../monitoring/peers";
import { nameLabel, telemetryNames } from "./names";

const { exporter, job, httpPort, pagePort, udpPort, tcpPort } = telemetryNames;

/** @param gateway whether the gateway leads to the page: then nobody else reaches it but the prober */
export function exporterPolicy(
  gateway: boolean,
  namespace: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): void {
  const page = tcp(pagePort);
  const packets = [{ protocol: "UDP", port: udpPort }, tcp(tcpPort)];
  new kubernetes.networking.v1.NetworkPolicy(
    exporter,
    {
      metadata: owned({ name: exporter, namespace }),
      spec: {
        podSelector: { matchLabels: { [nameLabel]: job } },
        policyTypes: ["Ingress"],
        ingress: [
          { from: [inMonitoring("prometheus")], ports: [{ protocol: "TCP", port: httpPort }] },
          ...(gateway
            ? [{ from: [fromGateway, inMonitoring("prober")], ports: [page] }, { ports: packets }]
            : [{ ports: [page, ...packets] }]),
        ],
      },
    },
    opts,
  );
}
