import assert from "node:assert/strict";
import { dashboards } from "../../../dashboards";
import { loadDictionary } from "../../../telemetry/dictionary";
import { panelQueries } from "../../support/lab/panelQueries";
import { metricsOf, syntaxErrors, withoutVariables } from "../../support/promql";
import { EventBench, example } from "../telemetry/events/eventBench";

describe("the panel of on-board events", () => {
  const queries = (dictionary: Parameters<typeof dashboards>[0]): string[] =>
    panelQueries(dashboards(dictionary))
      .filter(({ panel }) => panel.startsWith("On-board events"))
      .map(({ expr }) => expr);

  it("asks for what an exporter with events serves", () => {
    const bench = new EventBench(example("cfs-evs"), "long_event");
    bench.live({ severity: "error" });
    const [expr = "", ...more] = queries(bench.dictionary);
    assert.deepEqual(more, []);
    assert.deepEqual(syntaxErrors(withoutVariables(expr)), []);
    assert.deepEqual(metricsOf(withoutVariables(expr)), ["bus_events_total"]);
    assert.ok(Object.keys(bench.counted()).some((series) => series.startsWith("events{")));
  });

  it("is not there where the dictionary has no events", () => {
    assert.deepEqual(queries(loadDictionary()), []);
  });
});
