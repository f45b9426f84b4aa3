/** Rule file of a dictionary: all groups, assembled from the records and alerts of the other files. */
import type { Dictionary } from "../dictionary";
import { evaluationAlerts } from "./evaluationAlerts";
import { eventAlerts } from "./eventAlerts";
import { exporterAlerts } from "./exporterAlerts";
import { groupsOf } from "./groupParts";
import { inputAlerts } from "./inputAlerts";
import { keepingAlerts } from "./keepingAlerts";
import { limitGroups } from "./limitAlerts";
import { linkAlerts } from "./linkAlerts";
import { linkRecords, stateRecords } from "./recordingRules";
import { rolesOf } from "./roles";
import { type AlertRule, groupPrefix, isAlert, type RuleFile } from "./rule";
import { defaultRuleSettings, type RuleSettings } from "./settings";
import { spacecraftAlerts } from "./spacecraftAlerts";

/**
 * All recording and alerting rules for spacecraft with this dictionary. The same rules apply to any number of
 * spacecraft: alerts have the label `spacecraft`.
 */
export function ruleFile(dictionary: Dictionary, given: Partial<RuleSettings> = {}): RuleFile {
  const settings = { ...defaultRuleSettings, ...given };
  const roles = rolesOf(dictionary);
  const interval = settings.evaluationInterval === undefined ? {} : { interval: settings.evaluationInterval };
  const guarded = [
    { name: `${groupPrefix}link`, rules: [...linkRecords(settings), ...linkAlerts(roles, settings)] },
    ...groupsOf("states", "", stateRecords(dictionary, settings)),
    {
      name: `${groupPrefix}spacecraft`,
      rules: [...spacecraftAlerts(roles, settings), ...eventAlerts(dictionary, settings)],
    },
    {
      name: `${groupPrefix}exporter`,
      rules: [...exporterAlerts(dictionary, settings), ...inputAlerts(settings), ...keepingAlerts(settings)],
    },
    ...limitGroups(dictionary, settings),
  ].filter(({ rules }) => rules.length > 0);
  const guards = groupsOf("rules", "", evaluationAlerts(guarded, settings));
  return { groups: [...guarded, ...guards].map((group) => ({ ...group, ...interval })) };
}

/** All alerts of a rule file. */
export function alertsOf({ groups }: RuleFile): AlertRule[] {
  return groups.flatMap(({ rules }) => rules.filter(isAlert));
}
