/** Stack 2's outputs. */
import * as pulumi from "@pulumi/pulumi";
import { nodePorts } from "../contract/outputs";
import type { Settings } from "./config";
import type { Infra } from "./infraStack";
import type { MonitoringStack } from "./monitoring";
import { telemetryNames } from "./telemetry/names";

export interface WorkloadsOutputs {
  /** Not there where Grafana is off. */
  readonly grafanaUrl?: pulumi.Output<string>;
  readonly prometheusUrl: pulumi.Output<string>;
  readonly alertmanagerUrl: pulumi.Output<string>;
  /** Secret; the user is `admin`. Not there where Grafana is off. */
  readonly grafanaAdminPassword?: pulumi.Output<string>;
  /** Inside the cluster only. */
  readonly telemetryMetricsUrl: pulumi.Output<string>;
  /** `host:port`, UDP: where a ground station sends its packets. */
  readonly telemetryAddress: pulumi.Output<string>;
}

export function workloadsOutputs(
  { monitoring: { grafana } }: Pick<Settings, "monitoring">,
  { publishedHost }: Pick<Infra, "publishedHost">,
  monitoring: MonitoringStack,
): WorkloadsOutputs {
  const published = (name: keyof typeof nodePorts): pulumi.Output<string> =>
    pulumi.interpolate`http://${publishedHost}:${nodePorts[name].port}`;
  const { namespace, exporter, httpPort } = telemetryNames;
  const password = monitoring.grafanaAdminPassword;
  return {
    ...(grafana && { grafanaUrl: published("grafana") }),
    prometheusUrl: published("prometheus"),
    alertmanagerUrl: published("alertmanager"),
    ...(password !== undefined && { grafanaAdminPassword: password }),
    telemetryMetricsUrl: pulumi.output(
      `http://${exporter}.${namespace}.svc.cluster.local:${httpPort}/metrics`,
    ),
    telemetryAddress: pulumi.interpolate`${publishedHost}:${nodePorts.telemetry.port}`,
  };
}
