/** The checks that look at several of stack 2's settings together, or at what a setting points to. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { SettingProblem } from "../../infra/settings/load";
import { DictionaryError, formatProblem, loadDictionary } from "../../telemetry/dictionary";
import { alertingChecks } from "../alerting/settings";
import type { Settings } from "../config";

/** Paths in the settings are from here. */
export const repositoryRoot = resolve(__dirname, "../..");

export function crossChecks({ monitoring, telemetry }: Partial<Settings>): SettingProblem[] {
  return [
    ...(monitoring === undefined ? [] : chartChecks(monitoring)),
    ...(monitoring === undefined ? [] : alertingChecks(monitoring.alerting)),
    ...(telemetry === undefined ? [] : dictionaryChecks(telemetry.dictionary)),
  ];
}

function chartChecks(monitoring: Settings["monitoring"]): SettingProblem[] {
  return (["chart", "definitionsChart"] as const).flatMap((key) => {
    const { reference, repository } = monitoring[key];
    const setting = `monitoring.${key}.reference`;
    const isPath = /^[./]/.test(reference) || reference.endsWith(".tgz");
    if (isPath && !existsSync(resolve(repositoryRoot, reference)))
      return [{ setting, given: reference, problem: "there is no such file or folder (paths are from the root)" }];
    if (!isPath && !reference.startsWith("oci://") && repository === undefined)
      return [{ setting, given: reference, problem: "a chart's name alone: say its `repository` too" }];
    return [];
  });
}

function dictionaryChecks(path: string): SettingProblem[] {
  const setting = "telemetry.dictionary";
  try {
    loadDictionary(resolve(repositoryRoot, path));
    return [];
  } catch (error) {
    if (error instanceof DictionaryError)
      return error.problems.map((problem) => ({ setting, given: path, problem: formatProblem(problem) }));
    const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
    if (isMissing) return [{ setting, given: path, problem: "there is no such file (paths are from the root)" }];
    throw error;
  }
}
