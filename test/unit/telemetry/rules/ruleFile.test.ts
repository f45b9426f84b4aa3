import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { loadDictionary, parseDictionary } from "../../../../telemetry/dictionary";
import { alertsOf, isAlert, ruleFile } from "../../../../telemetry/rules";
import { toYaml } from "../../../../telemetry/yaml";
import { metricsOf, selectorsOf, syntaxErrors } from "../../../support/promql";
import { prometheusProgram } from "../../../support/promtool";
import { metricsWithSeries, scrapedAfter, simulatedPackets } from "../../dashboards/realExporter";

const root = join(__dirname, "..", "..", "..", "..");
const dictionary = loadDictionary();
const rules = ruleFile(dictionary);
const alerts = alertsOf(rules);
const run = promisify(execFile);

describe("the rule file", () => {
  it("is one that promtool accepts", async function () {
    this.timeout(150_000);
    const folder = await mkdtemp(join(tmpdir(), "perigee-rules-"));
    try {
      const file = join(folder, "rules.yaml");
      await writeFile(file, toYaml(rules));
      const { stdout } = await run(await prometheusProgram("promtool"), ["check", "rules", file]);
      const count = rules.groups.flatMap((group) => group.rules).length;
      assert.match(stdout, new RegExp(`SUCCESS: ${count} rules found`));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it("names only metrics that a real exporter serves, other rules record or Prometheus makes itself", async () => {
    const served = metricsWithSeries(await scrapedAfter(dictionary, simulatedPackets(dictionary)));
    const all = rules.groups.flatMap((group) => group.rules);
    const records = all.flatMap((rule) => (isAlert(rule) ? [] : [rule.record]));
    const known = new Set([...served, ...records, "up", "scrape_duration_seconds"]);
    known.add("ALERTS").add("prometheus_rule_evaluation_failures_total").add("prometheus_rule_group_rules");
    for (const { expr } of all) {
      assert.deepEqual(syntaxErrors(expr), [], expr);
      assert.deepEqual(
        metricsOf(expr).filter((name) => !known.has(name)),
        [],
        expr,
      );
    }
  });

  it("names the job of every series that is scraped: others of a cluster have series of the same name", () => {
    const careless = rules.groups
      .flatMap((group) => group.rules)
      .flatMap(({ expr }) => selectorsOf(expr))
      .filter(
        (selector) =>
          !/^([a-z_]+:[\w:]+|ALERTS\{.*\})$/.test(selector) && !/\{job="[\w-]+"[,}]/.test(selector),
      );
    assert.deepEqual(careless, []);
  });

  it("has the alerts about rules that fail or are not there in a group of its own", () => {
    const group = rules.groups.find(({ name }) => name === "perigee-rules");
    const others = rules.groups.filter((each) => each !== group);
    assert.deepEqual(
      group?.rules.map((rule) => (isAlert(rule) ? rule.alert : "")),
      ["TelemetryRulesFailing", ...others.map(() => "TelemetryRulesMissing")],
    );
    assert.ok(rules.groups.every(({ name }) => name.startsWith("perigee-")));
  });

  it("has a limit alert for every limit of every parameter, with its persistence", () => {
    for (const { metric, limits } of dictionary.parameters) {
      for (const { severity, bound } of limits?.normal ?? []) {
        const found = alerts.filter(
          ({ alert, labels }) =>
            alert === (severity === "red" ? "BusParameterRed" : "BusParameterYellow") &&
            labels["parameter"] === metric &&
            labels["bound"] === bound,
        );
        assert.equal(found.length, 1, `${metric} ${severity} ${bound}`);
        assert.equal(found[0]?.for, limits?.persistenceSeconds ? `${limits.persistenceSeconds}s` : undefined);
      }
    }
  });

  it("gives every alert what routing and inhibition go by", () => {
    for (const { alert, labels } of alerts) {
      assert.match(labels["severity"] ?? "", /^(info|warning|critical)$/, alert);
      assert.match(labels["team"] ?? "", /^(flight-control|ground-segment)$/, alert);
      assert.ok(labels["subsystem"], alert);
    }
  });

  it("gives every alert a summary, a description with the value and its limit, and a runbook", () => {
    for (const { alert, annotations } of alerts) {
      assert.ok(annotations.summary.length > 0, alert);
      assert.match(annotations.description, /\{\{ \$value \|/, alert);
      assert.match(annotations.description, /limit|late|expected|not 1/, alert);
      assert.equal(annotations.runbook_url, `docs/alerts/${alert}.md`);
    }
  });

  it("takes the site's runbook address, job and interval", () => {
    const other = ruleFile(dictionary, {
      runbookBaseUrl: "https://wiki.example/alerts",
      job: "exporter",
      evaluationInterval: "5s",
    });
    assert.ok(other.groups.every(({ interval }) => interval === "5s"));
    const find = (name: string) => alertsOf(other).find(({ alert }) => alert === name);
    assert.equal(
      find("BusClockDrift")?.annotations.runbook_url,
      "https://wiki.example/alerts/BusClockDrift.md",
    );
    assert.match(find("TelemetryExporterDown")?.expr ?? "", /job="exporter"/);
  });

  it("leaves out what a dictionary has no parameters for", () => {
    const small = parseDictionary(`
name: beacon
version: "1"
time: { code: CUC, epoch: "2000-01-01T00:00:00Z" }
packets:
  - { apid: 1, name: beacon, subsystem: power, period: 60, description: Beacon, parameters: [
      { name: voltage, description: Battery voltage, type: unsigned, bits: 8, unit: V }] }
`);
    const names = new Set(alertsOf(ruleFile(small)).map(({ alert }) => alert));
    for (const absent of [
      "BusUnexpectedReboot",
      "BusTelecommandRejected",
      "BusSafeMode",
      "BusParameterRed",
    ]) {
      assert.ok(!names.has(absent), absent);
    }
    assert.ok(names.has("BusLossOfSignal"));
    assert.ok(ruleFile(small).groups.every((group) => group.rules.length > 0));
  });
});

describe("the command", () => {
  const main = join(root, "telemetry", "rules", "main.ts");
  const command = (...args: string[]) => run(process.execPath, ["--require", "tsx/cjs", main, ...args]);

  it("prints the rules as YAML", async () => {
    const { stdout } = await command("--interval", "7s");
    assert.match(stdout, /^groups:\n {2}- name: perigee-link\n/);
    assert.match(stdout, /interval: 7s/);
  });

  it("ends quietly when its reader has gone", async () => {
    const child = spawn(process.execPath, ["--require", "tsx/cjs", main]);
    child.stdout.destroy();
    assert.deepEqual(await once(child, "exit"), [0, null]);
  });

  it("explains itself", async () => {
    assert.match((await command("--help")).stdout, /--runbook-base-url <url>/);
  });

  it("says in one line what is wrong, with exit code 2", async () => {
    for (const [args, message] of [
      [["--dictionary", "/nowhere.yaml"], /^ENOENT.*\n$/],
      [["--nonsense"], /^error: unknown option '--nonsense'.*\n$/],
    ] as const) {
      await assert.rejects(command(...args), (error: Error & { code?: number; stderr?: string }) => {
        assert.equal(error.code, 2);
        assert.match(error.stderr ?? "", message);
        return true;
      });
    }
  });
});
