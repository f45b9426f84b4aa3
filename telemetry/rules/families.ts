/** Alerts about parameters: one family for each severity, of limits and of states. */
export const families = {
  yellow: { alert: "BusParameterYellow", severity: "warning" },
  red: { alert: "BusParameterRed", severity: "critical" },
} as const;
