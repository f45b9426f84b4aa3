/** Checks across several settings of stack 2. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { SettingProblem } from "../../settings/load";
import { repositoryRoot } from "../../settings/repositoryRoot";
import { alertingChecks } from "../alerting/settings";
import type { Settings } from "../config";

export function crossChecks({ monitoring }: Partial<Settings>): SettingProblem[] {
  if (monitoring === undefined) return [];
  return [...chartChecks(monitoring), ...alertingChecks(monitoring.alerting)];
}

function chartChecks(monitoring: Settings["monitoring"]): SettingProblem[] {
  return (["chart", "crdsChart"] as const).flatMap((key) => {
    const { reference, repository } = monitoring[key];
    const setting = `monitoring.${key}.reference`;
    const isPath = /^[./]/.test(reference) || reference.endsWith(".tgz");
    if (isPath && !existsSync(resolve(repositoryRoot, reference))) {
      return [
        { setting, given: reference, problem: "there is no such file or folder (paths are from the root)" },
      ];
    }
    if (!isPath && !reference.startsWith("oci://") && repository === undefined) {
      return [{ setting, given: reference, problem: "a chart's name alone: say its `repository` too" }];
    }
    return [];
  });
}
