import assert from "node:assert/strict";
import { parseSettings } from "../../../../infra/config";
import { limitStackTraces, machinesWithTraces } from "../../../../infra/settings/stackTraces";
import { small } from "../../../support/infra/settingsExamples";

describe("stack traces", () => {
  const limit = Error.stackTraceLimit;
  afterEach(() => (Error.stackTraceLimit = limit));

  const traced = (count: number): boolean => {
    limitStackTraces(parseSettings({ ...small, workers: [{ name: "default", count }] }, "test"));
    return Error.stackTraceLimit === limit;
  };

  it(`are taken up to ${machinesWithTraces} machines, and not beyond`, () => {
    assert.ok(traced(machinesWithTraces - 1), "the control plane counts");
    assert.ok(!traced(machinesWithTraces));
  });
});
