/** The spacecraft's story, from packet to the person on call. */
import { strict as assert } from "node:assert";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { nodePorts } from "../../contract/outputs";
import { repositoryRoot } from "../../settings/repositoryRoot";
import { defaultDictionaryPath, loadDictionary } from "../../telemetry/dictionary";
import type { StateDocument } from "../../telemetry/exporter/stateDocument";
import { ruleFile } from "../../telemetry/rules";
import { Simulator } from "../../telemetry/simulator";
import { dashboardsAddress } from "../support/lab/dashboards";
import { eventually, kubectl, outputs } from "../support/lab/lab";
import { counted, flight, send, type Sockets } from "../support/lab/packets";
import {
  failedRuleGroups,
  managedAlerts,
  prometheusRolledOut,
  query,
  rules,
  sampleTimes,
} from "../support/lab/prometheus";
import {
  WebhookReceiver,
  workloads,
  type WorkloadsChanges,
  workloadsSucceed,
} from "../support/lab/workloads";
import { openPage } from "../support/telemetry/browser";
import { largeDictionaryText, largeSpacecraft } from "../support/telemetry/largeDictionary";

const battery = "bus_power_battery_voltage_volts";
const receiver = new WebhookReceiver();
const { alerting } = receiver;

const playing = (scenario: string): WorkloadsChanges => ({
  monitoring: { alerting },
  telemetry: { simulator: { scenario, ...(scenario === "nominal" ? {} : { timeScale: 60 }) } },
});

describe("alarms", () => {
  before(() => receiver.open());
  after(async () => {
    await receiver.close();
    await workloadsSucceed("up");
  });

  it("battery-undervoltage: yellow, then red, reach the receiver; red hides yellow", async () => {
    await workloadsSucceed("up", playing("battery-undervoltage"));
    await eventually(
      "yellow at the receiver",
      () => receiver.has("BusParameterYellow", "firing", { parameter: battery }),
      240,
    );
    await eventually(
      "red at the receiver",
      () => receiver.has("BusParameterRed", "firing", { parameter: battery }),
      240,
    );
    await eventually("yellow to be hidden", async () =>
      (await managedAlerts()).some(
        ({ labels, status }) =>
          labels["alertname"] === "BusParameterYellow" &&
          labels["parameter"] === battery &&
          status.inhibitedBy.length > 0,
      ),
    );
  });

  it("battery-undervoltage: is red on the page, on the dashboards and in Alertmanager, without an error in a console", async () => {
    const { publishedHost } = await outputs();
    const at = (name: "telemetryPage" | "alertmanager") => `http://${publishedHost}:${nodePorts[name].port}`;
    const page = await openPage(at("telemetryPage"));
    try {
      await page.page.waitForSelector(`#alarms a.red[href="#${battery}"]`);
      assert.deepEqual(page.consoleErrors, []);
    } finally {
      await page.close();
    }
    const viewer = await openPage(await dashboardsAddress("/d/perigee-fleet?from=now-5m&to=now"));
    try {
      const alarms = viewer.page.locator('[data-panel="Alarms"]');
      await alarms.getByText("BusParameterRed").first().waitFor({ timeout: 30_000 });
      await alarms.getByText("red", { exact: true }).first().waitFor();
      assert.equal(await viewer.page.locator('[data-panel][data-state="error"]').count(), 0);
      assert.deepEqual(viewer.consoleErrors, []);
    } finally {
      await viewer.close();
    }
    const alertmanager = await openPage(at("alertmanager"));
    try {
      await alertmanager.page.getByText('alertname="BusParameterRed"').first().waitFor({ timeout: 30_000 });
      assert.deepEqual(alertmanager.consoleErrors, []);
    } finally {
      await alertmanager.close();
    }
  });

  it("nominal: both are resolved, and the receiver is told", async () => {
    await workloadsSucceed("up", playing("nominal"));
    await eventually(
      "red to be resolved",
      () => receiver.has("BusParameterRed", "resolved", { parameter: battery }),
      240,
    );
  });

  it("loss-of-signal: is told, and the stale series are gone", async () => {
    await workloadsSucceed("up", playing("loss-of-signal"));
    await eventually("loss of signal at the receiver", () => receiver.has("BusLossOfSignal", "firing"), 240);
    await eventually("stale parameters to be gone", async () => (await query(battery)).length === 0, 120);
  });

  it("loss-of-signal, and the exporter restarts in the silence: is told again, and every packet is overdue @all", async () => {
    const restarted = Date.now() / 1000;
    await kubectl("-n", "telemetry", "rollout", "restart", "deployment/telemetry");
    await kubectl("-n", "telemetry", "rollout", "status", "deployment/telemetry", "--timeout=120s");
    await eventually(
      "the exporter that knows of no packet alone",
      async () => (await query("bus_last_packet_timestamp_seconds > 0")).length === 0,
      120,
    );
    await eventually(
      "loss of signal at the receiver",
      () => receiver.has("BusLossOfSignal", "firing", {}, restarted),
      240,
    );
    const kinds = loadDictionary().packets.length;
    await eventually(
      "every kind of packet to be overdue",
      async () => (await query('ALERTS{alertname="BusPacketOverdue",alertstate="firing"}')).length === kinds,
      120,
    );
    await workloadsSucceed("up", playing("nominal"));
    const isBack = (): boolean => receiver.has("BusLossOfSignal", "resolved", {}, restarted);
    await eventually("the signal to be back", isBack, 240);
  });

  it("one kind of packet never comes: it is overdue at the receiver, and there is no loss of signal @all", async () => {
    await workloadsSucceed("up", { monitoring: { alerting }, telemetry: { source: "udp" } });
    await kubectl("-n", "telemetry", "rollout", "restart", "deployment/telemetry");
    await kubectl("-n", "telemetry", "rollout", "status", "deployment/telemetry", "--timeout=120s");
    const started = Date.now() / 1000;
    const [missing] = loadDictionary().packets;
    assert.ok(missing !== undefined);
    const apid = (packet: Buffer): number => packet.readUInt16BE(0) & 0x7ff;
    const others = flight(100).filter((packet) => apid(packet) !== missing.apid);
    const sending = send(others, others.length / 100, "one");
    await eventually(
      `${missing.name} to be overdue at the receiver`,
      () => receiver.has("BusPacketOverdue", "firing", { packet: missing.name }, started),
      100,
    );
    assert.equal(receiver.has("BusLossOfSignal", "firing", {}, started), false);
    await sending;
    await workloadsSucceed("up", playing("nominal"));
  });

  it("no rule failed to be evaluated through all of it", async () => {
    assert.deepEqual(await failedRuleGroups(), []);
  });
});

describe("the exporter", () => {
  it("is back within 30 s when its pod is deleted", async () => {
    await eventually("samples", async () => (await query(battery)).length > 0);
    await kubectl("-n", "telemetry", "delete", "pod", "-l", "app.kubernetes.io/name=perigee-telemetry");
    await new Promise((resolve) => setTimeout(resolve, 60_000));
    const times = await sampleTimes(battery, 120);
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? time));
    assert.ok(Math.max(...gaps) < 30, `a gap of ${Math.max(...gaps)} s`);
  });

  it("shows its page to people within adminCidrs, with the values that came", async () => {
    const url = `http://${(await outputs()).publishedHost}:${nodePorts.telemetryPage.port}`;
    assert.match(await (await fetch(url)).text(), /<!doctype html>/i);
    assert.equal((await fetch(`${url}/metrics`)).status, 404, "the metrics are not people's");
    const state = (await (await fetch(`${url}/state.json`)).json()) as StateDocument;
    const shown = state.parameters.find(({ metric }) => metric === battery);
    assert.ok(Number(shown?.value) > 0, JSON.stringify(shown));
  });

  it("takes packets from outside the cluster, through the UDP node port", async () => {
    await workloadsSucceed("up", { telemetry: { source: "udp" } });
    await eventually("the simulated signal to be gone", async () => (await query(battery)).length === 0, 120);
    const { publishedHost } = await outputs();
    const target = `${publishedHost}:${nodePorts.telemetry.port}`;
    const replay = [
      "telemetry/bin/perigee-telemetry.js",
      "replay",
      await scratch("flight.bin", Buffer.concat(flight(60))),
      "--target",
      target,
    ];
    await promisify(execFile)("node", [...replay, "--rate", "20"], { cwd: repositoryRoot, timeout: 120_000 });
    assert.ok((await sampleTimes(battery, 30)).length > 0, "samples of the battery voltage from outside");
  });
});

describe("a roll of the exporter", () => {
  before(() => workloadsSucceed("up", { telemetry: { source: "udp" } })); // nothing to do, unless one test is run alone
  after(() => workloadsSucceed("up"));

  // In turn: the network leads the flow that it knows to the old exporter, and new ones to the new exporter.
  const stations: readonly (readonly [Sockets, string, ring: string])[] = [
    ["one", "one socket", " @all"],
    ["fresh", "a new socket for each packet", " @all"],
    ["in turn", "an old socket and new ones in turn", ""],
  ];
  for (const [sockets, station, ring] of stations) {
    it(`loses no packet of a station that sends from ${station}, and counts no gap${ring}`, async () => {
      const packets = flight(150);
      const [first, rest] = [packets.slice(0, 60), packets.slice(60)];
      await send(first, 20, sockets);
      await new Promise((resolve) => setTimeout(resolve, 5_000));
      const start = Math.floor(Date.now() / 1000);
      const sending = send(rest, 15, sockets);
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      await kubectl("-n", "telemetry", "rollout", "restart", "deployment/telemetry");
      await kubectl("-n", "telemetry", "rollout", "status", "deployment/telemetry", "--timeout=120s");
      await sending;
      await new Promise((resolve) => setTimeout(resolve, 5_000));
      assert.deepEqual(await counted(start), { received: rest.length, gaps: 0 });
    });
  }
});

describe("an edit of the dictionary", () => {
  it("changes exactly the ConfigMap, what reads it, rules and dashboards", async () => {
    const text = await readFile(defaultDictionaryPath, "utf8");
    const file = await scratch("dictionary.yaml", text.replace(/description: .*/, "description: As edited"));
    const preview = await workloads("preview", { telemetry: { dictionary: file } });
    assert.equal(preview.exitCode, 0, preview.stderr);
    const changed = preview.events.resources
      .filter(({ operation, kind }) => kind === "begun" && operation !== "same" && operation !== "read")
      .map(({ type }) => type);
    assert.ok(changed.length > 0);
    const allowed = /ConfigMap$|Deployment$|PrometheusRule$/;
    assert.deepEqual(
      changed.filter((type) => !allowed.test(type)),
      [],
    );
  });
});

// Not 3,000, as the unit tests have: the engine writes all rules anew at each of its steps, which takes four times as long.
describe("a dictionary of 450 parameters, with braces and markup in its texts @all", () => {
  before(() => receiver.open());
  after(async () => {
    await receiver.close();
    await workloadsSucceed("up");
    // With fewer rule files it is another pod.
    await prometheusRolledOut();
  });

  it("is loaded whole, and the alarm of its last parameter is delivered", async () => {
    const file = await scratch("large.yaml", largeDictionaryText({ ...largeSpacecraft, subsystems: 3 }));
    await workloadsSucceed("up", {
      monitoring: { alerting },
      telemetry: { source: "udp", dictionary: file },
    });
    const dictionary = loadDictionary(file);
    const wanted = ruleFile(dictionary).groups.flatMap((group) => group.rules).length;
    const loaded = async (): Promise<number> =>
      (await rules()).filter(({ query: asked }) => /\bbus_|perigee-telemetry|;perigee-/.test(asked)).length;
    await eventually("Prometheus to have every rule", async () => (await loaded()) >= wanted, 240);
    const last = dictionary.packets.at(-1)?.parameters.at(-1);
    assert.ok(last !== undefined);
    const start = Date.now() / 1000;
    const [packet] = new Simulator({ dictionary, scenario: "nominal", timeScale: 1, seed: 1, start })
      .until(start + 30)
      .filter((each) => (each.readUInt16BE(0) & 0x7ff) === dictionary.packets.at(-1)?.apid);
    assert.ok(packet !== undefined);
    packet.writeUInt16BE(0xffff, packet.length - 2); // far above its red limit
    const told = (): boolean => receiver.has("BusParameterRed", "firing", { parameter: last.metric });
    await eventually(
      "the alarm at the receiver",
      async () => {
        // The next one each time: a packet that comes twice is a duplicate, and its values grow stale.
        packet.writeUInt16BE(0xc000 | ((packet.readUInt16BE(2) + 1) & 0x3fff), 2);
        await send([packet], 1, "one");
        return told();
      },
      240,
    );
    assert.deepEqual(await failedRuleGroups(), []);
    assert.deepEqual(await query('ALERTS{alertname="TelemetryRulesMissing",alertstate="firing"}'), []);
  });
});

async function scratch(name: string, content: string | Buffer): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), "perigee-lab-test-")), name);
  await writeFile(file, content);
  return file;
}
