/**
 * Controllers that every cluster has, a folder each, and alerts about them and about what the machines do by themselves
 * between two runs of `up`: backups, renewal of certificates.
 *
 *   metricsServer/    what pods and nodes use now      rules.ts              groups of rules
 *   networkPolicies/  who reaches whom                 backupAlerts.ts       failing, overdue, missing
 *   priorities.ts     who stays, and who gives way     certificateAlerts.ts  end soon, renewal fails
 *   alert.ts          what the alerts have in common
 */
import * as pulumi from "@pulumi/pulumi";
import type { BackupOutput } from "../../contract/outputs";
import { type AlertingArgs, prometheusRule } from "../monitoring/prometheusRule";
import { platformRules } from "./rules";

export { MetricsServer } from "./metricsServer";
export { NetworkPolicies } from "./networkPolicies";
export { Priorities } from "./priorities";

export interface PlatformAlertsArgs extends AlertingArgs {
  /** What stack 1 says of its backups; undefined from one that is older than they are. */
  readonly backup: pulumi.Output<BackupOutput | undefined>;
  /** Whether metrics-server is installed. */
  readonly metricsServer: boolean;
  /** Whether NetworkPolicies are enforced by what this stack installs. */
  readonly networkPolicies: boolean;
}

export class PlatformAlerts extends pulumi.ComponentResource {
  constructor(name: string, args: PlatformAlertsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("perigee:workloads:PlatformAlerts", name, {}, opts);
    const { backup, metricsServer, networkPolicies, runbookBaseUrl, namespace, definitions } = args;
    const spec = backup.apply((output) =>
      platformRules({
        backups: output?.enabled === true,
        metricsServer,
        networkPolicies,
        ...(runbookBaseUrl !== undefined && { runbookBaseUrl }),
      }),
    );
    const own = { parent: this, dependsOn: [definitions] };
    prometheusRule(`${name}-rules`, { name, namespace, spec }, own);
    this.registerOutputs();
  }
}
