/** Alert rules of events on board: unexpected reboot, rejected telecommand, safe mode. */
import type { Parameter } from "../dictionary";
import { inTemplate, quoted } from "../quoting";
import { held, whileKnown } from "./held";
import { hasState, type Roles, safeState } from "./roles";
import { type AlertRule, alertRule, type AlertSpec } from "./rule";
import { seriesOf } from "./series";
import type { RuleSettings } from "./settings";

/** Alerts about events on board, limited to those whose parameters the dictionary has. */
export function spacecraftAlerts(roles: Roles, settings: RuleSettings): AlertRule[] {
  const { boots, commandsRejected, mode } = roles;
  const specs = [
    ...(boots ? [unexpectedReboot(boots, roles.resetCause, settings)] : []),
    ...(commandsRejected ? [telecommandRejected(commandsRejected, settings)] : []),
    ...(mode && hasState(mode, safeState) ? [safeMode(mode, settings)] : []),
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
  const alert = "BusUnexpectedReboot";
  const known = `{{ $value | printf "%.0f" }} boots since launch (limit: no new boot within ${shownFor}).`;
  const lost = "no count since the signal was lost (limit: no new boot).";
  return {
    alert,
    expr: held(
      { alert },
      `(${newest} > ${recent} or ${newest} > ${earlier})${unless}`,
      boots.metric,
      settings,
    ),
    forSeconds: 0,
    severity: "critical",
    team: "flight-control",
    subsystem: boots.subsystem,
    labels: { parameter: boots.metric },
    summary: "{{ $labels.spacecraft }}: the on-board computer started again",
    description: `The on-board computer started again and nobody had commanded it${why}: ${whileKnown(boots.metric, settings, known, lost)}`,
  };
}

function telecommandRejected(rejected: Parameter, settings: RuleSettings): AlertSpec {
  const { metric, subsystem } = rejected;
  const count = seriesOf(settings.job)(metric);
  const newest = `max by (spacecraft) (${count})`;
  // Before a silence as well as five minutes ago; `increase` sees neither a rise in a silence nor the one before it.
  const earlier = `max by (spacecraft) (last_over_time(${count}[${before}] offset 5m))`;
  const alert = "BusTelecommandRejected";
  const known = `rejected about {{ $value | printf "%.0f" }} telecommands in 5 minutes, or in the silence before (limit 0).`;
  const lost = "had rejected telecommands when the signal was lost (limit 0).";
  return {
    alert,
    expr: held(
      { alert },
      `${newest} - ${earlier} > 0 or max by (spacecraft) (increase(${count}[5m])) > 0`,
      metric,
      settings,
    ),
    forSeconds: 0,
    severity: "warning",
    team: "flight-control",
    subsystem,
    labels: { parameter: metric },
    summary: "{{ $labels.spacecraft }}: a telecommand was rejected",
    description: `The spacecraft ${whileKnown(metric, settings, known, lost)}`,
  };
}

function safeMode(mode: Parameter, settings: RuleSettings): AlertSpec {
  const { metric, subsystem } = mode;
  const inSafe = seriesOf(settings.job)(metric, `state="${safeState}"`);
  const alert = "BusSafeMode";
  return {
    alert,
    expr: held({ alert }, `max by (spacecraft) (${inSafe}) == 1`, metric, settings),
    forSeconds: 10,
    severity: "critical",
    team: "flight-control",
    subsystem,
    labels: { parameter: metric },
    summary: "{{ $labels.spacecraft }}: safe mode",
    description: `${inTemplate(mode.description)}: ${safeState} is {{ $value | printf "%.0f" }} (limit 0). The spacecraft only keeps itself alive.`,
  };
}
