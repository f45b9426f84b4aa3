/**
 * metrics-server: the resource metrics API (`metrics.k8s.io`) that `kubectl top` and HorizontalPodAutoscalers ask.
 *
 *   settings.ts   switch and chart           values.ts        chart values, from the cluster's size
 *   alerts.ts     when it serves nothing     chartValues.ts   types of the chart values
 */
import * as pulumi from "@pulumi/pulumi";
import type { Adoption } from "../../adoption";
import type { MetricsServerSettings } from "../../config";
import type { Infra } from "../../infraStack";
import { chartRelease } from "../../release";
import { metricsServerRelease, metricsServerValues } from "./values";

export interface MetricsServerArgs {
  readonly settings: Pick<MetricsServerSettings, "chart">;
  readonly nodes: Infra["nodes"];
  readonly adoption: Adoption;
}

export class MetricsServer extends pulumi.ComponentResource {
  constructor(name: string, args: MetricsServerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("perigee:workloads:MetricsServer", name, {}, opts);
    const { settings, nodes, adoption } = args;
    const { name: release, namespace } = metricsServerRelease;
    chartRelease(
      name,
      {
        release,
        namespace,
        chart: settings.chart,
        values: nodes.apply(({ length }) => ({ ...metricsServerValues(length) })),
        adoption,
      },
      { parent: this },
    );
    this.registerOutputs();
  }
}
