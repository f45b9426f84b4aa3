import assert from "node:assert/strict";
import fc from "fast-check";
import { defaultRuleSettings } from "../../../../telemetry/rules";
import { parseSettings } from "../../../../workloads/config";
import { type Group, pathsOf, superfluous } from "../../../../workloads/jobs/clean";
import { jobNames } from "../../../../workloads/jobs/names";
import { jobRules } from "../../../../workloads/jobs/rules";
import { syntaxErrors } from "../../../support/promql";
import { deploy } from "../../../support/workloads/mocks";
import { refusalOf } from "../../../support/workloads/refusal";
import { testCases } from "../../telemetry/rules/alertCase";

const orbit = {
  name: "orbit",
  everyMinutes: 60,
  withinMinutes: 30,
  team: "flight-control",
  severity: "critical",
};
const report = { name: "report", everyMinutes: 1440 };
const rulesOf = (...given: object[]) =>
  jobRules(parseSettings({ jobs: given }).jobs, defaultRuleSettings.runbookBaseUrl);

const pushed = (job: string, more = ""): string => `push_time_seconds{job="${job}",instance=""${more}}`;
const failed = (job: string): string => `push_failure_time_seconds{job="${job}",instance=""}`;
const up = `up{job="pushgateway",namespace="monitoring",service="pushgateway"}`;

describe("alerts of jobs, as promtool evaluates them", () => {
  const overdue = (description: string) => ({
    labels: { batch_job: "orbit" },
    summary: "orbit has not finished in time",
    description,
  });
  testCases(rulesOf(orbit), [
    {
      alert: "JobOverdue",
      it: "fires when a job has not finished again within its time",
      ...{ interval: "1m", at: "100m" },
      series: { [pushed("orbit")]: "1x5 300x200" },
      firing: [
        overdue(
          "orbit finished 1h 35m 0s ago: it runs every 60 minutes and finishes within 30 (limit 90 minutes).",
        ),
      ],
    },
    {
      alert: "JobOverdue",
      it: "is silent while a job finishes in time, whatever pod of it pushes",
      ...{ interval: "1m", at: "170m", firing: [] },
      series: {
        [pushed("orbit", ',pod="a"')]: "1x300",
        [pushed("orbit", ',pod="b"')]: "1x85 5100x300",
      },
    },
    {
      alert: "JobOverdue",
      it: "goes by what was pushed before the gateway forgot it",
      ...{ interval: "1m", at: "96m" },
      series: { [pushed("orbit")]: "60x20 stale" },
      firing: [
        overdue(
          "orbit finished 1h 35m 0s ago: it runs every 60 minutes and finishes within 30 (limit 90 minutes).",
        ),
      ],
    },
    {
      alert: "JobOverdue",
      it: "goes on for days after the gateway forgot it",
      ...{ interval: "10m", at: "5000m" },
      series: { [pushed("orbit")]: "600x2 stale" },
      firing: [
        overdue(
          "orbit finished 3d 11h 10m 0s ago: it runs every 60 minutes and finishes within 30 (limit 90 minutes).",
        ),
      ],
    },
    {
      alert: "JobOverdue",
      it: "leaves a job of which nothing but refused pushes are known to JobNeverFinished",
      ...{ interval: "1m", at: "200m", firing: [] },
      series: { [pushed("orbit")]: "0x300", [failed("orbit")]: "60x300" },
    },
    {
      alert: "JobNeverFinished",
      it: "fires when a job has not pushed at all for as long as a run may take",
      ...{ interval: "1m", at: "92m", notYetAt: "88m" },
      series: { [pushed("another")]: "60x200", [pushed("orbit")]: "0x200" },
      firing: [
        {
          labels: { batch_job: "orbit" },
          summary: "orbit has never finished",
          description:
            "orbit has not pushed for as long as is remembered: it runs every 60 minutes and finishes within 30 (1 job is missing, limit 0).",
        },
      ],
    },
    {
      alert: "JobNeverFinished",
      it: "is silent about a job that has pushed once",
      ...{ interval: "1m", at: "200m", firing: [] },
      series: { [pushed("orbit")]: "1x3 stale" },
    },
    {
      alert: "JobPushRefused",
      it: "fires when the last push of a job was refused, and is over with the next good one",
      ...{ interval: "1m", at: "20m", notYetAt: "5m" },
      series: {
        [pushed("orbit")]: "60x200",
        [failed("orbit")]: "0x10 660x200",
        [pushed("report")]: "60x15 960x200",
        [failed("report")]: "0x10 660x200",
      },
      firing: [
        {
          labels: { job: "orbit" },
          summary: "What orbit pushed was refused",
          description:
            "The last push of orbit was refused: it has a time of its own, a sample twice, or a metric of another type than what others pushed (time of it 1970-01-01 00:11:00 +0000 UTC, limit: that of the last good one).",
        },
      ],
    },
    {
      alert: "JobGatewayDown",
      it: "fires when the gateway is not scraped for five minutes",
      ...{ interval: "1m", at: "20m", notYetAt: "14m" },
      series: { [up]: "1x10 0x30" },
      firing: [
        {
          labels: {},
          summary: "Jobs can push nothing",
          description: "The gateway that batch jobs push to is not scraped: 1 gateway is missing (limit 0).",
        },
      ],
    },
    {
      alert: "JobGatewayDown",
      it: "is silent while it is",
      ...{ interval: "1m", at: "20m", firing: [] },
      series: { [up]: "1x30" },
    },
  ]);
});

describe("the rules of jobs", () => {
  it("are right PromQL, a memory and two alerts for each job, of its team and severity", () => {
    const { groups } = rulesOf(orbit, report);
    assert.deepEqual(
      groups.map(({ name, rules }) => [name, rules.length]),
      [
        ["jobs", 2],
        ["job-orbit", 3],
        ["job-report", 3],
      ],
    );
    for (const { expr } of groups.flatMap(({ rules }) => rules)) {
      assert.deepEqual(syntaxErrors(expr), [], expr);
    }
    const [, ofOrbit] = groups;
    for (const rule of ofOrbit?.rules ?? []) {
      if (!("alert" in rule)) continue;
      assert.deepEqual([rule.labels["team"], rule.labels["severity"]], ["flight-control", "critical"]);
    }
  });
});

describe("jobs in stack 2", () => {
  it("are a gateway, what cleans it, a ServiceMonitor that keeps pushed labels, and rules; nothing without jobs", async () => {
    const { resources } = await deploy({ jobs: [orbit] });
    const found = resources
      .filter(({ name }) => /^(jobs|pushgateway)/.test(name))
      .map(({ type, name }) => `${type.split(":").at(-1)} ${name}`);
    assert.deepEqual(found.toSorted(), [
      "ConfigMap pushgateway-cleaner",
      "CronJob pushgateway-cleaner",
      "Deployment pushgateway",
      "Jobs jobs",
      "PrometheusRule jobs-rules",
      "Service pushgateway",
      "ServiceAccount pushgateway",
      "ServiceAccount pushgateway-cleaner",
      "ServiceMonitor jobs-gateway",
    ]);
    const monitor = resources.find(({ name }) => name === "jobs-gateway")?.inputs["spec"];
    assert.deepEqual((monitor as { endpoints: unknown }).endpoints, [
      {
        ...{ port: "http", path: "/metrics", interval: "30s", honorLabels: true },
        metricRelabelings: [{ sourceLabels: ["__name__"], regex: jobNames.reserved, action: "drop" }],
      },
    ]);
    const isDropped = (name: string): boolean => new RegExp(`^(?:${jobNames.reserved})$`).test(name);
    for (const name of [
      "bus_power_battery_voltage_volts",
      "up",
      "ALERTS",
      "slo:budget_left:ratio",
      "probe_success",
    ]) {
      assert.ok(isDropped(name), name);
    }
    for (const name of ["push_time_seconds", "orbit_residual_metres", "upload_seconds", "business_total"]) {
      assert.ok(!isDropped(name), name);
    }
    const without = await deploy({});
    assert.deepEqual(
      without.resources.filter(({ name }) => /^(jobs|pushgateway)/.test(name)),
      [],
    );
  });

  it("are refused by name: twice the same, rarer than samples are kept, no name, no time", () => {
    const problems = refusalOf({
      monitoring: { retentionDays: 15 },
      jobs: [orbit, orbit, { name: "monthly", everyMinutes: 40_000 }],
    });
    assert.match(problems, /jobs\[1\]\.name = "orbit": jobs\[0\] has that name/);
    assert.match(
      problems,
      /jobs\[2\]\.everyMinutes = 40000: with `withinMinutes` at most `monitoring\.retentionDays`, which is 15 \(21600 minutes\)/,
    );
    const others = refusalOf({ jobs: [{ name: "No Name", everyMinutes: 0 }, { name: "x" }] });
    for (const key of ["jobs[0].name", "jobs[0].everyMinutes", "jobs[1].everyMinutes"]) {
      assert.ok(others.includes(key));
    }
  });
});

describe("groups that nobody pushes any more", () => {
  const limits = { jobs: { orbit: 100 }, others: 1000 };
  const group = (job: string, pushed: number, more = {}): Group => ({ labels: { job, ...more }, pushed });

  it("are removed after the job's limit but for the newest, and after a week where nobody awaits the job", () => {
    const newest = group("orbit", 0, { pod: "c" });
    const groups = [
      group("orbit", -50, { pod: "a" }),
      newest,
      group("other", 5_000),
      group("other", 4_000),
      group("late", 9_000),
    ];
    assert.deepEqual(superfluous(groups, limits, 5_500), [groups[0], groups[3]]);
  });

  it("are never the newest of an awaited job, nor younger than their limit", () => {
    const any = fc.record({
      job: fc.constantFrom("orbit", "other", "third"),
      pushed: fc.integer({ min: 0, max: 10_000 }),
      pod: fc.string({ minLength: 1, maxLength: 3 }),
    });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 12 }), fc.integer({ min: 0, max: 12_000 }), (given, now) => {
        const groups = given.map(({ job, pushed, pod }) => group(job, pushed, { pod }));
        const removed = superfluous(groups, limits, now);
        const kept = groups.filter((each) => !removed.includes(each));
        const orbits = (of: readonly Group[]) => of.filter(({ labels }) => labels["job"] === "orbit");
        const newestOf = (of: readonly Group[]) =>
          Math.max(-Infinity, ...orbits(of).map((each) => each.pushed));
        assert.equal(newestOf(kept), newestOf(groups));
        for (const { labels, pushed } of removed) {
          assert.ok(now - pushed > (labels["job"] === "orbit" ? limits.jobs.orbit : limits.others));
        }
        const old = kept.filter(
          ({ labels, pushed }) => now - pushed > (labels["job"] === "orbit" ? 100 : 1000),
        );
        assert.ok(old.length <= 1 && orbits(old).length === old.length);
      }),
    );
  });

  it("have a path whatever is in their labels", () => {
    assert.deepEqual(pathsOf({ labels: { job: "a/b", pod: "", where: "über" } }), [
      "/metrics/job@base64/YS9i/pod@base64/=/where@base64/w7xiZXI",
    ]);
    assert.deepEqual(pathsOf({ labels: { instance: "", job: "a" } }), [
      "/metrics/job@base64/YQ",
      "/metrics/job@base64/YQ/instance@base64/=",
    ]);
  });
});
