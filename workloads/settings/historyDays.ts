/** How far the history goes back, from the settings. */
import type { Settings } from "../config";

/** Days, where nobody says otherwise: a month of a recorder's memory, and of a station's delay. */
const usualDays = 31;

export interface HistoryOf {
  readonly telemetry: Pick<Settings["telemetry"], "history">;
  readonly monitoring: Pick<Settings["monitoring"], "retentionDays">;
}

/** Days that a sample may be old when it comes; undefined: there is no history. */
export function historyDays({ telemetry: { history }, monitoring }: HistoryOf): number | undefined {
  return history.enabled ? (history.maxAgeDays ?? Math.min(usualDays, monitoring.retentionDays)) : undefined;
}
