/** Grafana's part of the chart values. */
import { homeDashboardFile } from "../../dashboards";
import { pageUrls, publishedService } from "../access/gateway/pages";
import { priority } from "../pods";
import { resources, sizes } from "../sizes";
import type { GrafanaValues } from "./chartValues";
import { grafanaOidc, oauthSection, signOnMounts } from "./grafanaSignOn";
import { monitoringNames } from "./names";
import type { ValuesArgs } from "./values";

export function grafanaValues({
  publishedHost,
  gateway,
  passwordVersion,
}: Pick<ValuesArgs, "publishedHost" | "gateway" | "passwordVersion">): GrafanaValues {
  const { adminSecret, dashboardLabel, dashboardFolderAnnotation, dashboardFolder, dashboardMount } =
    monitoringNames;
  const oidc = grafanaOidc(gateway);
  return {
    enabled: true,
    admin: {
      existingSecret: adminSecret.name,
      userKey: adminSecret.userKey,
      passwordKey: adminSecret.passwordKey,
    },
    env: { PERIGEE_PASSWORD_VERSION: passwordVersion },
    service: publishedService("grafana", gateway.enabled),
    priorityClassName: priority.platform,
    resources: resources(sizes.grafana),
    ...(oidc && { extraSecretMounts: [...signOnMounts] }),
    "grafana.ini": {
      server: { root_url: pageUrls(publishedHost, gateway).grafana },
      dashboards: {
        default_home_dashboard_path: `${dashboardMount}/${dashboardFolder}/${homeDashboardFile}`,
      },
      "auth.anonymous": { enabled: false },
      users: { allow_sign_up: false },
      ...(oidc && { "auth.generic_oauth": oauthSection(oidc) }),
      analytics: { reporting_enabled: false, check_for_updates: false, check_for_plugin_updates: false },
      security: { disable_gravatar: true, ...(gateway.enabled && { cookie_secure: true }) },
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
