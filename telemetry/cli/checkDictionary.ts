/** The command `check-dictionary`: prints a summary of a dictionary file, or all its problems. */
import { leapSecondsKnownUntil } from "../decoder";
import {
  defaultDictionaryText,
  DictionaryError,
  formatProblem,
  mostListed,
  parseDictionary,
  readDictionaryText,
} from "../dictionary";
import { firstOf } from "../firstOf";
import { dictionarySize, ruleSizes, sizeProblems, sizeSummary } from "../objectSizes";
import { reasonOf } from "../reasonOf";
import { ruleFile } from "../rules";
import { command } from "./command";
import { UsageError } from "./settings";

const linesOf = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join("");

export const checkDictionary = command(
  {
    name: "check-dictionary",
    summary:
      "Says everything that is wrong with a dictionary (exit code 1), or what is in it and how big it gets.",
    argument: "FILE",
    argumentMeaning: "dictionary (YAML); without it, the one that comes with Perigee",
    settings: {},
  },
  async (_settings, { print }, file) => {
    try {
      const text = file === undefined ? defaultDictionaryText() : readDictionaryText(file);
      const warnings: string[] = [];
      const dictionary = parseDictionary(text, file, (each) =>
        warnings.push(`warning: ${formatProblem(each)}`),
      );
      const { name, version, packets, parameters } = dictionary;
      const limited = parameters.filter((parameter) => parameter.limits).length;
      const which =
        file === undefined ? " (the dictionary that comes with Perigee; name a FILE for yours)" : "";
      const events = packets.filter((packet) => packet.events.length > 0).length;
      await print(
        `${name} ${version}${which}: ${packets.length} packets${events > 0 ? ` (${events} with events)` : ""}, ${parameters.length} parameters${dictionary.derived.length > 0 ? ` (${dictionary.derived.length} derived)` : ""}, ${limited} of them with limits\n`,
      );
      await print(linesOf(firstOf(warnings, mostListed, "warnings")));
      const needsTable = packets.some(({ time }) => (time?.code.clock ?? "UTC") !== "UTC");
      if (needsTable) await print(`leap seconds: by a table that is complete to ${leapSecondsKnownUntil}\n`);
      // Without the dashboards: the exporter does not know them. Stack 2 checks their sizes too.
      const sizes = [dictionarySize(text), ...ruleSizes(ruleFile(dictionary))];
      const problems = sizeProblems(sizes);
      await print(linesOf([...sizeSummary(sizes), ...problems]));
      return problems.length > 0 ? 1 : 0;
    } catch (error) {
      if (!(error instanceof DictionaryError)) {
        throw new UsageError(`cannot read the dictionary ${file ?? ""}: ${reasonOf(error)}`);
      }
      await print(`${error.message}\n`);
      return 1;
    }
  },
);
