import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { encodePacket, packetLayouts } from "../../../telemetry/decoder";
import { type Dictionary, loadDictionary, parseDictionary } from "../../../telemetry/dictionary";
import {
  type Exporter,
  startExporter,
  stateDocument,
  telemetryRegistry,
  TelemetryState,
} from "../../../telemetry/exporter";
import { jsonLog } from "../../../telemetry/log";

const text = `
name: test
version: "1"
time: { code: CUC, epoch: "2000-01-01T00:00:00Z" }
mode: power.mode
packets:
  - apid: 10
    name: housekeeping
    subsystem: power
    period: 2
    description: d
    parameters:
      - { name: mode, description: Mode, type: enumeration, bits: 8, states: { 0: SAFE, 1: NOMINAL } }
      - name: voltage
        description: Voltage of the battery
        type: unsigned
        bits: 16
        unit: mV
        limits: { yellow: { low: 14000 }, red: { low: 13000 }, persistence: 10, byMode: { SAFE: { red: { low: 12000 } } } }
      - { name: boots, description: Boots, type: unsigned, bits: 8, unit: count, kind: counter }
      - { name: heater, description: Heater, type: boolean }
`;

const start = 1_800_000_000;

/** A spacecraft's packets and an exporter that has a clock of the test's own. */
class Bench {
  now = start;
  readonly state: TelemetryState;
  private readonly values: Float64Array;
  private count = 0;

  constructor(private readonly dictionary: Dictionary = parseDictionary(text)) {
    this.state = new TelemetryState(dictionary, 5);
    this.values = new Float64Array(dictionary.parameters.length);
  }

  send(values: readonly number[], { skip = 0, onboardOffset = 0 } = {}): void {
    const [layout] = packetLayouts(this.dictionary);
    assert.ok(layout);
    this.values.set(values);
    this.count += skip;
    this.state.receive(encodePacket(layout, this.count++, this.now + onboardOffset, this.values), this.now);
  }

  metrics(): Promise<string> {
    const { state } = this;
    const registry = telemetryRegistry({ state, spacecraft: "s1", version: "0", clock: () => this.now });
    return Promise.resolve(registry.text());
  }

  async sample(series: string): Promise<number | undefined> {
    const line = (await this.metrics()).split("\n").find((each) => each.startsWith(`${series} `));
    return line === undefined ? undefined : Number(line.slice(series.length + 1));
  }

  condition(name: string): string | undefined {
    return stateDocument(this.state, "s1", "0", this.now).parameters.find((each) => each.name === name)
      ?.condition;
  }
}

describe("the metrics", () => {
  it("are one per parameter in base units, with the description as help", async () => {
    const bench = new Bench();
    bench.send([1, 14.5, 7, 1]);
    const metrics = await bench.metrics();
    assert.match(metrics, /^# HELP bus_power_voltage_volts Voltage of the battery$/m);
    assert.match(
      metrics,
      /^# TYPE bus_power_voltage_volts gauge\nbus_power_voltage_volts\{spacecraft="s1"\} 14\.5$/m,
    );
    assert.match(
      metrics,
      /^# TYPE bus_power_boots_total counter\nbus_power_boots_total\{spacecraft="s1"\} 7$/m,
    );
    assert.equal(await bench.sample('bus_power_heater{spacecraft="s1"}'), 1);
  });

  it("show an enumeration as a state set", async () => {
    const bench = new Bench();
    bench.send([1, 14.5, 7, 1]);
    assert.equal(await bench.sample('bus_power_mode{spacecraft="s1",state="SAFE"}'), 0);
    assert.equal(await bench.sample('bus_power_mode{spacecraft="s1",state="NOMINAL"}'), 1);
  });

  it("have counters of every APID and reason at 0 before the first packet, and no parameter", async () => {
    const bench = new Bench();
    const labels = 'spacecraft="s1",apid="10",packet="housekeeping"';
    for (const name of [
      "packets_received_total",
      "packet_gaps_total",
      "packet_duplicates_total",
      "packet_reordered_total",
      "last_packet_timestamp_seconds",
    ]) {
      assert.equal(await bench.sample(`bus_${name}{${labels}}`), 0, name);
    }
    assert.equal(await bench.sample(`bus_packet_period_seconds{${labels}}`), 2);
    for (const [reason, ...packets] of [
      ["truncated", "", "housekeeping"],
      ["version", ""],
      ["telecommand", "", "housekeeping"],
      ["fragment", "housekeeping"],
      ["length", "housekeeping"],
      ["secondary_header", "housekeeping"],
      ["not_finite", "housekeeping"],
      ["unknown_state", "housekeeping"],
    ] as const) {
      for (const packet of packets) {
        const series = `bus_decode_errors_total{spacecraft="s1",reason="${reason}",packet="${packet}"}`;
        assert.equal(await bench.sample(series), 0, series);
      }
    }
    assert.equal(await bench.sample('bus_unknown_apid_total{spacecraft="s1"}'), 0);
    assert.equal(await bench.sample('bus_power_voltage_volts{spacecraft="s1"}'), undefined);
    assert.equal(await bench.sample('perigee_telemetry_build_info{version="0",dictionary="test 1"}'), 1);
  });

  it("lose a parameter whose packet is older than five periods, and keep saying when the packet came", async () => {
    const bench = new Bench();
    bench.send([1, 14.5, 7, 1]);
    bench.now = start + 10;
    assert.equal(await bench.sample('bus_power_voltage_volts{spacecraft="s1"}'), 14.5);
    bench.now = start + 10.1;
    assert.equal(await bench.sample('bus_power_voltage_volts{spacecraft="s1"}'), undefined);
    assert.equal(await bench.sample('bus_power_mode{spacecraft="s1",state="SAFE"}'), undefined);
    assert.equal(
      await bench.sample(
        'bus_last_packet_timestamp_seconds{spacecraft="s1",apid="10",packet="housekeeping"}',
      ),
      start,
    );
  });

  it("count gaps, and tell the on-board clock's offset", async () => {
    const bench = new Bench();
    bench.send([1, 14.5, 7, 1]);
    bench.now += 10;
    bench.send([1, 14.5, 7, 1], { skip: 3, onboardOffset: -1.5 });
    assert.equal(
      await bench.sample('bus_packet_gaps_total{spacecraft="s1",apid="10",packet="housekeeping"}'),
      3,
    );
    assert.equal(await bench.sample('bus_onboard_time_offset_seconds{spacecraft="s1"}'), -1.5);
  });

  it("count no gap while another exporter may have got the packet, and go on from the newest one afterwards", async () => {
    const bench = new Bench();
    const gaps = () => bench.sample('bus_packet_gaps_total{spacecraft="s1",apid="10",packet="housekeeping"}');
    bench.send([1, 14.5, 7, 1]);
    bench.state.sharesPackets = true;
    bench.send([1, 14.5, 7, 1], { skip: 3 });
    assert.equal(await gaps(), 0);
    bench.state.sharesPackets = false;
    bench.send([1, 14.5, 7, 1]);
    assert.equal(await gaps(), 0);
    bench.send([1, 14.5, 7, 1], { skip: 2 });
    assert.equal(await gaps(), 2);
  });

  it("count no packet as late that was no gap: the difference is what was lost", async () => {
    const bench = new Bench();
    const of = (metric: string) =>
      bench.sample(`bus_packet_${metric}_total{spacecraft="s1",apid="10",packet="housekeeping"}`);
    bench.send([1, 14.5, 7, 1]);
    bench.state.sharesPackets = true;
    bench.send([1, 14.5, 7, 1], { skip: 1 });
    bench.send([1, 14.5, 7, 1], { skip: -2, onboardOffset: -0.5 });
    assert.deepEqual([await of("gaps"), await of("reordered")], [0, 0]);
  });

  it("show the limits that are in force in the present mode", async () => {
    const bench = new Bench();
    const limit = (severity: string): string =>
      `bus_parameter_limit{spacecraft="s1",parameter="bus_power_voltage_volts",severity="${severity}",bound="low"}`;
    assert.equal(await bench.sample(limit("red")), 13);
    bench.send([1, 14.5, 7, 1]);
    assert.deepEqual([await bench.sample(limit("yellow")), await bench.sample(limit("red"))], [14, 13]);
    bench.send([0, 14.5, 7, 1]);
    assert.deepEqual(
      [await bench.sample(limit("yellow")), await bench.sample(limit("red"))],
      [undefined, 12],
    );
  });

  it("are the default dictionary's too, each name once", async () => {
    const metrics = await new Bench(loadDictionary()).metrics();
    const types = metrics.match(/^# TYPE (\S+)/gm) ?? [];
    assert.equal(new Set(types).size, types.length);
    assert.match(metrics, /^process_resident_memory_bytes /m);
  });

  it("grow by the first 32 unknown APIDs and by nothing else that arrives", async () => {
    const bench = new Bench();
    const series = async (): Promise<number> => (await bench.metrics()).match(/^bus_/gm)?.length ?? 0;
    const before = await series();
    for (let apid = 0; apid < 2047; apid++) {
      const packet = Buffer.from([0x08 | (apid >> 8), apid & 0xff, 0xc0, 0, 0, 0, 0]);
      bench.state.receive(packet, bench.now);
    }
    assert.equal(await series(), before + 32);
    assert.equal(await bench.sample('bus_unknown_apid_total{spacecraft="s1"}'), 2046);
    assert.equal(await bench.sample('bus_unknown_apid_packets_total{spacecraft="s1",apid="3"}'), 1);
    assert.equal(await bench.sample('bus_unknown_apid_packets_total{spacecraft="s1",apid="other"}'), 2014);
  });
});

describe("an alarm", () => {
  it("needs its limit crossed for the persistence, and red hides yellow", () => {
    const bench = new Bench();
    const at = (seconds: number, volts: number): string | undefined => {
      bench.now = start + seconds;
      bench.send([1, volts, 7, 1]);
      return bench.condition("voltage");
    };
    assert.equal(at(0, 14.5), "nominal");
    assert.equal(at(2, 13.9), "nominal");
    assert.equal(at(11, 12.5), "nominal");
    assert.equal(at(12, 12.5), "yellow");
    assert.equal(at(21, 12.5), "red");
    assert.equal(at(22, 13.5), "yellow");
    assert.equal(at(23, 14.5), "nominal");
    assert.equal(at(24, 13.5), "nominal", "a limit crossed again starts its time again");
  });

  it("gives way to stale when nothing arrives any more", () => {
    const bench = new Bench();
    assert.equal(bench.condition("voltage"), "stale");
    bench.send([1, 12, 7, 1]);
    bench.now += 30;
    assert.equal(bench.condition("voltage"), "stale");
  });
});

describe("the running exporter", () => {
  let exporter: Exporter;
  const url = (path: string): string => `http://127.0.0.1:${exporter.httpPort}${path}`;
  const options = {
    dictionary: parseDictionary(text),
    spacecraft: "s1",
    httpPort: 0,
    httpHost: "127.0.0.1",
    udpPort: 0,
    udpHost: "127.0.0.1",
    staleAfterPeriods: 5,
    version: "0",
    log: jsonLog(() => undefined),
  };

  beforeEach(async () => {
    exporter = await startExporter(options);
  });
  afterEach(() => exporter.stop());

  it("receives over UDP and serves /metrics, /state.json, the page and the probes", async () => {
    const [layout] = packetLayouts(options.dictionary);
    assert.ok(layout && exporter.udpPort !== undefined);
    const socket = createSocket("udp4");
    socket.send(
      encodePacket(layout, 0, Date.now() / 1000, Float64Array.of(1, 14.5, 7, 0)),
      exporter.udpPort,
      "127.0.0.1",
    );
    for (let i = 0; exporter.state.datagrams === 0 && i < 200; i++) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    socket.close();
    const metrics = await fetch(url("/metrics"));
    assert.match(metrics.headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
    assert.match(await metrics.text(), /^bus_power_voltage_volts\{spacecraft="s1"\} 14\.5$/m);
    assert.match(await (await fetch(url("/state.json"))).text(), /"mode":"NOMINAL"/);
    assert.deepEqual(Object.keys((await (await fetch(url("/recent.json"))).json()) as object), [
      "stepSeconds",
      "end",
      "values",
    ]);
    assert.match(await (await fetch(url("/"))).text(), /<title>Spacecraft bus telemetry<\/title>/);
    assert.equal((await fetch(url("/healthz"))).status, 200);
    assert.equal((await fetch(url("/readyz"))).status, 200);
  });

  it("refuses what it does not have and what would change something", async () => {
    assert.equal((await fetch(url("/secrets"))).status, 404);
    assert.equal((await fetch(url("/metrics"), { method: "POST", body: "x" })).status, 405);
  });

  it("lets go of both ports when it stops, and of the UDP port when it cannot have the HTTP one", async () => {
    const { httpPort } = exporter;
    await assert.rejects(startExporter({ ...options, httpPort }), /EADDRINUSE/);
    await exporter.stop();
    exporter = await startExporter({ ...options, httpPort });
    assert.equal(exporter.httpPort, httpPort);
  });
});
