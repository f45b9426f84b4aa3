import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { loadDictionary } from "../../../../telemetry/dictionary";
import { alertsOf, ruleFile } from "../../../../telemetry/rules";
import { toYaml } from "../../../../telemetry/yaml";
import { type Inhibition, inhibitions } from "../../../../workloads/alerting/inhibition";
import { routing } from "../../../../workloads/alerting/routing";
import { platformRules } from "../../../../workloads/platform/rules";
import { debianProgram } from "../../../support/debianProgram";
import { alerting, settingsWith } from "../../../support/workloads/settingsExamples";

const run = promisify(execFile);

type Labels = Readonly<Record<string, string>>;

const configOf = (given: Readonly<Record<string, unknown>>) =>
  routing(settingsWith({ alerting: given }).monitoring.alerting);

describe("routing of alerts", function () {
  this.timeout(180_000);
  let folder: string;
  let program: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "perigee-routing-"));
    program = await debianProgram("prometheus-alertmanager", "amtool");
  });
  after(() => rm(folder, { recursive: true, force: true }));

  async function file(given: Readonly<Record<string, unknown>>): Promise<string> {
    const path = join(folder, "alertmanager.yaml");
    await writeFile(path, toYaml(configOf(given)));
    return path;
  }

  async function reached(path: string, labels: Labels): Promise<string> {
    const pairs = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
    const { stdout } = await run(program, ["config", "routes", "test", `--config.file=${path}`, ...pairs]);
    return stdout.trim();
  }

  it("is a configuration that Alertmanager accepts, empty and with every kind of receiver", async () => {
    for (const given of [{}, alerting]) {
      const { stdout } = await run(program, ["check-config", await file(given)]);
      assert.match(stdout, /SUCCESS/);
    }
  });

  const flight = { team: "flight-control", spacecraft: "perigee-1", subsystem: "power" };
  const table: readonly (readonly [string, Labels, string])[] = [
    ["red battery", { alertname: "BusParameterRed", severity: "critical", ...flight }, "flight-pager"],
    ["yellow battery", { alertname: "BusParameterYellow", severity: "warning", ...flight }, "flight"],
    ["info about a spacecraft", { alertname: "BusNote", severity: "info", ...flight }, "flight"],
    ["loss of signal", { alertname: "BusLossOfSignal", severity: "critical", ...flight }, "flight-pager"],
    [
      "exporter down",
      { alertname: "TelemetryExporterDown", severity: "critical", team: "ground-segment" },
      "ground",
    ],
    ["lost packets", { alertname: "BusSequenceGaps", severity: "warning", team: "ground-segment" }, "ground"],
    ["critical of the cluster", { alertname: "KubeAPIDown", severity: "critical" }, "ground"],
    ["warning of the cluster", { alertname: "KubePodCrashLooping", severity: "warning" }, "nobody"],
    ["Watchdog", { alertname: "Watchdog", severity: "none" }, "dead-mans-switch"],
    ["InfoInhibitor", { alertname: "InfoInhibitor", severity: "none" }, "nobody"],
  ];
  for (const [what, labels, receiver] of table) {
    it(`${what} reaches ${receiver}`, async () => {
      assert.equal(await reached(await file(alerting), labels), receiver);
    });
  }

  it("without receivers keeps everything to itself, Watchdog too", async () => {
    const path = await file({});
    assert.equal(await reached(path, { alertname: "Watchdog", severity: "none" }), "nobody");
    assert.equal(
      await reached(path, { alertname: "BusParameterRed", severity: "critical", ...flight }),
      "nobody",
    );
  });

  it("sends what no route fits to the default receiver", async () => {
    const path = await file({ ...alerting, defaultReceiver: "ground" });
    assert.equal(await reached(path, { alertname: "KubePodCrashLooping", severity: "warning" }), "ground");
  });

  it("has a receiver for every alert that the rules make", async () => {
    const path = await file({ ...alerting, defaultReceiver: "ground" });
    const rules = [
      ruleFile(loadDictionary()),
      platformRules({ backups: true, metricsServer: true, networkPolicies: true }),
    ].flatMap(alertsOf);
    const kinds = new Map(rules.map(({ alert, labels }) => [alert, labels]));
    assert.ok(kinds.size > 10);
    for (const [alertname, labels] of kinds) {
      assert.notEqual(await reached(path, { alertname, ...labels }), "nobody", alertname);
    }
  });
});

describe("grouping", () => {
  it("tells red at once: it does not join the group that yellow opened", () => {
    assert.ok(configOf({}).route.group_by?.includes("severity"));
  });

  it("calls the dead man's switch every minute", () => {
    const [watchdog] = configOf(alerting).route.routes ?? [];
    const seconds = (text = ""): number => Number(/^(\d+)s$/.exec(text)?.[1]);
    const [look, repeat] = [seconds(watchdog?.group_interval), seconds(watchdog?.repeat_interval)];
    // Alertmanager looks at every group interval, and repeats what is *older* than the repeat interval: an equal one
    // is a toss of a coin. A repeat interval below the group interval makes it warn.
    const firstLook = look * (Math.floor(repeat / look) + 1);
    assert.ok(
      repeat > look && firstLook === 60 && repeat < 60,
      `looks every ${look} s, repeats after ${repeat} s`,
    );
  });
});

/** What Alertmanager does with one rule, for the matchers that the table uses. */
function hides(rule: Inhibition, source: Labels, target: Labels): boolean {
  const matches = (matcher: string, labels: Labels): boolean => {
    const [, name = "", operator, value = ""] = /^(\w+) (=~|=) (.+)$/.exec(matcher) ?? [];
    const given = labels[name] ?? "";
    return operator === "=" ? given === value : new RegExp(`^(?:${value})$`).test(given);
  };
  return (
    rule.source_matchers.every((matcher) => matches(matcher, source)) &&
    rule.target_matchers.every((matcher) => matches(matcher, target)) &&
    (rule.equal ?? []).every((name) => (source[name] ?? "") === (target[name] ?? ""))
  );
}

describe("inhibition", () => {
  const battery = { spacecraft: "a", parameter: "battery", team: "flight-control" };
  const red = { alertname: "BusParameterRed", severity: "critical", ...battery };
  const yellow = { alertname: "BusParameterYellow", severity: "warning", ...battery };
  const lost = { alertname: "BusLossOfSignal", severity: "critical", spacecraft: "a" };
  const overdue = { alertname: "BusPacketOverdue", severity: "warning", spacecraft: "a", packet: "power" };
  const nodeDown = { alertname: "KubeNodeNotReady", severity: "warning", node: "n" };
  const podDown = { alertname: "KubePodNotReady", severity: "warning", namespace: "telemetry" };
  const exporterDown = { alertname: "TelemetryExporterDown", severity: "critical" };
  const apiserver = {
    alertname: "CertificateExpiresSoon",
    certificate: "apiserver",
    instance: "10.0.1.10:9100",
  };
  const weekLeft = { ...apiserver, severity: "critical" };
  const monthLeft = { ...apiserver, severity: "warning" };

  const table: readonly (readonly [string, Labels, Labels, boolean])[] = [
    ["red hides yellow of the same parameter", red, yellow, true],
    ["red does not hide yellow of another parameter", red, { ...yellow, parameter: "wheel" }, false],
    ["red does not hide yellow of another spacecraft", red, { ...yellow, spacecraft: "b" }, false],
    ["yellow does not hide red", yellow, red, false],
    ["loss of signal hides overdue packets", lost, overdue, true],
    ["loss of signal hides limits of stale parameters", lost, red, true],
    ["loss of signal does not hide another spacecraft", lost, { ...overdue, spacecraft: "b" }, false],
    ["a node that is down hides its pods", nodeDown, podDown, true],
    ["a node that is down does not hide that telemetry is gone", nodeDown, exporterDown, false],
    [
      "a node that is down does not hide what is critical",
      nodeDown,
      { ...podDown, severity: "critical" },
      false,
    ],
    ["an exporter that is down hides loss of signal", exporterDown, lost, true],
    ["loss of signal does not hide that the exporter is down", lost, exporterDown, false],
    ["a week left hides a month left of the same certificate", weekLeft, monthLeft, true],
    ["a week left hides no other certificate", weekLeft, { ...monthLeft, certificate: "etcd-server" }, false],
    ["a week left hides no other machine", weekLeft, { ...monthLeft, instance: "10.0.2.10:9100" }, false],
  ];
  for (const [what, source, target, expected] of table) {
    it(what, () => {
      assert.equal(
        inhibitions.some((rule) => hides(rule, source, target)),
        expected,
      );
    });
  }

  it("names only alerts that exist in the rules", () => {
    const known = new Set(alertsOf(ruleFile(loadDictionary())).map(({ alert }) => alert));
    const named = inhibitions
      .flatMap(({ source_matchers, target_matchers }) => [...source_matchers, ...target_matchers])
      .flatMap((matcher) => matcher.match(/\b(Bus|Telemetry)\w+/g) ?? []);
    assert.deepEqual(
      named.filter((name) => !known.has(name)),
      [],
    );
  });
});
