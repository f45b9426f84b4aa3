/** Alert rules of events on board: unexpected reboot, rejected telecommand, safe mode. */
import type { Parameter } from "../dictionary";
import { inTemplate, quoted } from "../quoting";
import { hasState, type Roles, safeState } from "./roles";
import { type AlertRule, alertRule, type AlertSpec } from "./rule";
import { type SeriesOf, seriesOf } from "./series";
import type { RuleSettings } from "./settings";

/** Alerts about events on board, limited to those whose parameters the dictionary has. */
export function spacecraftAlerts(roles: Roles, settings: RuleSettings): AlertRule[] {
  const { boots, commandsRejected, mode } = roles;
  const of = seriesOf(settings.job);
  const specs = [
    ...(boots ? [unexpectedReboot(boots, roles.resetCause, settings)] : []),
    ...(commandsRejected ? [telecommandRejected(commandsRejected, of)] : []),
    ...(mode && hasState(mode, safeState) ? [safeMode(mode, of)] : []),
  ];
  return specs.map((spec) => alertRule(spec, settings));
}

/** Time that a reboot stays an alert, and range of the search for the previous count (a day without contact). */
const shownFor = "15m";
const before = "1d";

function unexpectedReboot(boots: Parameter, cause: Parameter | undefined, settings: RuleSettings): AlertSpec {
  const of = seriesOf(settings.job);
  const count = of(boots.metric);
  const newest = `max by (spacecraft) (${count})`;
  // Not `increase`: a restarted simulator has a lower count, which `increase` treats as a counter reset.
  const recent = `min by (spacecraft) (min_over_time(${count}[${shownFor}]))`;
  // The reboot may happen during a loss of signal that is longer than `shownFor`.
  const earlier = `max by (spacecraft) (max_over_time(${count}[${before}] offset ${shownFor}))`;
  const commanded = cause && hasState(cause, "TELECOMMAND");
  const unless = commanded ? ` unless on (spacecraft) (${of(cause.metric, 'state="TELECOMMAND"')} == 1)` : "";
  const query = `printf "${cause?.metric ?? ""}{job=%q,spacecraft=%q} == 1" ${quoted(settings.job)} $labels.spacecraft | query`;
  const why = cause ? `{{ range ${query} }}, cause {{ .Labels.state }}{{ end }}` : "";
  return {
    alert: "BusUnexpectedReboot",
    expr: `(${newest} > ${recent} or ${newest} > ${earlier})${unless}`,
    forSeconds: 0,
    severity: "critical",
    team: "flight-control",
    subsystem: boots.subsystem,
    labels: { parameter: boots.metric },
    summary: "{{ $labels.spacecraft }}: the on-board computer started again",
    description: `The on-board computer started again and nobody had commanded it${why}: {{ $value | printf "%.0f" }} boots since launch (limit: no new boot within ${shownFor}).`,
  };
}

function telecommandRejected(rejected: Parameter, of: SeriesOf): AlertSpec {
  return {
    alert: "BusTelecommandRejected",
    expr: `max by (spacecraft) (increase(${of(rejected.metric)}[5m])) > 0`,
    forSeconds: 0,
    severity: "warning",
    team: "flight-control",
    subsystem: rejected.subsystem,
    labels: { parameter: rejected.metric },
    summary: "{{ $labels.spacecraft }}: a telecommand was rejected",
    description: `The spacecraft rejected about {{ $value | printf "%.0f" }} telecommands in 5 minutes (limit 0).`,
  };
}

function safeMode(mode: Parameter, of: SeriesOf): AlertSpec {
  return {
    alert: "BusSafeMode",
    expr: `max by (spacecraft) (${of(mode.metric, `state="${safeState}"`)}) == 1`,
    forSeconds: 10,
    severity: "critical",
    team: "flight-control",
    subsystem: mode.subsystem,
    labels: { parameter: mode.metric },
    summary: "{{ $labels.spacecraft }}: safe mode",
    description: `${inTemplate(mode.description)}: ${safeState} is {{ $value | printf "%.0f" }} (limit 0). The spacecraft only keeps itself alive.`,
  };
}
