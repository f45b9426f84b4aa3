/** Grafana's part of the chart values. */
import { nodePorts } from "../../contract/outputs";
import { homeDashboardFile } from "../../dashboards";
import { priority } from "../pods";
import { resources, sizes } from "../sizes";
import type { GrafanaValues } from "./chartValues";
import { monitoringNames } from "./names";

/**
 * @param publishedHost address of the published node ports
 * @param passwordVersion changes with the password: Grafana reads it only at start
 */
export function grafanaValues(publishedHost: string, passwordVersion: string): GrafanaValues {
  const { adminSecret, dashboardLabel, dashboardFolderAnnotation, dashboardFolder, dashboardMount } =
    monitoringNames;
  return {
    enabled: true,
    admin: {
      existingSecret: adminSecret.name,
      userKey: adminSecret.userKey,
      passwordKey: adminSecret.passwordKey,
    },
    env: { PERIGEE_PASSWORD_VERSION: passwordVersion },
    service: { type: "NodePort", nodePort: nodePorts.grafana.port },
    priorityClassName: priority.platform,
    resources: resources(sizes.grafana),
    "grafana.ini": {
      server: { root_url: `http://${publishedHost}:${nodePorts.grafana.port}` },
      dashboards: {
        default_home_dashboard_path: `${dashboardMount}/${dashboardFolder}/${homeDashboardFile}`,
      },
      "auth.anonymous": { enabled: false },
      users: { allow_sign_up: false },
      analytics: { reporting_enabled: false, check_for_updates: false, check_for_plugin_updates: false },
      security: { disable_gravatar: true },
    },
    sidecar: {
      resources: resources(sizes.grafanaSidecar),
      dashboards: {
        enabled: true,
        label: Object.keys(dashboardLabel)[0] ?? "",
        labelValue: dashboardLabel.grafana_dashboard,
        folderAnnotation: dashboardFolderAnnotation,
        searchNamespace: "ALL",
        provider: { foldersFromFilesStructure: true, allowUiUpdates: false },
      },
    },
  };
}
