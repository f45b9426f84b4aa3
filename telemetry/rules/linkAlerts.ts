/** Alert rules of the link: loss of signal, overdue, lost and undecodable packets, unknown APIDs, clock drift. */
import { exporterMetricNames as names } from "../dictionary";
import { contactAlerts, contactSeries } from "./contacts";
import { firing } from "./held";
import { alertLimits } from "./limits";
import { recorded } from "./recordingRules";
import type { Roles } from "./roles";
import { type AlertRule, alertRule, type AlertSpec } from "./rule";
import { seriesOf } from "./series";
import type { RuleSettings } from "./settings";

/** Alerts about the arrival of packets, independent of their contents. */
export function linkAlerts(roles: Roles, settings: RuleSettings): AlertRule[] {
  return [
    ...signalAlerts(settings),
    ...packetAlerts(roles, settings),
    clockDrift(settings),
    ...contactAlerts(settings),
  ].map((spec) => alertRule(spec, settings));
}

/**
 * Condition for a loss of signal: every kind of packet has been awaited for too long, or in a contact none has come for
 * minutes, or was lost when a contact ended and has not come since.
 */
function signalLoss(settings: RuleSettings): string {
  const { staleAfterPeriods: most } = settings;
  const { silentContactSeconds: silent } = alertLimits;
  const { planned, expected } = contactSeries(settings);
  const period = seriesOf(settings.job)(names.packetPeriod);
  const noneComes = `${recorded.signalAge} > on (spacecraft) (${most} * min by (spacecraft) (${period}))`;
  // Of events, which have no period, one that comes is a signal too.
  const allAwaited = `min by (spacecraft) (${recorded.packetAwaited}) > ${most} and on (spacecraft) (${noneComes})`;
  const inContact = `(${noneComes}) > ${silent} and on (spacecraft) ${expected} > ${silent}`;
  const since = `${firing({ alert: "BusLossOfSignal" })} and on (spacecraft) (${noneComes}) and on (spacecraft) ${planned}`;
  return `${allAwaited} or ${inContact} or ${since}`;
}

/** Condition for an overdue packet: it is awaited, or was when a contact ended and has not come since. */
function overdue(settings: RuleSettings): string {
  const alert = { alert: "BusPacketOverdue", by: ["spacecraft", "apid", "packet"] };
  const { planned } = contactSeries(settings);
  const since = `${firing(alert)} and on (spacecraft) ${planned}`;
  return `${recorded.packetAwaited} > ${settings.staleAfterPeriods} or ${since}`;
}

/** Alerts about a lost signal, for flight control first. */
function signalAlerts(settings: RuleSettings): AlertSpec[] {
  const { staleAfterPeriods: most } = settings;
  return [
    {
      alert: "BusLossOfSignal",
      expr: `${recorded.signalAge} and on (spacecraft) (${signalLoss(settings)})`,
      forSeconds: 30,
      severity: "critical",
      team: "flight-control",
      subsystem: "link",
      summary: "{{ $labels.spacecraft }}: loss of signal",
      description: `No packet of any kind for {{ $value | humanizeDuration }}: every kind is more than ${most} of its periods late, or none came for ${alertLimits.silentContactSeconds / 60} minutes of a contact.`,
    },
    {
      alert: "BusPacketOverdue",
      expr: `${recorded.packetLateness} > ${most} and on (spacecraft, apid, packet) (${overdue(settings)})`,
      forSeconds: 30,
      severity: "warning",
      team: "flight-control",
      subsystem: "link",
      summary: "{{ $labels.spacecraft }}: {{ $labels.packet }} packets are overdue",
      description: `The newest {{ $labels.packet }} packet (APID {{ $labels.apid }}) is {{ $value | printf "%.0f" }} periods old (limit ${most}); its parameters are no longer known.`,
    },
  ];
}

/** Alerts about packets lost or damaged on the link, for the ground segment first. */
function packetAlerts(roles: Roles, settings: RuleSettings): AlertSpec[] {
  const { lossRatio } = alertLimits;
  const of = seriesOf(settings.job);
  // A rebooted computer restarts its sequence counts at 0, which looks like thousands of lost packets.
  const afterBoot = roles.boots ? ` unless on (spacecraft) changes(${of(roles.boots.metric)}[6m]) > 0` : "";
  const common = { severity: "warning", team: "ground-segment", subsystem: "link" } as const;
  return [
    {
      ...common,
      alert: "BusSequenceGaps",
      // One packet lost in five minutes is not an alarm, even for a packet with a long period.
      expr: `(${recorded.packetLoss} > ${lossRatio} and ${recorded.packetsLost} > 1.5)${afterBoot}`,
      forSeconds: 60,
      summary: "{{ $labels.spacecraft }}: {{ $labels.packet }} packets are lost",
      description: `{{ $value | humanizePercentage }} of the {{ $labels.packet }} packets (APID {{ $labels.apid }}) of the last 5 minutes are missing (limit ${lossRatio * 100}%).`,
    },
    {
      ...common,
      alert: "BusDecodeErrors",
      expr: `sum by (spacecraft, reason, packet) (increase(${of(names.decodeErrors)}[5m])) > 0`,
      forSeconds: 30,
      summary: "{{ $labels.spacecraft }}: packets cannot be decoded ({{ $labels.reason }})",
      description: `{{ $value | printf "%.0f" }} packets or values in 5 minutes could not be decoded, reason {{ $labels.reason }}{{ if $labels.packet }}, packet {{ $labels.packet }}{{ end }} (limit 0).`,
    },
    {
      ...common,
      alert: "BusUnknownApid",
      expr: `sum by (spacecraft) (increase(${of(names.unknownApid)}[5m])) > 0`,
      forSeconds: 30,
      summary: "{{ $labels.spacecraft }}: packets that the dictionary does not know",
      description: `{{ $value | printf "%.0f" }} packets in 5 minutes had an APID that the telemetry dictionary does not have (limit 0); ${names.unknownApidPackets} names it.`,
    },
  ];
}

function clockDrift(settings: RuleSettings): AlertSpec {
  const { clockOffsetSeconds: most } = alertLimits;
  const offset = `avg by (spacecraft) (${seriesOf(settings.job)(names.onboardTimeOffset)})`;
  return {
    alert: "BusClockDrift",
    // The comparison filters by the absolute value; the alert shows the sign.
    expr: `${offset} > ${most} or ${offset} < -${most}`,
    forSeconds: 60,
    severity: "warning",
    team: "flight-control",
    subsystem: "link",
    summary: "{{ $labels.spacecraft }}: the on-board clock is off",
    description: `On-board time minus ground time is {{ $value | printf "%.3f" }} s (limit ${most} s either way).`,
  };
}
