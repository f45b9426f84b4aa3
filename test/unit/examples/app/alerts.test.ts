import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { run } from "../../../../lab/command";
import { alertsOf, type RuleFile } from "../../../../telemetry/rules";
import { app, chart } from "../../../support/examples/app";
import { selectorsOf, syntaxErrors } from "../../../support/promql";
import { prometheusProgram } from "../../../support/promtool";
import { type AlertCase, testCases } from "../../telemetry/rules/alertCase";

const { spec: rules } = parse(readFileSync(join(chart, "files/alerts/alerts.yaml"), "utf8")) as {
  spec: RuleFile;
};
const runbookOf = (alert: string): string => `examples/app/runbook.md#${alert.toLowerCase()}`;

const prod = 'job="planner",environment="prod",namespace="flight-dynamics"';
const dev = 'job="planner",environment="dev",namespace="flight-dynamics-test"';
const requests = (code: number, of = prod, pod = "a"): string =>
  `planner_requests_total{${of},pod="${pod}",code="${code}"}`;
const cpu = (what: string, of = "flight-dynamics"): string =>
  `container_cpu_cfs_${what}periods_total{job="kubelet",namespace="${of}",pod="a",container="planner"}`;
const bucket = (le: string, of = prod): string => `planner_request_duration_seconds_bucket{${of},le="${le}"}`;
const up = (pod: string, of = prod): string => `up{${of},pod="${pod}"}`;
const here = { namespace: "flight-dynamics" };

/** One answer a second, and errors of a code: one in so many seconds. */
const errors = (code: number, each: number, of = prod): AlertCase["series"] => ({
  [requests(200, of)]: "0+10x60",
  [requests(code, of)]: `0+${10 / each}x60`,
});

const cases: AlertCase[] = [
  {
    alert: "PlannerDown",
    it: "fires two minutes after no pod answers",
    series: { [up("a")]: "1x5 0x30", [up("b")]: "1x5 stale" },
    ...{ notYetAt: "2m30s", at: "3m10s" },
    firing: [
      {
        labels: {},
        summary: "The planner is down",
        description: "No pod of the planner answers Prometheus.",
      },
    ],
  },
  {
    alert: "PlannerDown",
    it: "is silent while one of two answers",
    series: { [up("a")]: "1x30", [up("b")]: "0x30" },
    ...{ at: "5m", firing: [] },
  },
  {
    alert: "PlannerTrafficGone",
    it: "fires where nobody asks any more, who did for hours",
    series: { [requests(200)]: "0+60x300 18000x60" },
    ...{ interval: "60s", notYetAt: "5h15m", at: "5h25m" },
    firing: [
      {
        labels: here,
        summary: "Hardly anybody asks the planner any more",
        description:
          "The planner in flight-dynamics is asked 0% of what it was asked in the mean of the last day (limit 10%).",
      },
    ],
  },
  {
    alert: "PlannerTrafficGone",
    it: "is silent where half of it is left",
    series: { [requests(200)]: "0+60x300 18000+30x60" },
    ...{ interval: "60s", at: "5h50m", firing: [] },
  },
  {
    alert: "PlannerTrafficGone",
    it: "is silent where hardly anybody ever asked",
    series: { [requests(200)]: "0+6x300 1800x60" },
    ...{ interval: "60s", at: "5h50m", firing: [] },
  },
  {
    alert: "PlannerErrors",
    it: "fires within two minutes where a tenth of all fails",
    series: errors(500, 9),
    ...{ notYetAt: "50s", at: "2m" },
    firing: [
      {
        labels: here,
        summary: "The planner fails",
        description:
          "The planner in flight-dynamics answers 10% of its requests with an error of its own (5xx, limit 5%).",
      },
    ],
  },
  {
    alert: "PlannerErrors",
    it: "is silent below a twentieth",
    series: errors(500, 25),
    ...{ at: "5m", firing: [] },
  },
  {
    alert: "PlannerErrors",
    it: "is silent where the only request of minutes failed",
    series: { [requests(200)]: "0x60", [requests(500)]: "0x10 1x50" },
    ...{ at: "3m10s", firing: [] },
  },
  {
    alert: "PlannerErrors",
    it: "is silent about what those who ask did wrong",
    series: errors(404, 2),
    ...{ at: "5m", firing: [] },
  },
  {
    alert: "PlannerErrors",
    it: "is silent about dev, and about prod beside it",
    series: { ...errors(500, 2, dev), [requests(200)]: "0+10x60" },
    ...{ at: "5m", firing: [] },
  },
  {
    alert: "PlannerErrors",
    it: "ends two minutes after the failures do",
    series: { [requests(200)]: "0+10x90", [requests(500)]: "0+5x30 150x60" },
    ...{ at: "7m20s", firing: [] },
  },
  {
    alert: "PlannerRequestsRefused",
    it: "fires where a third of all is refused, whatever the pod",
    series: { [requests(200)]: "0+10x60", [requests(400)]: "0+2x60", [requests(404, prod, "b")]: "0+3x60" },
    ...{ notYetAt: "50s", at: "2m" },
    firing: [
      {
        labels: here,
        summary: "The planner refuses much of what it is asked",
        description: "The planner in flight-dynamics refuses 33.33% of its requests (4xx, limit 20%).",
      },
    ],
  },
  {
    alert: "PlannerRequestsRefused",
    it: "is silent at a tenth",
    series: errors(404, 9),
    ...{ at: "5m", firing: [] },
  },
  {
    alert: "PlannerSlow",
    it: "fires where one of twenty takes longer than half a second",
    series: {
      [bucket("0.5")]: "0+8x60",
      [bucket("1")]: "0+10x60",
      [bucket("+Inf")]: "0+10x60",
      [requests(200)]: "0+10x60",
    },
    ...{ notYetAt: "4m", at: "6m" },
    firing: [
      {
        labels: here,
        summary: "The planner is slow",
        description:
          "One of twenty answers of the planner in flight-dynamics takes 875ms or longer (limit 500ms).",
      },
    ],
  },
  {
    alert: "PlannerSlow",
    it: "is silent where hardly anybody asks",
    series: {
      [bucket("0.5")]: "0x60",
      [bucket("1")]: "0x10 1x50",
      [bucket("+Inf")]: "0x10 1x50",
      [requests(200)]: "0x10 1x50",
    },
    ...{ at: "8m", firing: [] },
  },
  {
    alert: "PlannerThrottled",
    it: "fires where the limit holds it back in half of the time",
    series: { [cpu("throttled_")]: "0+50x120", [cpu("")]: "0+100x120", [up("a")]: "1x120" },
    ...{ notYetAt: "9m", at: "11m" },
    firing: [
      {
        labels: here,
        summary: "The planner has too little CPU",
        description:
          "Pods of the planner in flight-dynamics are held back by their CPU limit in 50% of all periods (limit 25%).",
      },
    ],
  },
  {
    alert: "PlannerThrottled",
    it: "is silent about dev",
    series: {
      [cpu("throttled_", "flight-dynamics-test")]: "0+50x120",
      [cpu("", "flight-dynamics-test")]: "0+100x120",
      ...{ [up("a", dev)]: "1x120", [up("a")]: "1x120" },
    },
    ...{ at: "15m", firing: [] },
  },
];

describe("the alerts of examples/app, as promtool evaluates them", () => {
  testCases(rules, cases, runbookOf);
});

describe("the alerts of examples/app", () => {
  const alerts = alertsOf(rules);

  it("are rules that Prometheus accepts", async () => {
    const folder = await mkdtemp(join(tmpdir(), "perigee-rules-"));
    try {
      const file = join(folder, "rules.json");
      await writeFile(file, JSON.stringify(rules));
      await run(await prometheusProgram("promtool"), ["check", "rules", "--lint-fatal", file]);
    } finally {
      await rm(folder, { recursive: true });
    }
  }).timeout(60_000);

  it("are each seen to fire and to be silent", () => {
    for (const { alert } of alerts) {
      const own = cases.filter((each) => each.alert === alert);
      assert.ok(
        own.some(({ firing }) => firing.length > 0) && own.some(({ firing }) => firing.length === 0),
        alert,
      );
    }
  });

  it("are right PromQL, about the planner alone", () => {
    for (const { expr } of alerts) {
      assert.deepEqual(syntaxErrors(expr), [], expr);
      for (const selector of selectorsOf(expr)) {
        assert.match(selector, /\{job="(planner",environment="prod"|kubelet",container="planner")/);
      }
    }
  });

  it("have what they mean and what to do in the runbook, and nothing else is there", async () => {
    const page = await readFile(join(app, "runbook.md"), "utf8");
    const headings = [...page.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
    assert.deepEqual(
      headings,
      alerts.map(({ alert }) => alert),
    );
    for (const { alert, annotations } of alerts) assert.equal(annotations.runbook_url, runbookOf(alert));
  });
});
