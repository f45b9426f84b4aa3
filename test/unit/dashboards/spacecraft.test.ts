import assert from "node:assert/strict";
import { dashboards } from "../../../dashboards";
import { uids } from "../../../dashboards/frame";
import { parseDictionary } from "../../../telemetry/dictionary";

/** Dictionary of so many enumerations, the first of which is the mode. */
function withStates(count: number) {
  const parameters = Array.from({ length: count }, (_, i) => ({
    ...{ name: `state_${i}`, description: "A state", type: "enumeration", bits: 8 },
    states: { 0: "OFF", 1: "ON" },
  }));
  const packet = { apid: 1, name: "p", description: "d", subsystem: "power", period: 1, parameters };
  const time = { code: "CUC", epoch: "2000-01-01T00:00:00Z" };
  return parseDictionary(
    JSON.stringify({ name: "n", version: "1", time, mode: "power.state_0", packets: [packet] }),
  );
}

describe("the dashboard of a spacecraft", () => {
  for (const count of [1, 31, 32, 600]) {
    it(`has the timeline of each of ${count} enumerations, on as many pages as they need`, () => {
      const pages = dashboards(withStates(count)).filter(({ uid }) => uid?.startsWith(uids.spacecraft));
      const shown = pages
        .flatMap(({ panels = [] }) => panels)
        .flatMap((panel) => (panel.type === "state-timeline" ? [JSON.stringify(panel)] : []));
      const missing = Array.from({ length: count }, (_, i) => `spacecraft:bus_power_state_${i}:raw`).filter(
        (record) => !shown.some((panel) => panel.includes(`${record}{`)),
      );
      assert.deepEqual(missing, []);
      assert.equal(pages.length > 1, count === 600);
    });
  }
});
