import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { encodePacket, packetLayouts } from "../../../telemetry/decoder";
import { loadDictionary } from "../../../telemetry/dictionary";
import { telemetryRegistry, TelemetryState } from "../../../telemetry/exporter";
import { expositionFormat, takesGzip } from "../../../telemetry/exporter/negotiation";
import { Rendered } from "../../../telemetry/exporter/rendered";
import {
  Registry,
  SampledCounter,
  SampledGauge,
  SampledInfo,
} from "../../../telemetry/exporter/sampledMetric";
import { expectedPackets, Link, parseSource } from "../../../telemetry/links";
import { prometheusProgram } from "../../support/promtool";
import { dictionaryWith, number, spacePacket } from "./packets/dictionaryOf";

const labels = { name: 'a "quoted" \\ text\nin two lines' };

function sampleRegistry(): Registry {
  const registry = new Registry();
  const registers = [registry];
  const gauge = { name: "bus_x_volts", help: 'Two\nlines, a \\ and "quotes"', unit: "volts", registers };
  new SampledGauge(gauge, () => [
    { labels, value: 1.5 },
    { labels: {}, value: NaN },
    { labels: { a: "1", b: "2" }, value: -Infinity },
  ]);
  const counter = { name: "bus_boots_total", help: "Boots", created: 1_700_000_000.5, registers };
  new SampledCounter(counter, () => [{ labels: { spacecraft: "s" }, value: 7 }]);
  new SampledInfo({ name: "bus_build_info", help: "Build", registers }, () => [
    { labels: { version: "1" }, value: 1 },
  ]);
  return registry;
}

describe("the text format 0.0.4", () => {
  it("is one HELP, TYPE and the samples of each family", () => {
    assert.equal(
      sampleRegistry().text("text"),
      `# HELP bus_x_volts Two\\nlines, a \\\\ and "quotes"
# TYPE bus_x_volts gauge
bus_x_volts{name="a \\"quoted\\" \\\\ text\\nin two lines"} 1.5
bus_x_volts NaN
bus_x_volts{a="1",b="2"} -Inf
# HELP bus_boots_total Boots
# TYPE bus_boots_total counter
bus_boots_total{spacecraft="s"} 7
# HELP bus_build_info Build
# TYPE bus_build_info gauge
bus_build_info{version="1"} 1
`,
    );
  });

  it("of the default dictionary is what promtool takes without a complaint", async function () {
    this.timeout(60_000);
    const dictionary = loadDictionary();
    const state = new TelemetryState(dictionary, 5);
    const values = new Float64Array(dictionary.slots).fill(1);
    for (const layout of packetLayouts(dictionary)) state.receive(encodePacket(layout, 0, 0, values), 1);
    const udp = () => ({ dropped: 0, bufferBytes: 1 });
    const registry = telemetryRegistry({ state, spacecraft: "s", version: "0", clock: () => 1, udp });
    const promtool = await prometheusProgram("promtool");
    const input = registry.text("text");
    const { status, stderr, stdout } = spawnSync(promtool, ["check", "metrics"], { input, encoding: "utf8" });
    assert.equal(stdout + stderr, "");
    assert.equal(status, 0);
  });

  it("has no two families of one name", () => {
    const registry = sampleRegistry();
    const again = { name: "bus_x_volts", help: "", registers: [registry] };
    assert.throws(() => new SampledGauge(again, () => []), /two metrics are called bus_x_volts/);
  });
});

describe("OpenMetrics", () => {
  it("names families without their samples' suffix, and has units, creation times and an end", () => {
    assert.equal(
      sampleRegistry().text("openmetrics"),
      `# HELP bus_x_volts Two\\nlines, a \\\\ and \\"quotes\\"
# TYPE bus_x_volts gauge
# UNIT bus_x_volts volts
bus_x_volts{name="a \\"quoted\\" \\\\ text\\nin two lines"} 1.5
bus_x_volts NaN
bus_x_volts{a="1",b="2"} -Inf
# HELP bus_boots Boots
# TYPE bus_boots counter
bus_boots_total{spacecraft="s"} 7
bus_boots_created{spacecraft="s"} 1700000000.5
# HELP bus_build Build
# TYPE bus_build info
bus_build_info{version="1"} 1
# EOF
`,
    );
  });

  it("of any kind of parameter is what Prometheus' parser takes", async function () {
    this.timeout(60_000);
    const text = { description: "d", type: "string", bytes: 2 };
    const dictionary = dictionaryWith([
      {
        parameters: [
          number("bias", 8, { unit: { suffix: "grays", symbol: "Gy" } }),
          number("heater_energy", 8, { unit: "J", kind: "counter" }),
          number("share", 8, { unit: "%" }),
          number("bins", 8, { count: 2, unit: "V" }),
          { ...text, name: "software" },
          { name: "mode", description: "d", type: "enumeration", bits: 8, states: { 0: "A", 1: "B" } },
        ],
      },
    ]);
    const state = new TelemetryState(dictionary, 5);
    state.receive(spacePacket("01 02 03 04 05 3422 01"), 1);
    const parsed = parseSource("tcp://[::1]:7?framing=tm&frameBytes=100");
    assert.ok(!("problems" in parsed));
    const link = new Link(parsed, () => undefined, expectedPackets(state.layouts));
    const transport = { port: 1, connections: () => 1, connects: () => 1, close: () => Promise.resolve() };
    const registry = telemetryRegistry({
      ...{ state, spacecraft: "s", version: "0", clock: () => 1 },
      ...{ udp: () => ({ dropped: 0, bufferBytes: 1 }), inputs: [{ link, transport }] },
    });
    const exposition = registry.text("openmetrics");
    assert.match(
      exposition,
      /^# TYPE bus_s_software info\nbus_s_software_info\{spacecraft="s",value="4\\""\} 1$/m,
    );
    assert.match(exposition, /^# UNIT bus_s_heater_energy_joules joules$/m);
    // Blocks need times, which a scrape has not.
    const folder = mkdtempSync(join(tmpdir(), "perigee-openmetrics-"));
    const file = join(folder, "metrics");
    writeFileSync(file, exposition.replaceAll(/^(?!#).+$/gm, "$& 1700000000"));
    const promtool = await prometheusProgram("promtool");
    const run = ["tsdb", "create-blocks-from", "openmetrics", file, join(folder, "data")];
    const { status, stderr } = spawnSync(promtool, run, { encoding: "utf8" });
    rmSync(folder, { recursive: true });
    assert.equal(status, 0, stderr);
  });
});

describe("negotiation", () => {
  const prometheus3 =
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2";
  for (const [accept, format] of [
    [prometheus3, "openmetrics"],
    ["application/openmetrics-text; version=1.0.0,text/plain;q=0.5", "openmetrics"],
    ["application/openmetrics-text", "openmetrics"],
    ["application/openmetrics-text;version=0.0.1", "text"],
    ["text/plain;version=0.0.4, application/openmetrics-text;version=1.0.0;q=0.3", "text"],
    ["application/openmetrics-text;version=1.0.0;q=0", "text"],
    ["application/openmetrics-text;q=nonsense", "text"],
    ["*/*", "text"],
    ["", "text"],
    [undefined, "text"],
  ] as const) {
    it(`answers Accept: ${accept ?? "(none)"} with ${format}`, () => {
      assert.equal(expositionFormat(accept), format);
    });
  }

  for (const [header, takes] of [
    ["gzip", true],
    ["deflate, GZIP;q=0.5", true],
    ["*", true],
    ["*;q=1, gzip;q=0", false],
    ["identity", false],
    ["gzip;q=0", false],
    [undefined, false],
  ] as const) {
    it(`${takes ? "compresses" : "does not compress"} for Accept-Encoding: ${header ?? "(none)"}`, () => {
      assert.equal(takesGzip(header), takes);
    });
  }
});

describe("a document that many ask for", () => {
  it("is made again only when ten times its making's time has passed, at most half a second", () => {
    let now = 0;
    let cost = 2;
    let made = 0;
    const document = new Rendered(
      () => {
        now += cost;
        return String(++made);
      },
      () => now,
    );
    const at = (time: number): string => {
      now = time;
      return document.body().toString();
    };
    assert.deepEqual([at(0), at(2), at(21), at(22)], ["1", "1", "1", "2"]);
    cost = 1_000;
    assert.deepEqual([at(100), at(1_599), at(1_601)], ["3", "3", "4"]);
  });

  it("is compressed once, and anew when it is made anew", () => {
    let now = 0;
    let made = 0;
    const document = new Rendered(
      () => String(++made),
      () => now,
    );
    const shown = (): string => gunzipSync(document.gzip()).toString();
    assert.equal(shown(), "1");
    now = 1;
    assert.equal(shown(), "2");
  });
});
