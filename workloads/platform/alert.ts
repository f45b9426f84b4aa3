/** What the platform's alerts have in common: their specification, and where their series come from. */
import { type AlertSpec, seriesOf } from "../../telemetry/rules";

/** Specification of an alert; team and subsystem are its group's. */
export type PlatformAlertSpec = Omit<AlertSpec, "team" | "subsystem">;

/** Selectors of series from the machines' own files (contract/metricsFolder.ts). */
export const ofMachine = seriesOf("node-exporter");

export const ofKubelet = seriesOf("kubelet");

export const ofApiServer = seriesOf("apiserver");
