import assert from "node:assert/strict";
import {
  chosenValues,
  everything,
  listedOptions,
  optionsOf,
  parseVariableQuery,
  valueOf,
} from "../../../../../lab/supply/viewer/model/variables";

const variable = { name: "v", type: "query" };

describe("variables of a dashboard", () => {
  it("ask for what their query says", () => {
    assert.deepEqual(parseVariableQuery('label_values(up{a=~"x,y"}, job)'), {
      ...{ kind: "labelValues", label: "job", selector: 'up{a=~"x,y"}' },
    });
    assert.deepEqual(parseVariableQuery("label_values(job)"), { kind: "labelValues", label: "job" });
    assert.deepEqual(parseVariableQuery("query_result(sum(up))"), {
      ...{ kind: "queryResult", expression: "sum(up)" },
    });
    assert.deepEqual(parseVariableQuery("metrics(^up)"), { kind: "metrics", pattern: "^up" });
    assert.deepEqual(parseVariableQuery("label_names()"), { kind: "labelNames", pattern: "" });
    assert.throws(() => parseVariableQuery("up"), /"up" is none of label_values\(\)/);
  });

  it("have the options that their pattern takes, in their order", () => {
    const found = ["node-10", "node-2", "Alpha", "node-2", "beta"];
    assert.deepEqual(optionsOf({ ...variable, regex: "/node-(.*)/", sort: 3 }, found), ["2", "10"]);
    assert.deepEqual(optionsOf({ ...variable, sort: 1 }, found), ["Alpha", "beta", "node-10", "node-2"]);
    assert.deepEqual(optionsOf({ ...variable, sort: 6 }, found), ["node-2", "node-10", "beta", "Alpha"]);
    assert.deepEqual(optionsOf(variable, found), ["node-10", "node-2", "Alpha", "beta"]);
    assert.deepEqual(listedOptions("1m, five : 5m,a\\,b"), [
      { text: "1m", value: "1m" },
      { text: "five", value: "5m" },
      { text: "a,b", value: "a,b" },
    ]);
  });

  it("take the address's value, else the saved one, else the first", () => {
    const options = ["a", "b", "c"];
    assert.deepEqual(chosenValues(variable, ["b"], options), ["b"]);
    assert.deepEqual(chosenValues({ ...variable, current: { value: "c" } }, [], options), ["c"]);
    assert.deepEqual(chosenValues({ ...variable, current: { value: "gone" } }, [], options), ["a"]);
    assert.deepEqual(chosenValues({ ...variable, multi: true }, ["a", "c"], options), ["a", "c"]);
    assert.deepEqual(chosenValues({ ...variable, includeAll: true }, [], options), [everything]);
    // The spacecraft of a link, before Prometheus has its first sample.
    assert.deepEqual(chosenValues(variable, ["new"], options), ["new"]);
  });

  it("stand for all options, or for the value that says so", () => {
    const all = { ...variable, includeAll: true, multi: true };
    assert.deepEqual(valueOf(all, [everything], ["a", "b"]), ["a", "b"]);
    assert.equal(valueOf({ ...all, allValue: ".*" }, [everything], ["a"]), ".*");
    assert.deepEqual(valueOf(all, ["a"], ["a", "b"]), ["a"]);
    assert.equal(valueOf(variable, ["a"], ["a"]), "a");
    assert.equal(valueOf(variable, [], []), "");
  });
});
