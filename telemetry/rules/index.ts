/**
 * Alert and recording rules, made from a telemetry dictionary.
 *
 *   ruleFile.ts         the rule file          limitAlerts.ts      yellow and red limits, from the dictionary
 *   rule.ts             types of rules         linkAlerts.ts       missing, lost or damaged packets; clock drift
 *   settings.ts         settings of a site     spacecraftAlerts.ts reboot, rejected telecommand, safe mode
 *   roles.ts            parameters by meaning  exporterAlerts.ts   the exporter itself
 *   shownValue.ts       values with units      recordingRules.ts   records for dashboards and alerts
 *   series.ts           selectors with a job   evaluationAlerts.ts rules that cannot be evaluated
 *   limits.ts           limits of the alerts   groupParts.ts       groups that are too big for one object
 *   stateAlerts.ts      states that are alarms inputAlerts.ts      links: not connected, frames refused
 *   main.ts             prints the rule file   families.ts         alerts about parameters by severity
 *   contacts.ts         contacts and silences  held.ts             alarms that outlast a silence
 *   keepingAlerts.ts    history and archive eventAlerts.ts     critical events
 */
export { alertLimits, exporterBusyCores, exporterMemoryLimit } from "./limits";
export { livePackets, recorded, recordedCount, recordedState } from "./recordingRules";
export { type Roles, rolesOf } from "./roles";
export {
  type AlertRule,
  alertRule,
  type AlertSpec,
  groupPrefix,
  isAlert,
  type RecordingRule,
  type Rule,
  type RuleFile,
  type RuleGroup,
} from "./rule";
export { alertsOf, ruleFile } from "./ruleFile";
export { seriesOf } from "./series";
export { defaultRuleSettings, type RuleSettings } from "./settings";
