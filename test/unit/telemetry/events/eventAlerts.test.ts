import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "../../../../settings/repositoryRoot";
import { loadDictionary } from "../../../../telemetry/dictionary";
import { alertsOf, ruleFile } from "../../../../telemetry/rules";
import { type AlertCase, testCases } from "../rules/alertCase";
import { series, spacecraft } from "../rules/cases/series";
import { example } from "./eventBench";

const events = (severity: string, origin = "live"): string =>
  series("bus_events_total", { packet: "long_event", severity, origin });
const alert = "BusCriticalEvent";

const cases: readonly AlertCase[] = [
  {
    alert,
    it: "fires when the spacecraft reports a critical event",
    series: { [events("critical")]: "0x30 1x60", [events("critical", "stored")]: "0x90" },
    at: "6m",
    firing: [
      {
        labels: { spacecraft, packet: "long_event", origin: "live" },
        summary: "perigee-1: critical events on board",
        description:
          "About 1 critical events of long_event in 15 minutes (limit 0). The exporter's log has them, with their on-board times.",
      },
    ],
  },
  {
    alert,
    it: "fires when a recorder plays one back, and says so",
    series: { [events("critical")]: "0x90", [events("critical", "stored")]: "0x30 2x60" },
    at: "6m",
    firing: [
      {
        labels: { spacecraft, packet: "long_event", origin: "stored" },
        summary: "perigee-1: critical events on board",
        description:
          "About 2 critical events of long_event in 15 minutes (limit 0), played back by the recorder. The exporter's log has them, with their on-board times.",
      },
    ],
  },
  {
    alert,
    it: "is silent about all other severities",
    series: { [events("critical")]: "0x90", [events("error")]: "0+1x90", [events("info")]: "0+5x90" },
    at: "10m",
    firing: [],
  },
  {
    alert,
    it: "is silent a quarter of an hour later",
    series: { [events("critical")]: "0x10 1x200" },
    at: "20m",
    firing: [],
  },
];

describe("the alert about critical events", () => {
  testCases(ruleFile(example("cfs-evs")), cases);

  it("is there for dictionaries with critical events only", () => {
    const names = (dictionary: Parameters<typeof ruleFile>[0]): boolean =>
      alertsOf(ruleFile(dictionary)).some((rule) => rule.alert === alert);
    assert.equal(names(loadDictionary()), false);
    assert.equal(names(example("pus-5")), true);
  });

  it("has a page", () => {
    assert.match(
      readFileSync(join(repositoryRoot, "docs/alerts", `${alert}.md`), "utf8"),
      /^# BusCriticalEvent/,
    );
  });
});
