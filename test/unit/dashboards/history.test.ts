import assert from "node:assert/strict";
import { dashboards } from "../../../dashboards";
import { loadDictionary } from "../../../telemetry/dictionary";
import { historySeries } from "../../../telemetry/history/series";
import { defaultRuleSettings } from "../../../telemetry/rules";
import { panelQueries } from "../../support/lab/panelQueries";
import { metricsOf, syntaxErrors, withoutVariables } from "../../support/promql";
import { metricsWithSeries, scrapedAfter, simulatedPackets } from "./realExporter";

const dictionary = loadDictionary();

/** Queries of the panels that are there with these settings and not without. */
function moreQueries(settings: {
  hasHistory?: boolean;
  hasArchive?: boolean;
  hasArchiveCopy?: boolean;
}): string[] {
  const all = (given: typeof settings): string[] =>
    panelQueries(dashboards(dictionary, { ...defaultRuleSettings, ...given })).map(({ expr }) => expr);
  const usual = new Set(all({}));
  return all(settings).filter((expr) => !usual.has(expr));
}

describe("panels of the history and the archive", () => {
  it("ask, in PromQL, only for series that the exporter writes or serves", async () => {
    const written = [...historySeries(dictionary, "perigee-1").values()].map(({ metric }) => metric);
    const served = metricsWithSeries(await scrapedAfter(dictionary, simulatedPackets(dictionary)));
    const known = new Set([...written, ...served]);
    const queries = moreQueries({ hasHistory: true, hasArchive: true, hasArchiveCopy: true });
    assert.ok(queries.length > dictionary.packets.length);
    for (const expr of queries) {
      assert.deepEqual(syntaxErrors(withoutVariables(expr)), [], expr);
      assert.deepEqual(
        metricsOf(withoutVariables(expr)).filter((name) => !known.has(name)),
        [],
        expr,
      );
    }
  });

  it("show every kind of packet, of the chosen spacecraft, over a time that holds some of them", () => {
    const coverage = moreQueries({ hasHistory: true }).filter((expr) => expr.includes("count_over_time"));
    assert.equal(coverage.length, dictionary.packets.length);
    for (const [i, expr] of coverage.entries()) {
      const [, seconds] = /spacecraft="\$spacecraft"\}\[(\d+)s\]/.exec(expr) ?? [];
      assert.ok(Number(seconds) >= 3 * (dictionary.packets[i]?.periodSeconds ?? NaN), expr);
    }
  });
});
