import assert from "node:assert/strict";
import { formatted, seriesName } from "../../../../../lab/supply/viewer/model/legend";
import { type Answer, frames } from "../../../../../lab/supply/viewer/model/prometheus";

const target = { refId: "B", expr: "x", legendFormat: "{{spacecraft}} {{ none }}" };
const request = { target, expression: "x", amongOthers: false };

describe("answers of Prometheus as frames", () => {
  it("have a frame per series, with the step at which a silence becomes a gap", () => {
    const answer: Answer = {
      resultType: "matrix",
      result: [
        {
          metric: { __name__: "x", spacecraft: "a" },
          values: [
            [1.5, "2"],
            [3, "NaN"],
            [4, "+Inf"],
          ],
        },
      ],
    };
    const [frame, ...more] = frames(answer, { ...request, stepMs: 1_500 });
    assert.deepEqual(more, []);
    const [time, value] = frame?.fields ?? [];
    assert.deepEqual(
      [time?.type, time?.config.interval, time?.values],
      ["time", 1_500, [1_500, 3_000, 4_000]],
    );
    assert.deepEqual(value?.values, [2, NaN, Infinity]);
    assert.equal(value?.config.displayNameFromDS, "a ");
    assert.deepEqual(value?.labels, { __name__: "x", spacecraft: "a" });
    assert.deepEqual([frame?.refId, frame?.length], ["B", 3]);
  });

  it("are one table where the query asks for it: a column per label, of all series", () => {
    const answer: Answer = {
      resultType: "vector",
      result: [
        { metric: { z: "1", a: "2" }, value: [1, "3"] },
        { metric: { a: "4" }, value: [1, "-Inf"] },
      ],
    };
    const table = (amongOthers: boolean) =>
      frames(answer, { ...request, target: { ...target, format: "table" }, amongOthers })[0]?.fields ?? [];
    assert.deepEqual(
      table(false).map(({ name, values }) => [name, values]),
      [
        ["Time", [1_000, 1_000]],
        ["a", ["2", "4"]],
        ["z", ["1", ""]],
        ["Value", [3, -Infinity]],
      ],
    );
    assert.equal(table(true).at(-1)?.name, "Value #B");
  });

  it("are nothing where there is nothing, and a number where there is only one", () => {
    const empty: Answer = { resultType: "vector", result: [] };
    assert.deepEqual(frames(empty, request), []);
    assert.deepEqual(frames(empty, { ...request, target: { ...target, format: "table" } }), []);
    assert.deepEqual(frames({ resultType: "scalar", result: [1, "7"] }, request)[0]?.fields[1]?.values, [7]);
  });
});

describe("names of series", () => {
  it("are what their format says, else their labels as PromQL writes them", () => {
    const labels = { __name__: "up", job: "a", instance: "b" };
    assert.equal(seriesName(labels, "{{job}} on {{instance}}", "up"), "a on b");
    assert.equal(seriesName(labels, undefined, "up"), 'up{job="a", instance="b"}');
    assert.equal(seriesName({ job: "a" }, "__auto", "sum by (job) (up)"), "a");
    assert.equal(seriesName({}, "", "sum(up)"), "sum(up)");
    assert.equal(formatted("{{alertname}}", {}), "");
  });
});
