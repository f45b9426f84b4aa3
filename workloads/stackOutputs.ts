/** Outputs of stack 2. */
import * as pulumi from "@pulumi/pulumi";
import { nodePorts } from "../contract/outputs";
import type { Settings } from "./config";
import type { Infra } from "./infraStack";
import type { Logs } from "./logging";
import type { MonitoringStack } from "./monitoring";
import { telemetryNames } from "./telemetry/names";

export interface WorkloadsOutputs {
  /** URL of the exporter's page: every parameter with its limits and alarms. Needs no login. */
  readonly telemetryUrl: pulumi.Output<string>;
  /** URL of Grafana. Absent when Grafana is off. */
  readonly grafanaUrl?: pulumi.Output<string>;
  readonly prometheusUrl: pulumi.Output<string>;
  readonly alertmanagerUrl: pulumi.Output<string>;
  /** URL of the page to search logs in; the user is `logs`. Absent where no logs are kept in the cluster. */
  readonly logsUrl?: pulumi.Output<string>;
  /** Secret. Absent where no logs are kept in the cluster. */
  readonly logsPassword?: pulumi.Output<string>;
  /** Secret; the user is `admin`. Absent when Grafana is off. */
  readonly grafanaAdminPassword?: pulumi.Output<string>;
  /** URL of the exporter's metrics for scrapers inside the cluster. */
  readonly telemetryMetricsUrl: pulumi.Output<string>;
  /** UDP address for a ground station's packets, `host:port`. */
  readonly telemetryAddress: pulumi.Output<string>;
}

export function workloadsOutputs(
  { monitoring: { grafana } }: Pick<Settings, "monitoring">,
  { publishedHost }: Pick<Infra, "publishedHost">,
  monitoring: MonitoringStack,
  logPage: Logs["page"],
): WorkloadsOutputs {
  const published = (name: keyof typeof nodePorts): pulumi.Output<string> =>
    pulumi.interpolate`http://${publishedHost}:${nodePorts[name].port}`;
  const { namespace, exporter, httpPort } = telemetryNames;
  const password = monitoring.grafanaAdminPassword;
  return {
    telemetryUrl: published("telemetryPage"),
    ...(grafana && { grafanaUrl: published("grafana") }),
    prometheusUrl: published("prometheus"),
    alertmanagerUrl: published("alertmanager"),
    ...(logPage !== undefined && { logsUrl: logPage.url, logsPassword: logPage.password }),
    ...(password !== undefined && { grafanaAdminPassword: password }),
    telemetryMetricsUrl: pulumi.output(
      `http://${exporter}.${namespace}.svc.cluster.local:${httpPort}/metrics`,
    ),
    telemetryAddress: pulumi.interpolate`${publishedHost}:${nodePorts.telemetry.port}`,
  };
}
