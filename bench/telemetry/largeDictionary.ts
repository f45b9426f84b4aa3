/** Figures of a dictionary of 3,000 parameters: what its parts take to make, and how big they are. */
import { gzipSync } from "node:zlib";
import { dashboardFiles } from "../../dashboards";
import { parseDictionary } from "../../telemetry/dictionary";
import { dashboardSizes, dictionarySize, ruleSizes, sizeSummary } from "../../telemetry/objectSizes";
import { ruleFile } from "../../telemetry/rules";
import { largeDictionaryText } from "../../test/support/telemetry/largeDictionary";

function timed<T>(what: string, make: () => T): T {
  const start = performance.now();
  const made = make();
  process.stdout.write(`${what}: ${Math.round(performance.now() - start)} ms\n`);
  return made;
}

const text = largeDictionaryText();
const dictionary = timed("reading", () => parseDictionary(text));
const rules = timed("rules", () => ruleFile(dictionary));
const boards = timed("dashboards", () => dashboardFiles(dictionary));
const sizes = [dictionarySize(text), ...ruleSizes(rules), ...dashboardSizes(boards)];
process.stdout.write(`${sizeSummary(sizes).join("\n")}\n`);
process.stdout.write(`compressed: ${Math.ceil(gzipSync(text).length / 1024)} KiB\n`);
