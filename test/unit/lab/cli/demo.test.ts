import assert from "node:assert/strict";
import { acts, announcement } from "../../../../lab/cli/demo";
import { whatToOpen } from "../../../../lab/cli/stacks";
import { loadDictionary } from "../../../../telemetry/dictionary";
import { ruleFile } from "../../../../telemetry/rules";

const outputs = {
  telemetryUrl: "http://203.0.113.10:30464",
  grafanaUrl: "http://203.0.113.10:30300",
  prometheusUrl: "http://203.0.113.10:30090",
  alertmanagerUrl: "http://203.0.113.10:30093",
};

describe("make demo", () => {
  it("waits for alerts that the rules have, and ends with all well", () => {
    const rules = JSON.stringify(ruleFile(loadDictionary(), { job: "telemetry" }));
    for (const { alert } of acts) assert.ok(alert === undefined || rules.includes(`"${alert}"`), alert);
    assert.equal(acts.at(-1)?.scenario, "nominal");
  });

  it("says before each act what happens, and what to watch at which address", () => {
    const [first] = acts;
    assert.ok(first);
    const text = announcement(first, 0, outputs);
    assert.match(text, /^\n==> 1\/4 battery-undervoltage: no solar power and a weak battery/);
    for (const url of Object.values(outputs)) assert.ok(text.includes(url), url);
  });

  it("leaves out pages that this lab does not have", () => {
    const { telemetryUrl } = outputs;
    for (const [index, act] of acts.entries()) {
      assert.doesNotMatch(announcement(act, index, { telemetryUrl }), /dashboards|Alertmanager \(/);
    }
  });
});

describe("the end of make up", () => {
  it("names what to open, the flight controller's page first, and what there is", () => {
    const lines = whatToOpen(outputs).split("\n");
    assert.equal(lines[0], "Open, in this order:");
    const order = ["30464", "30300", "30090", "30093"];
    for (const [index, port] of order.entries()) assert.ok(lines[index + 1]?.includes(port), port);
    assert.equal(whatToOpen({ telemetryUrl: outputs.telemetryUrl }).split("\n").length, 2);
  });
});
