/** Alert rule of on-board events: critical ones, which the spacecraft itself reports. */
import { type Dictionary, exporterMetricNames as names } from "../dictionary";
import { type AlertRule, alertRule } from "./rule";
import { seriesOf } from "./series";
import type { RuleSettings } from "./settings";

/**
 * Alert about critical events, live ones and those that a recorder played back: what happened between two contacts is
 * told at the next one. Without packets that can say so there is none.
 */
export function eventAlerts({ packets }: Dictionary, settings: RuleSettings): AlertRule[] {
  if (!packets.some(canBeCritical)) return [];
  const critical = seriesOf(settings.job)(names.events, 'severity="critical"');
  return [
    alertRule(
      {
        alert: "BusCriticalEvent",
        expr: `sum by (spacecraft, packet, origin) (increase(${critical}[15m])) > 0`,
        forSeconds: 0,
        severity: "critical",
        team: "flight-control",
        subsystem: "events",
        summary: "{{ $labels.spacecraft }}: critical events on board",
        description: `About {{ $value | printf "%.0f" }} critical events of {{ $labels.packet }} in 15 minutes (limit 0){{ if eq $labels.origin "stored" }}, played back by the recorder{{ end }}. The exporter's log has them, with their on-board times.`,
      },
      settings,
    ),
  ];
}

function canBeCritical({ events }: Dictionary["packets"][number]): boolean {
  return events.some(({ severity }) =>
    typeof severity === "string"
      ? severity === "critical"
      : severity.other === "critical" || severity.levels.some((level) => level.severity === "critical"),
  );
}
