/**
 * Alert and recording rules, made from a telemetry dictionary.
 *
 *   ruleFile.ts         all of them            limitAlerts.ts      yellow and red limits, from the dictionary
 *   rule.ts             a rule's form          linkAlerts.ts       packets that do not come, are lost or spoilt; time
 *   settings.ts         what a site chooses    spacecraftAlerts.ts reboot, rejected telecommand, safe mode
 *   roles.ts            parameters by meaning  exporterAlerts.ts   the exporter itself
 *   shownValue.ts       values with units      recordingRules.ts   what dashboards and alerts share
 *   series.ts           selectors with a job   evaluationAlerts.ts rules that cannot be evaluated
 *   promtool.ts         Debian's promtool and prometheus, for tests
 */
export { alertLimits } from "./limits";
export { recorded, recordedCount, recordedState } from "./recordingRules";
export { type Roles, rolesOf } from "./roles";
export { type AlertRule, isAlert, type Rule, type RuleFile } from "./rule";
export { alertsOf, ruleFile } from "./ruleFile";
export { defaultRuleSettings, type RuleSettings } from "./settings";
