/**
 * Figures of a large dictionary: what its parts take to make, and how big they are. Of 3,000 parameters, or of 1,000 for
 * each of the number that is given: `largeDictionary.ts 16`.
 */
import { gzipSync } from "node:zlib";
import { dashboardFiles } from "../../dashboards";
import { parseDictionary } from "../../telemetry/dictionary";
import { dashboardSizes, dictionarySize, ruleSizes, sizeSummary } from "../../telemetry/objectSizes";
import { ruleFile } from "../../telemetry/rules";
import { largeDictionaryText, largeSpacecraft } from "../../test/support/telemetry/largeDictionary";

function timed<T>(what: string, make: () => T): T {
  const [start, before] = [performance.now(), process.cpuUsage()];
  const made = make();
  const wall = Math.round(performance.now() - start);
  // The collector's threads are in it: on a free machine it is more than the time.
  const { user, system } = process.cpuUsage(before);
  process.stdout.write(`${what}: ${wall} ms, ${Math.round((user + system) / 1000)} ms of processor\n`);
  return made;
}

const packetsEach = Number(process.argv[2] ?? 3);
const text = largeDictionaryText({ ...largeSpacecraft, packetsEach });
const dictionary = timed("reading", () => parseDictionary(text));
const rules = timed("rules", () => ruleFile(dictionary));
const boards = timed("dashboards", () => dashboardFiles(dictionary));
const sizes = [dictionarySize(text), ...ruleSizes(rules), ...dashboardSizes(boards)];
process.stdout.write(`${sizeSummary(sizes).join("\n")}\n`);
process.stdout.write(`compressed: ${Math.ceil(gzipSync(text).length / 1024)} KiB\n`);
