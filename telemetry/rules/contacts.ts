/** Contacts in the rules: for how long a packet has been awaited, and alerts about silences and the plan. */
import { exporterMetricNames as names } from "../dictionary";
import { alertLimits } from "./limits";
import type { AlertSpec } from "./rule";
import { seriesOf } from "./series";
import type { RuleSettings } from "./settings";

/** Expressions about the contact plan. Without one they have no series. */
export function contactSeries({ job }: Pick<RuleSettings, "job">): { planned: string; expected: string } {
  const of = seriesOf(job);
  return {
    /** 1 in a contact, 0 between contacts. */
    planned: `max by (spacecraft) (${of(names.contactExpected)})`,
    /** Seconds for which a signal has been expected; no series while none is. */
    expected: `max by (spacecraft) (${of(names.signalExpected)})`,
  };
}

/**
 * Seconds for which a packet has been awaited: its age, in a contact at most as long as a signal has been expected.
 * @param age age of the newest packet of each kind
 */
export function awaited(age: string, settings: Pick<RuleSettings, "job">): string {
  const { planned, expected } = contactSeries(settings);
  return (
    `(${age} unless on (spacecraft) ${planned}) or (${age} <= on (spacecraft) group_left () ${expected}) ` +
    `or (0 * ${age} + on (spacecraft) group_left () ${expected})`
  );
}

/** Alerts that exist with a contact plan only. */
export function contactAlerts(settings: RuleSettings): AlertSpec[] {
  const of = seriesOf(settings.job);
  const { silenceSeconds, planLeftSeconds, planAgeSeconds } = alertLimits;
  const acquired = `time() - max by (spacecraft) (${of(names.signalAcquired)}) < 300`;
  const each = (metric: string): string => `max by (spacecraft) (${of(metric)})`;
  return [
    {
      alert: "BusSignalAcquired",
      expr: `${each(names.silence)} > ${silenceSeconds} and on (spacecraft) (${acquired})`,
      forSeconds: 0,
      severity: "info",
      team: "flight-control",
      subsystem: "link",
      summary: "{{ $labels.spacecraft }}: the signal is back after a long silence",
      description: `No live packet of any kind came for {{ $value | humanizeDuration }} (limit ${silenceSeconds / 60} minutes): what was sent meanwhile is not known here and is no gap. The recorder may have it.`,
    },
    {
      alert: "BusContactPlanEnding",
      expr: `${each(names.planLeft)} < ${planLeftSeconds}`,
      forSeconds: 300,
      severity: "warning",
      team: "flight-control",
      subsystem: "link",
      summary: "{{ $labels.spacecraft }}: the contact plan ends",
      description: `The last planned contact is over in {{ $value | humanizeDuration }} (limit ${planLeftSeconds / 3600} hours). Behind it a signal is expected at any time, and its loss is an alert.`,
    },
    {
      alert: "BusContactPlanStale",
      expr: `${each(names.planAge)} > ${planAgeSeconds}`,
      forSeconds: 300,
      severity: "warning",
      team: "ground-segment",
      subsystem: "link",
      summary: "{{ $labels.spacecraft }}: the contact plan cannot be read",
      description: `The contact plan was last read {{ $value | humanizeDuration }} ago (limit ${planAgeSeconds / 60} minutes): it may have changed. The exporter's log says why.`,
    },
  ];
}
