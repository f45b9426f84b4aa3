import assert from "node:assert/strict";
import fc from "fast-check";
import { loadDictionary } from "../../../../telemetry/dictionary";
import { alertsOf, defaultRuleSettings, ruleFile } from "../../../../telemetry/rules";
import { parseSettings } from "../../../../workloads/config";
import { alertRate, burnRates, lowestObjective, windowHours } from "../../../../workloads/slos/burnRate";
import { sloDashboard } from "../../../../workloads/slos/dashboard";
import { sloRecords, sloRules } from "../../../../workloads/slos/rules";
import type { Slo } from "../../../../workloads/slos/settings";
import { panelQueries } from "../../../support/lab/panelQueries";
import { metricsOf, selectorsOf, syntaxErrors } from "../../../support/promql";
import { deploy } from "../../../support/workloads/mocks";
import { refusalOf } from "../../../support/workloads/refusal";
import { type AlertCase, testCases } from "../../telemetry/rules/alertCase";

const common = { objective: 99.9, days: 14, team: "ground-segment" } as const;
const slos: readonly Slo[] = [
  { kind: "signal", name: "telemetry", ...common, objective: 99 },
  { kind: "packets", name: "delivery", ...common },
  { kind: "apiServer", name: "api", ...common },
  { kind: "requests", name: "shop", ...common, total: "asked_total", bad: 'asked_total{code=~"5.."}' },
];
const settings = { ...defaultRuleSettings, fleet: ["sat"] };
const only = (name: string) =>
  sloRules(
    slos.filter((each) => each.name === name),
    settings,
  );
const link = ruleFile(loadDictionary()).groups.filter(({ name }) => name === "perigee-link");

const answered = (code: number): string =>
  `apiserver_request_total{job="apiserver",verb="GET",code="${code}"}`;
const fast = (left: string): AlertCase["firing"] => [
  {
    labels: {},
    summary: "the objective api is missed soon, if this goes on",
    description: `The objective api is 99.9% of requests that the API server answers without an error of its own; ${left} of the budget of 14 days is left (limit 0%), and it is used up within days at the rate of now.`,
  },
];

describe("SLOs of requests, as promtool evaluates them", () => {
  // 1,000 requests a minute; a tenth of them fails from the third hour on, for seven minutes.
  const outage = { [answered(200)]: "0+1000x240", [answered(500)]: "0x180 100+100x6 700x60" };
  const cases: AlertCase[] = [
    {
      alert: "SloBudgetBurnsFast",
      it: "fires minutes after a tenth of the requests fails",
      ...{ interval: "60s", series: outage, at: "3h7m" },
      firing: fast("97.49%"),
    },
    {
      alert: "SloBudgetBurnsFast",
      it: "is silent two minutes after the failures began: they are no good part of an hour yet",
      ...{ interval: "60s", series: outage, at: "3h1m", firing: [] },
    },
    {
      alert: "SloBudgetBurnsFast",
      it: "is silent once the last minutes are good, although the hour was not",
      ...{ interval: "60s", series: outage, at: "3h17m", firing: [] },
    },
    {
      alert: "SloBudgetBurns",
      it: "fires where more than may fails all the time",
      ...{ interval: "60s", at: "3h" },
      series: { [answered(200)]: "0+1000x240", [answered(500)]: "0+20x240" },
      firing: [
        {
          labels: {},
          summary: "the objective api is missed before its period ends, if this goes on",
          description:
            "The objective api is 99.9% of requests that the API server answers without an error of its own; 82.4% of the budget of 14 days is left (limit 0%), and it is used up before the period ends at the rate of now.",
        },
      ],
    },
    {
      alert: "SloBudgetBurns",
      it: "is silent where less fails than may",
      ...{ interval: "60s", at: "3h", firing: [] },
      series: { [answered(200)]: "0+1000x240", [answered(500)]: "0+1x240" },
    },
    {
      alert: "SloBudgetBurns",
      it: "is silent while there is nothing to judge",
      ...{ interval: "60s", at: "3h", series: {}, firing: [] },
    },
  ];
  testCases(only("api"), cases);
});

describe("an SLO of the signal, as promtool evaluates it", () => {
  const of = 'spacecraft="sat",apid="1",packet="bus",job="perigee-telemetry",instance="a"';
  const exporter = {
    [`bus_packet_period_seconds{${of}}`]: "1x300",
    ['process_start_time_seconds{job="perigee-telemetry",instance="a"}']: "1x300",
    ['bus_idle_packets_total{spacecraft="sat",job="perigee-telemetry",instance="a"}']: "0x300",
  };
  const rules = { groups: [...link, ...only("telemetry").groups] };
  const firing = (left: string): AlertCase["firing"] => [
    {
      labels: { spacecraft: "sat" },
      summary: "sat: the objective telemetry is missed soon, if this goes on",
      description: `The objective telemetry is 99% of time with the signal that is expected; ${left} of the budget of 14 days is left (limit 0%), and it is used up within days at the rate of now.`,
    },
  ];
  testCases(rules, [
    {
      alert: "SloBudgetBurnsFast",
      it: "fires where no packet comes",
      ...{ interval: "60s", at: "2h20m" },
      series: { ...exporter, [`bus_last_packet_timestamp_seconds{${of}}`]: "1+60x120 7201x200" },
      firing: firing("90.08%"),
    },
    {
      alert: "SloBudgetBurnsFast",
      it: "fires where the exporter is gone",
      ...{ interval: "60s", at: "2h20m" },
      series: Object.fromEntries(
        Object.entries({ ...exporter, [`bus_last_packet_timestamp_seconds{${of}}`]: "1+60x120" }).map(
          ([series, values]) => [series, values.replace("x300", "x120")],
        ),
      ),
      firing: firing("92.56%"),
    },
    {
      alert: "SloBudgetBurnsFast",
      it: "is silent about a spacecraft that has left the settings, although its last packet is an hour old",
      ...{ interval: "60s", at: "2h20m", firing: [] },
      series: {
        ...exporter,
        [`bus_last_packet_timestamp_seconds{${of}}`]: "1+60x200",
        // Records of when it was in them.
        'slo:bad:sum5m{slo="telemetry",spacecraft="gone"}': "1x139 stale",
        'slo:total:sum5m{slo="telemetry",spacecraft="gone"}': "1x139 stale",
        ...Object.fromEntries(
          Object.entries({
            ...exporter,
            [`bus_last_packet_timestamp_seconds{${of}}`]: "1+60x120 7201x200",
          }).map(([series, values]) => [series.replace('"sat"', '"gone"').replace('"a"', '"b"'), values]),
        ),
      },
    },
    {
      alert: "SloBudgetBurnsFast",
      it: "is silent while no signal is expected, by the contact plan",
      ...{ interval: "60s", at: "2h20m", firing: [] },
      series: {
        ...exporter,
        [`bus_last_packet_timestamp_seconds{${of}}`]: "1+60x120 7201x200",
        ['bus_contact_expected{spacecraft="sat",job="perigee-telemetry",instance="a"}']: "1x120 0x200",
        ['bus_signal_expected_seconds{spacecraft="sat",job="perigee-telemetry",instance="a"}']:
          "60x120 stale",
      },
    },
  ]);
});

describe("the rules of SLOs", () => {
  it("are right PromQL, with the job of every series of ours, and keep the objectives apart", () => {
    for (const { groups } of [sloRules(slos, settings)]) {
      for (const rule of groups.flatMap(({ rules }) => rules)) {
        assert.deepEqual(syntaxErrors(rule.expr), [], rule.expr);
        for (const selector of selectorsOf(rule.expr)) {
          assert.match(selector, /job="|^asked_total|^spacecraft|^slo:[\w:]+\{slo="/, selector);
        }
      }
    }
  });

  it("alert the objective's team", () => {
    const rules = sloRules([{ ...slos[0], team: "flight-control" } as Slo], settings);
    assert.deepEqual(
      alertsOf(rules).map(({ labels }) => [labels["team"], labels["severity"], labels["slo"]]),
      [
        ["flight-control", "critical", "telemetry"],
        ["flight-control", "warning", "telemetry"],
      ],
    );
  });

  it("are what the dashboard asks for", () => {
    const records = new Set(
      sloRules(slos, settings).groups.flatMap(({ rules }) =>
        rules.flatMap((rule) => ("record" in rule ? [rule.record] : [])),
      ),
    );
    const asked = panelQueries([sloDashboard(loadDictionary()).build()]).map(({ expr }) => expr);
    assert.ok(asked.length >= 4 && asked.some((expr) => expr.includes(sloRecords.left)));
    for (const expr of asked) {
      assert.deepEqual(syntaxErrors(expr), [], expr);
      for (const metric of metricsOf(expr)) assert.ok(records.has(metric), metric);
    }
  });
});

describe("burn rates", () => {
  const days = fc.integer({ min: 7, max: 90 });

  it("are those of the workbook for 30 days", () => {
    assert.deepEqual(
      burnRates.map((each) => Number(alertRate(each, 30).toFixed(9))),
      [14.4, 6, 3, 1],
    );
  });

  it("use up their share of the budget in the long window, and never less than a budget that would last", () => {
    fc.assert(
      fc.property(days, fc.constantFrom(...burnRates), (period, each) => {
        const rate = alertRate(each, period);
        const share = (rate * windowHours[each.long]) / (period * 24);
        assert.ok(rate >= 1 && share >= each.share - 1e-12, `${rate} ${share}`);
        assert.ok(windowHours[each.short] < windowHours[each.long]);
      }),
    );
  });

  it("can be reached above the lowest objective, and not below", () => {
    fc.assert(
      fc.property(days, (period) => {
        const reached = (objective: number): boolean =>
          alertRate(burnRates[0] ?? assert.fail(), period) * (1 - objective / 100) < 1;
        assert.ok(reached(lowestObjective(period) + 1e-6));
        assert.ok(!reached(lowestObjective(period) - 1e-6));
      }),
    );
  });
});

describe("SLOs in stack 2", () => {
  it("are one object of rules and a dashboard, with the site's address of the alerts' pages", async () => {
    const { resources } = await deploy({
      slos: [{ kind: "signal", name: "telemetry", objective: 99 }],
      monitoring: { alerting: { runbookBaseUrl: "https://wiki.example/alerts" } },
    });
    const named = (part: string) => resources.filter(({ name }) => name.includes(part));
    const [rules, ...more] = named("slos-rules");
    assert.deepEqual(more, []);
    assert.match(JSON.stringify(rules?.inputs), /https:\/\/wiki\.example\/alerts\/SloBudgetBurns\.md/);
    assert.equal(named("dashboards-perigee-slos").length, 1);
  });
});

describe("settings of SLOs", () => {
  const refused = (...given: unknown[]): string => refusalOf({ slos: given });
  const good = { kind: "apiServer", name: "api", objective: 99.9 };

  it("have the period of 14 days, and go to the ground segment", () => {
    assert.deepEqual(parseSettings({ slos: [good] }).slos, [{ ...good, days: 14, team: "ground-segment" }]);
    assert.deepEqual(parseSettings({}).slos, []);
  });

  it("take counters as Prometheus does", () => {
    for (const total of ["a:b_total", "a{}", `a{b="c",d!~'e|f', g=~"/x\\\\d+\\"{}",}`]) {
      assert.deepEqual(syntaxErrors(total), [], total);
      assert.equal(refused({ ...good, kind: "requests", total, bad: total }), "", total);
    }
  });

  it("are refused with every problem at once", () => {
    const said = refused(
      ...[good, good, { ...good, name: "b", objective: 100 }, { ...good, name: "c", kind: "uptime" }],
      { kind: "requests", name: "d", objective: 99, total: "sum(rate(x[5m]))", bad: "x" },
    );
    assert.match(said, /slos\[2\]\.objective.*100.*below 100: with 100 there is no budget/);
    assert.match(said, /slos\[3\]\.kind.*one of: signal, packets, apiServer, requests/s);
    assert.match(said, /slos\[4\]\.total.*a counter, perhaps with matchers/);
    for (const [total, reason] of [
      ['asked{code="5..}', /not to be read from/],
      ['asked{code="a" job="b"}', /a comma is missing behind code="a"/],
      ['asked{code=~"(5"}', /"\(5" is no regular expression/],
      ["asked{", /neither a metric's name/],
      ["asked total", /neither a metric's name/],
    ] as const) {
      assert.match(refused({ ...good, kind: "requests", total, bad: "x" }), reason, total);
    }
    const across = refused(
      good,
      good,
      { ...good, name: "b", days: 30 },
      { ...good, name: "c", objective: 80 },
    );
    assert.match(across, /slos\[1\]\.name.*slos\[0\] has that name/);
    assert.match(across, /slos\[2\]\.days = 30: at most `monitoring\.retentionDays`, which is 15/);
    const counters = refused({ ...good, kind: "requests", total: "x" }, { ...good, name: "b", bad: "x" });
    assert.match(counters, /slos\[0\]\.bad: required where `kind` is requests/);
    assert.match(counters, /slos\[1\]\.bad = "x": not known where `kind` is apiServer/);
    assert.match(across, /slos\[3\]\.objective = 80: above 85\.2 for 14 days/);
  });
});
