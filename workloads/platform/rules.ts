/** Rule groups of the platform's alerts, as the `spec` of a PrometheusRule. */
import { type AlertRule, alertRule, defaultRuleSettings, type RuleFile } from "../../telemetry/rules";
import type { PlatformAlertSpec } from "./alert";
import { backupAlerts } from "./backupAlerts";
import { certificateAlerts } from "./certificateAlerts";
import { metricsServerAlerts } from "./metricsServer/alerts";
import { networkPolicyAlerts } from "./networkPolicies/alerts";

export interface PlatformRuleArgs {
  /** Whether stack 1 makes backups: without them there is nothing to miss. */
  readonly backups: boolean;
  /** Whether metrics-server is installed. */
  readonly metricsServer: boolean;
  /** Whether NetworkPolicies are enforced by what this stack installs. */
  readonly networkPolicies: boolean;
  /** URL prefix of `<AlertName>.md` in every alert's `runbook_url`. Default: the pages' path in this repository. */
  readonly runbookBaseUrl?: string;
}

export function platformRules({
  backups,
  metricsServer,
  networkPolicies,
  runbookBaseUrl = defaultRuleSettings.runbookBaseUrl,
}: PlatformRuleArgs): RuleFile {
  const rules = (subsystem: string, specs: readonly PlatformAlertSpec[]): AlertRule[] =>
    specs.map((spec) => alertRule({ ...spec, team: "ground-segment", subsystem }, { runbookBaseUrl }));
  return {
    groups: [
      ...(backups ? [{ name: "platform-backup", rules: rules("backup", backupAlerts) }] : []),
      { name: "platform-certificates", rules: rules("certificates", certificateAlerts) },
      ...(metricsServer
        ? [{ name: "platform-metrics-server", rules: rules("metrics-server", metricsServerAlerts) }]
        : []),
      ...(networkPolicies
        ? [{ name: "platform-network-policies", rules: rules("network", networkPolicyAlerts) }]
        : []),
    ],
  };
}
