/** Outputs of stack 2. */
import * as pulumi from "@pulumi/pulumi";
import { nodePorts } from "../contract/outputs";
import type { Gateway } from "./access/gateway";
import { type Page, pageUrls } from "./access/gateway/pages";
import type { Settings } from "./config";
import type { Infra } from "./infraStack";
import type { Logs } from "./logging";
import type { MonitoringStack } from "./monitoring";
import { telemetryNames } from "./telemetry/names";

export interface WorkloadsOutputs {
  /** URL of the exporter's page: every parameter with its limits and alarms. Needs no login but the gateway's. */
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
  /** Certificate in PEM of the authority that the gateway's are verified by. Absent without a gateway. */
  readonly gatewayCertificateAuthority?: pulumi.Output<string>;
  /** Secret: passwords of the gateway's users `viewer` and `operator`. Absent without a gateway. */
  readonly viewerPassword?: pulumi.Output<string>;
  readonly operatorPassword?: pulumi.Output<string>;
  /** URL of the exporter's metrics for scrapers inside the cluster. */
  readonly telemetryMetricsUrl: pulumi.Output<string>;
  /** UDP address for a ground station's packets, `host:port`. */
  readonly telemetryAddress: pulumi.Output<string>;
}

export function workloadsOutputs(
  { monitoring: { grafana }, gateway }: Pick<Settings, "monitoring" | "gateway">,
  { publishedHost }: Pick<Infra, "publishedHost">,
  monitoring: MonitoringStack,
  logPage: Logs["page"],
  door: Pick<Gateway, "certificateAuthority" | "passwords"> | undefined,
): WorkloadsOutputs {
  const published = (page: Page): pulumi.Output<string> =>
    publishedHost.apply((host) => pageUrls(host, gateway)[page]);
  const { namespace, exporter, httpPort } = telemetryNames;
  const password = monitoring.grafanaAdminPassword;
  return {
    telemetryUrl: published("telemetry"),
    ...(grafana && { grafanaUrl: published("grafana") }),
    prometheusUrl: published("prometheus"),
    alertmanagerUrl: published("alertmanager"),
    ...(logPage !== undefined && { logsUrl: logPage.url, logsPassword: logPage.password }),
    ...(password !== undefined && { grafanaAdminPassword: password }),
    ...(door !== undefined && {
      gatewayCertificateAuthority: door.certificateAuthority,
      viewerPassword: door.passwords.viewer,
      operatorPassword: door.passwords.operator,
    }),
    telemetryMetricsUrl: pulumi.output(
      `http://${exporter}.${namespace}.svc.cluster.local:${httpPort}/metrics`,
    ),
    telemetryAddress: pulumi.interpolate`${publishedHost}:${nodePorts.telemetry.port}`,
  };
}
