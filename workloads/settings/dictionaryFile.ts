/** Setting with the path of the telemetry dictionary. The file is read here, once. */
import { resolve } from "node:path";
import { z } from "zod";
import { dashboardFiles } from "../../dashboards";
import { repositoryRoot } from "../../settings/repositoryRoot";
import {
  type Dictionary,
  DictionaryError,
  formatProblem,
  parseDictionary,
  readDictionaryText,
} from "../../telemetry/dictionary";
import { dashboardSizes, dictionarySize, ruleSizes, sizeProblems } from "../../telemetry/objectSizes";
import { ruleFile } from "../../telemetry/rules";

export interface DictionaryFile {
  /** Original text of the file, which the exporter reads on the cluster. */
  readonly text: string;
  readonly dictionary: Dictionary;
}

/** Schema that transforms a path into the dictionary; problems of the file become problems of the setting. */
export const dictionaryFile = z.string().transform((path, context): DictionaryFile => {
  try {
    const text = readDictionaryText(resolve(repositoryRoot, path));
    const dictionary = parseDictionary(text, path);
    for (const message of tooBig(text, dictionary)) {
      context.addIssue({ code: "custom", message, input: path });
    }
    return { text, dictionary };
  } catch (error) {
    for (const message of problemsOf(error)) context.addIssue({ code: "custom", message, input: path });
    return z.NEVER;
  }
});

function tooBig(text: string, dictionary: Dictionary): string[] {
  return sizeProblems([
    dictionarySize(text),
    ...ruleSizes(ruleFile(dictionary)),
    ...dashboardSizes(dashboardFiles(dictionary)),
  ]);
}

function problemsOf(error: unknown): string[] {
  if (error instanceof DictionaryError) return error.problems.map(formatProblem);
  if (error instanceof Error && "code" in error) {
    return [`cannot be read: ${String(error.code)} (paths are from the repository's root)`];
  }
  throw error;
}
