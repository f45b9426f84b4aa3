import assert from "node:assert/strict";
import fc from "fast-check";
import {
  aligned,
  durationMs,
  intervalVariables,
  rateIntervalMs,
  stepMs,
} from "../../../../../lab/supply/viewer/model/intervals";

const ranges = fc.integer({ min: 1_000, max: 400 * 86_400_000 });
const widths = fc.integer({ min: 1, max: 4_000 });
const scrapes = fc.constantFrom(1_000, 5_000, 15_000, 60_000);

describe("steps of queries", () => {
  it("are read from durations, and from nothing else", () => {
    assert.equal(durationMs("10s"), 10_000);
    assert.equal(durationMs("1h30m"), 5_400_000);
    assert.equal(durationMs("250ms"), 250);
    for (const text of ["", "10", "s", "10 s", "10q", "1h!"]) assert.equal(durationMs(text), undefined, text);
  });

  it("are never below the smallest, and never give more points than Prometheus answers or a panel shows", () => {
    fc.assert(
      fc.property(ranges, widths, scrapes, (rangeMs, points, smallestMs) => {
        const step = stepMs({ rangeMs, points, smallestMs });
        assert.ok(step >= smallestMs && Number.isInteger(step));
        assert.ok(rangeMs / step <= Math.min(points, 11_000));
      }),
    );
  });

  it("leave at least four scrapes to a rate", () => {
    fc.assert(
      fc.property(ranges, widths, scrapes, (rangeMs, points, smallestMs) => {
        const step = stepMs({ rangeMs, points, smallestMs });
        assert.ok(rateIntervalMs(step, smallestMs) >= Math.max(4 * smallestMs, step + smallestMs));
      }),
    );
  });

  it("keep the points of a moving range in place", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2e12 }),
        fc.integer({ min: 1, max: 1e6 }),
        scrapes,
        (from, length, step) => {
          const range = aligned(from, from + length, step);
          assert.ok(range.fromMs <= from && from - range.fromMs < step && range.fromMs % step === 0);
          assert.equal(range.toMs % step, 0);
        },
      ),
    );
  });

  it("are named by the variables of a query, as PromQL writes durations", () => {
    assert.deepEqual(intervalVariables(15_000, 5_000, 10_800_000), {
      ...{ __interval: "15s", __interval_ms: "15000", __rate_interval: "20s" },
      ...{ __range: "10800s", __range_s: "10800", __range_ms: "10800000" },
    });
    assert.equal(intervalVariables(90_000, 60_000, 1)["__rate_interval"], "4m");
    assert.equal(intervalVariables(1_500, 1_000, 1)["__interval"], "1500ms");
  });
});
