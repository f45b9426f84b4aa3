/**
 * Services of Prometheus and Alertmanager at their node ports. The chart's own have a second port, of what loads
 * configurations anew: to that one the cluster would give any node port that is free, one of Perigee's others too.
 */
import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { nodePorts } from "../../contract/outputs";
import { owned } from "../adoption/fieldManager";
import { monitoringNames } from "./names";

/** Ports of the pods, and their labels, which the operator sets. */
const pages = [
  {
    page: "prometheus",
    port: 9090,
    selector: {
      "app.kubernetes.io/name": "prometheus",
      "operator.prometheus.io/name": monitoringNames.prometheusJob,
    },
  },
  {
    page: "alertmanager",
    port: 9093,
    selector: { "app.kubernetes.io/name": "alertmanager", alertmanager: monitoringNames.alertmanager },
  },
] as const;

/** It is there before its pods are: the operator starts those when it gets to them, and `up` does not wait. */
const withoutPods = { "pulumi.com/skipAwait": "true" };

/** @param dependsOn the chart's release: of an earlier version, it has these node ports until it is upgraded */
export function publishedPages(
  namespace: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions & { readonly dependsOn: pulumi.Resource },
): void {
  for (const { page, port, selector } of pages) {
    const name = `${page}-published`;
    new kubernetes.core.v1.Service(
      name,
      {
        metadata: owned({ name, namespace, annotations: withoutPods }),
        spec: {
          type: "NodePort",
          selector,
          ports: [{ name: "http", port, targetPort: port, nodePort: nodePorts[page].port }],
        },
      },
      opts,
    );
  }
}
