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
import { exporterDashboard } from "./exporter";
import { fleetDashboard } from "./fleet";
import { uids } from "./frame";
import { groundLinkDashboard } from "./groundLink";
import type { model } from "./sdk";
import { spacecraftDashboard } from "./spacecraft";
import { subsystemDashboard } from "./subsystem";

export { uids } from "./frame";

/** A dashboard in Grafana's form, ready to be written as JSON. */
export type Dashboard = model.Dashboard;

/** The uid of what a viewer sees first. */
export const homeDashboard = uids.fleet;

/** All dashboards for spacecraft with this dictionary. */
export function dashboards(dictionary: Dictionary): Dashboard[] {
  return [
    fleetDashboard(dictionary),
    spacecraftDashboard(dictionary),
    ...dictionary.subsystems.map((subsystem) => subsystemDashboard(dictionary, subsystem)),
    groundLinkDashboard(dictionary),
    exporterDashboard(dictionary),
  ].map((builder) => builder.build());
}

/** Every dashboard as JSON; its name is its uid, its file `<name>.json`. */
export function dashboardFiles(dictionary: Dictionary): { name: string; json: string }[] {
  return dashboards(dictionary).map((dashboard) => ({
    name: dashboard.uid ?? "",
    json: `${JSON.stringify(dashboard, null, 2)}\n`,
  }));
}
