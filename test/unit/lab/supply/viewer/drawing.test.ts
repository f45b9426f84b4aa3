import assert from "node:assert/strict";
import fc from "fast-check";
import { dashboards } from "../../../../../dashboards";
import { marks, regions, runs } from "../../../../../lab/supply/viewer/model/annotations";
import type { Panel } from "../../../../../lab/supply/viewer/model/dashboard";
import { gridHeight, rectangle, visiblePanels } from "../../../../../lab/supply/viewer/model/grid";
import {
  isSafeLink,
  linkAddress,
  parseAddress,
  variableParameters,
} from "../../../../../lab/supply/viewer/model/links";
import { spans } from "../../../../../lab/supply/viewer/model/spans";
import { loadDictionary } from "../../../../../telemetry/dictionary";

const panel = (id: number, y: number, h: number, more: Partial<Panel> = {}): Panel => ({
  ...{ id, type: "stat", gridPos: { x: 0, y, w: 24, h } },
  ...more,
});

describe("the grid", () => {
  it("has Grafana's places: 24 columns, rows of 30 pixels, gaps of 8", () => {
    assert.deepEqual(rectangle({ x: 0, y: 0, w: 24, h: 1 }, 1_000), {
      left: 0,
      top: 0,
      width: 1_000,
      height: 30,
    });
    assert.equal(rectangle({ x: 0, y: 2, w: 1, h: 8 }, 1_000).top, 76);
    assert.equal(rectangle({ x: 0, y: 2, w: 1, h: 8 }, 1_000).height, 296);
  });

  it("keeps Perigee's panels apart, at any width", () => {
    for (const { panels = [] } of dashboards(loadDictionary())) {
      fc.assert(
        fc.property(fc.integer({ min: 320, max: 4_000 }), (width) => {
          const places = (panels as unknown as Panel[]).map(({ gridPos }) => rectangle(gridPos, width));
          for (const [index, one] of places.entries()) {
            assert.ok(one.left >= 0 && one.left + one.width <= width + 1);
            for (const other of places.slice(index + 1)) {
              const apart =
                one.left + one.width <= other.left + 1 ||
                other.left + other.width <= one.left + 1 ||
                one.top + one.height <= other.top ||
                other.top + other.height <= one.top;
              assert.ok(apart, `${JSON.stringify(one)} ${JSON.stringify(other)}`);
            }
          }
        }),
        { numRuns: 10 },
      );
    }
  });

  it("opens and closes rows, and what is below moves", () => {
    const open = panel(1, 0, 1, { type: "row", collapsed: false, panels: [] });
    const closed = panel(3, 9, 1, { type: "row", collapsed: true, panels: [panel(4, 10, 4)] });
    const all = [open, panel(2, 1, 8), closed, panel(5, 10, 1, { type: "row" })];
    const places = (toggled: number[]): [number, number][] =>
      visiblePanels(all, new Set(toggled)).map(({ id, gridPos }) => [id, gridPos.y]);
    assert.deepEqual(places([]), [
      [1, 0],
      [2, 1],
      [3, 9],
      [5, 10],
    ]);
    assert.deepEqual(places([1]), [
      [1, 0],
      [3, 1],
      [5, 2],
    ]);
    assert.deepEqual(places([3]), [
      [1, 0],
      [2, 1],
      [3, 9],
      [4, 10],
      [5, 14],
    ]);
    assert.equal(gridHeight(visiblePanels(all, new Set())), 11 * 38 - 8);
    assert.equal(gridHeight([]), 0);
  });
});

describe("what is drawn on graphs", () => {
  it("merges samples that are a step apart into a mark, and takes zeros for none", () => {
    assert.deepEqual(runs([0, 10, 20, 50], 10), [
      [0, 20],
      [50, 50],
    ]);
    const found = marks(
      {
        resultType: "matrix",
        result: [
          {
            metric: { alertname: "A" },
            values: [
              [1, "1"],
              [2, "1"],
              [3, "0"],
              [9, "1"],
            ],
          },
        ],
      },
      { name: "alarms", titleFormat: "{{alertname}}", iconColor: "blue" },
      1_000,
    );
    assert.deepEqual(
      found.map(({ time, timeEnd, title, color }) => [time, timeEnd, title, color]),
      [
        [1_000, 2_000, "A", "blue"],
        [9_000, 9_000, "A", "blue"],
      ],
    );
  });

  it("tints what overlaps in one colour once", () => {
    const mark = (time: number, timeEnd: number, color: string) => ({
      time,
      timeEnd,
      color,
      title: "",
      text: "",
    });
    const found = regions([mark(5, 9, "red"), mark(0, 6, "red"), mark(2, 3, "yellow"), mark(20, 20, "red")]);
    assert.deepEqual(
      found.map(({ time, timeEnd, color }) => [time, timeEnd, color]),
      [
        [0, 9, "red"],
        [2, 3, "yellow"],
        [20, 20, "red"],
      ],
    );
  });

  it("holds a state until the next sample, and not over a gap", () => {
    assert.deepEqual(
      spans([0, 10, 20, 60], [1, 1, 2, 2], 10, true).map(({ from, to, value }) => [from, to, value]),
      [
        [0, 20, 1],
        [20, 30, 2],
        [60, 70, 2],
      ],
    );
    assert.equal(spans([0, 10], [1, 1], 10, false).length, 2);
    assert.deepEqual(spans([0, 10], [null, undefined], 10, true), []);
  });

  it("never overlaps and never invents a state", () => {
    const samples = fc.uniqueArray(fc.integer({ min: 0, max: 1_000 }), { maxLength: 40 });
    fc.assert(
      fc.property(samples, fc.integer({ min: 1, max: 50 }), fc.boolean(), (times, step, merge) => {
        const sorted = times.sort((one, other) => one - other);
        const found = spans(
          sorted,
          sorted.map((time) => time % 3),
          step,
          merge,
        );
        for (const [index, { from, to, value }] of found.entries()) {
          assert.ok(to > from && (found[index + 1]?.from ?? Infinity) >= to);
          assert.ok(sorted.some((time) => time === from && time % 3 === value));
        }
      }),
    );
  });
});

describe("addresses", () => {
  it("name the dashboard, its variables and its range", () => {
    const { uid, variables, from, theme } = parseAddress(
      "/d/perigee-fleet/slug",
      "?var-a=1&var-a=2&from=now-1h",
    );
    assert.deepEqual(
      [uid, [...variables], from, theme],
      ["perigee-fleet", [["a", ["1", "2"]]], "now-1h", "dark"],
    );
    assert.equal(parseAddress("/", "?theme=light").theme, "light");
    assert.equal(variableParameters(variables), "var-a=1&var-a=2");
  });

  it("keep what a link asks to keep", () => {
    const kept = { time: "from=1&to=2", variables: "var-a=1" };
    assert.equal(linkAddress("/d/x", {}, kept), "/d/x");
    assert.equal(
      linkAddress("/d/x", { keepTime: true, includeVars: true }, kept),
      "/d/x?var-a=1&from=1&to=2",
    );
    assert.equal(linkAddress("/d/x?y=1", { keepTime: true }, kept), "/d/x?y=1&from=1&to=2");
  });

  it("are followed only where they run nothing", () => {
    for (const good of ["/d/x", "https://a.b/c", "?x=1"]) assert.ok(isSafeLink(good), good);
    for (const bad of ["javascript:alert(1)", "//elsewhere", "data:text/html,x", ""]) {
      assert.ok(!isSafeLink(bad), bad);
    }
  });
});
