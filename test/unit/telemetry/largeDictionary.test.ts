import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { parseDictionary } from "../../../telemetry/dictionary";
import { prometheusProgram } from "../../support/promtool";
import { largeDictionaryText } from "../../support/telemetry/largeDictionary";
import { metricsWithSeries, packetsOfOnes, scrapedAfter } from "../dashboards/realExporter";

describe("a dictionary of 3,000 parameters", function () {
  this.timeout(150_000);

  it("is decoded and served, every parameter with its text, in a form that promtool accepts", async () => {
    const dictionary = parseDictionary(largeDictionaryText());
    assert.equal(dictionary.parameters.length, 3000);
    const exposition = await scrapedAfter(dictionary, packetsOfOnes(dictionary));
    const served = metricsWithSeries(exposition);
    assert.deepEqual(
      dictionary.parameters.filter(({ metric }) => !served.has(metric)),
      [],
    );
    assert.equal(await checked(exposition), "");
  });
});

/** What `promtool check metrics` cannot read; its advice about names and help is not about this. */
async function checked(exposition: string): Promise<string> {
  const promtool = await prometheusProgram("promtool");
  return new Promise((resolve) => {
    const child = execFile(
      promtool,
      ["check", "metrics"],
      { maxBuffer: 64 * 1024 ** 2 },
      (error, _, stderr) =>
        // 3: advice only.
        resolve(error === null || error.code === 3 ? "" : stderr || error.message),
    );
    child.stdin?.end(exposition);
  });
}
