/**
 * Grafana dashboards as code, made from a telemetry dictionary.
 *
 *   fleet.ts -> spacecraft.ts -> subsystem.ts (one for each subsystem)      groundLink.ts      exporter.ts
 *
 *   frame.ts            variables, links, annotations, uids    panels.ts      what every panel says
 *   parameterPanels.ts  panels made from parameters            limits.ts      limits as thresholds and lines
 *   parameterGroups.ts  which parameters share a graph         style.ts       units, colours, titles
 */
import type { Dictionary } from "../telemetry/dictionary";
import { defaultRuleSettings, type RuleSettings } from "../telemetry/rules";
import { exporterDashboard } from "./exporter";
import { fleetDashboard } from "./fleet";
import { uids } from "./frame";
import { groundLinkDashboard } from "./groundLink";
import type { model } from "./sdk";
import { spacecraftDashboard } from "./spacecraft";
import { subsystemDashboard } from "./subsystem";

/** A dashboard in Grafana's form, ready to be written as JSON. */
export type Dashboard = model.Dashboard;

/** The uid of what a viewer sees first. */
export const homeDashboard = uids.fleet;

/** What a site chose about its alerts and that dashboards show too. */
export type DashboardSettings = Pick<RuleSettings, "staleAfterPeriods">;

/** All dashboards for spacecraft with this dictionary. */
export function dashboards(
  dictionary: Dictionary,
  settings: DashboardSettings = defaultRuleSettings,
): Dashboard[] {
  return [
    fleetDashboard(dictionary, settings),
    spacecraftDashboard(dictionary, settings),
    ...dictionary.subsystems.map((subsystem) => subsystemDashboard(dictionary, subsystem)),
    groundLinkDashboard(dictionary, settings),
    exporterDashboard(dictionary),
  ].map((builder) => builder.build());
}

/** The file of the dashboard that a viewer sees first. */
export const homeDashboardFile = fileName(homeDashboard);

/** Every dashboard as a file, which is named after its uid: Grafana reads none that does not end in `.json`. */
export function dashboardFiles(
  dictionary: Dictionary,
  settings?: DashboardSettings,
): { uid: string; file: string; json: string }[] {
  return dashboards(dictionary, settings).map((dashboard) => ({
    uid: dashboard.uid ?? "",
    file: fileName(dashboard.uid ?? ""),
    json: `${JSON.stringify(dashboard, null, 2)}\n`,
  }));
}

function fileName(uid: string): string {
  return `${uid}.json`;
}
