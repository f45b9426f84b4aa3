/**
 * Grafana dashboards as code, made from a telemetry dictionary.
 *
 *   fleet.ts -> spacecraft.ts -> subsystem.ts (one per subsystem)           groundLink.ts      exporter.ts
 *
 *   frame.ts            variables, links, annotations, uids    panels.ts      panel builders with defaults
 *   parameterPanels.ts  panels made from parameters            limits.ts      limits as thresholds and lines
 *   parameterGroups.ts  parameters that share a graph          style.ts       units, colours, titles
 *   pages.ts            panels on as many dashboards as they need
 *   history.ts          panels by on-board time, and of history and archive
 */
import type { Dictionary } from "../telemetry/dictionary";
import { defaultRuleSettings, type RuleSettings } from "../telemetry/rules";
import { exporterDashboard } from "./exporter";
import { fleetDashboard } from "./fleet";
import { uids } from "./frame";
import { groundLinkDashboard } from "./groundLink";
import type { model } from "./sdk";
import { spacecraftDashboards } from "./spacecraft";
import { subsystemDashboards } from "./subsystem";

/** A dashboard in Grafana's format, to be written as JSON. */
export type Dashboard = model.Dashboard;

/** Uid of the home dashboard. */
export const homeDashboard = uids.fleet;

/** Settings of a site that the dashboards also show. */
export interface DashboardSettings extends Pick<RuleSettings, "staleAfterPeriods" | "fleetSize" | "cores"> {
  /** True where the exporter writes the history: panels by on-board time. */
  readonly hasHistory?: boolean;
  /** True where the exporter keeps an archive of packets. */
  readonly hasArchive?: boolean;
  /** True where its files are copied to an object store. */
  readonly hasArchiveCopy?: boolean;
}

/** All dashboards for spacecraft with this dictionary. */
export function dashboards(
  dictionary: Dictionary,
  settings: DashboardSettings = defaultRuleSettings,
): Dashboard[] {
  return [
    fleetDashboard(dictionary, settings),
    ...spacecraftDashboards(dictionary, settings),
    ...dictionary.subsystems.flatMap((subsystem) => subsystemDashboards(dictionary, subsystem)),
    groundLinkDashboard(dictionary, settings),
    exporterDashboard(dictionary, settings),
  ].map((builder) => builder.build());
}

/** File of the home dashboard. */
export const homeDashboardFile = fileName(homeDashboard);

/** All dashboards as files, named after their uids: Grafana reads only files that end in `.json`. */
export function dashboardFiles(
  dictionary: Dictionary,
  settings?: DashboardSettings,
): { uid: string; file: string; json: string }[] {
  return dashboards(dictionary, settings).map(dashboardFile);
}

/** A dashboard as a file, named after its uid. */
export function dashboardFile(dashboard: Dashboard): { uid: string; file: string; json: string } {
  const uid = dashboard.uid ?? "";
  return { uid, file: fileName(uid), json: `${JSON.stringify(dashboard, null, 2)}\n` };
}

function fileName(uid: string): string {
  return `${uid}.json`;
}
