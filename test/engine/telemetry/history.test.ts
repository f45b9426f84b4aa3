import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { freePort } from "../../../lab/processes";
import {
  type Flown,
  historyDictionaryText,
  HistoryModel,
  type Samples,
} from "../../support/telemetry/historyModel";
import { runHere } from "../../support/telemetry/runHere";
import { serveAtHome, TelemetryProcess } from "./exporterProcess";
import { PrometheusServer } from "./prometheusServer";

const hour = 3600;

/** Packets by UDP to a real exporter, samples in a real Prometheus. */
describe("the history, from packets to Prometheus at their on-board time", function () {
  this.timeout(120_000);
  const folder = mkdtempSync(join(tmpdir(), "perigee-history-"));
  const dictionary = join(folder, "dictionary.yaml");
  writeFileSync(dictionary, historyDictionaryText);
  const socket = createSocket("udp4");
  const start = Math.floor(Date.now() / 1000);
  const model = new HistoryModel();
  let prometheus: PrometheusServer;
  let exporter: TelemetryProcess;
  /** All that was started: a test that fails leaves none of them. */
  const running: { stop(): Promise<void> }[] = [];
  let httpPort = 0;
  let udpPort = 0;

  before(async () => {
    [prometheus, exporter] = await begin("6h", "--archive", join(folder, "archive"));
  });
  after(async () => {
    await Promise.all(running.map((each) => each.stop()));
    socket.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A Prometheus whose window is this, and an exporter that believes in six hours. */
  async function begin(window: string, ...more: string[]): Promise<[PrometheusServer, TelemetryProcess]> {
    httpPort = await freePort();
    const server = await PrometheusServer.start(
      httpPort,
      "perigee-telemetry",
      { groups: [] },
      { outOfOrderWindow: window },
    );
    const started = TelemetryProcess.start(
      ...serveAtHome(httpPort),
      ...["--dictionary", dictionary, "--spacecraft", "orbiter"],
      ...["--history", `${server.url}/api/v1/write`, "--history-days", "0.25", ...more],
    );
    running.push(server, started);
    const said = await started.said("serving");
    if (!more.includes("--source")) udpPort = Number(said["udp"]);
    return [server, started];
  }

  /** Sends datagrams of some packets each, at a pace that no buffer of the kernel is too small for. */
  async function send(packets: readonly Buffer[], inDatagram = 4): Promise<void> {
    for (let i = 0; i < packets.length; i += inDatagram) {
      const datagram = Buffer.concat(packets.slice(i, i + inDatagram));
      await new Promise<void>((resolve, reject) => {
        socket.send(datagram, udpPort, "127.0.0.1", (error) => (error ? reject(error) : resolve()));
      });
      if (i % 64 === 0) await pause(1);
    }
  }

  /** Number of a metric of the exporter; undefined: it is not served. */
  async function metric(series: string): Promise<number | undefined> {
    const text = await (await fetch(`http://127.0.0.1:${httpPort}/metrics`)).text();
    const line = text.split("\n").find((each) => each.startsWith(`${series} `));
    return line === undefined ? undefined : Number(line.split(" ").at(-1));
  }
  const dropped = (reason: string): Promise<number | undefined> =>
    metric(`perigee_telemetry_history_dropped_samples_total{reason="${reason}"}`);
  const untilWritten = (samples: number): Promise<unknown> =>
    prometheus.until(`${samples} samples are written`, 30, async () => {
      const written = await metric("perigee_telemetry_history_samples_total");
      return written !== undefined && written >= samples;
    });

  async function stored(): Promise<Samples> {
    const found: Samples = new Map();
    for (const { metric: labels, values } of await prometheus.samples('{__name__=~"onboard_.+"}[12h]')) {
      const { __name__: name = "", spacecraft, index, ...others } = labels;
      assert.deepEqual([spacecraft, others], ["orbiter", {}]);
      const key = index === undefined ? name : `${name} index=${index}`;
      assert.ok(!found.has(key), `${key} is there twice`);
      found.set(key, new Map(values.map(([time, value]) => [Math.round(time * 1000), Number(value)])));
      assert.equal(found.get(key)?.size, values.length, `${key} has two samples at one time`);
    }
    return found;
  }
  const sorted = (samples: Samples): unknown =>
    [...samples].sort().map(([key, values]) => [key, [...values].sort(([a], [b]) => a - b)]);

  const flight = (from: number, packets: number, n: number): Flown[] =>
    Array.from({ length: packets }, (_, i) => ({
      apid: i % 3 === 0 ? 11 : 10,
      time: from + i * 0.25,
      n: n + i,
    }));

  it("has live packets and a recorder's between them, which come twice, each once", async () => {
    const live = flight(start - 30, 60, 0).map((each) => model.fly(each));
    const dump = flight(start - 3 * hour, 600, 1_000).map((each) => model.fly(each));
    await send(live.slice(0, 20));
    await send(dump.slice(0, 300));
    await send(live.slice(20));
    // The rest backwards, as some recorders play, and all of it again, as a second station has it.
    await send(dump.slice(300).reverse(), 1);
    await send(dump);
    await untilWritten(sampleCount(60) + 2 * sampleCount(600));
    assert.equal(
      await metric('bus_stored_packets_total{spacecraft="orbiter",apid="10",packet="housekeeping"}'),
      800,
    );
    assert.deepEqual(sorted(await stored()), sorted(model.samples));
  });

  it("leaves the live series alone: they have no sample before the packets came", async () => {
    const voltage = "bus_power_voltage_volts";
    await prometheus.until("it is scraped", 10, () => prometheus.value(voltage));
    const live = await prometheus.samples(`${voltage}[12h]`);
    const times = live.flatMap(({ values }) => values.map(([time]) => time));
    assert.ok(times.length > 0 && Math.min(...times) >= start);
  });

  it("waits while Prometheus is away, and has everything when it is back", async () => {
    await prometheus.leave();
    await send(flight(start - 2 * hour, 400, 5_000).map((each) => model.fly(each)));
    await pause(3_000);
    assert.equal(await metric("perigee_telemetry_history_queued_samples"), sampleCount(400));
    assert.ok(((await metric("perigee_telemetry_history_failed_requests_total")) ?? 0) > 0);
    // The live path goes on meanwhile.
    assert.ok(((await metric("perigee_telemetry_datagrams_total")) ?? 0) > 0);
    await prometheus.comeBack();
    await untilWritten(sampleCount(60) + 2 * sampleCount(600) + sampleCount(400));
    assert.deepEqual(sorted(await stored()), sorted(model.samples));
    await exporter.said("the history is written again");
  });

  it("counts and says what is older than the history goes back, and what is ahead of the ground's clock", async () => {
    const before = await stored();
    await send(flight(start - 7 * hour, 30, 0).map((each) => model.packet(each)));
    await prometheus.until(
      "the old samples are counted",
      10,
      async () => (await dropped("too_old")) === sampleCount(30),
    );
    // Ahead of all others, such a packet is live.
    await send([model.packet({ apid: 10, time: start + 2 * hour, n: 0 })]);
    await prometheus.until("the future ones are counted", 10, async () => (await dropped("future")) === 6);
    const said = await exporter.said("samples are not in the history; further ones are only counted");
    assert.deepEqual([said["reason"], said["level"]], ["too_old", "warn"]);
    await pause(1_500);
    assert.deepEqual(sorted(await stored()), sorted(before));
  });

  it("writes what waits when it is told to end", async () => {
    await send(flight(start - 1.5 * hour, 40, 9_000).map((each) => model.fly(each)));
    await exporter.stop();
    assert.deepEqual(sorted(await stored()), sorted(model.samples));
  });

  it("is the same in a new Prometheus when the archive is replayed, by on-board time, as stored packets", async () => {
    await prometheus.stop();
    udpPort = await freePort();
    [prometheus, exporter] = await begin("6h", "--source", `udp://127.0.0.1:${udpPort}?stored=all`);
    const args = ["--order", "onboard", "--rate", "2000", "--dictionary", dictionary];
    const replayed = await runHere(
      "replay",
      join(folder, "archive"),
      ...args,
      "--target",
      `127.0.0.1:${udpPort}`,
    );
    assert.deepEqual([replayed.status, replayed.log[0]?.["failed"]], [0, 0]);
    await untilWritten([60, 600, 600, 400, 40].map(sampleCount).reduce((sum, each) => sum + each));
    assert.equal(await dropped("too_old"), sampleCount(30));
    assert.deepEqual(sorted(await stored()), sorted(model.samples));
    await Promise.all([exporter.stop(), prometheus.stop()]);
  });

  it("loses no other sample where Prometheus takes less than the exporter believes", async () => {
    [prometheus, exporter] = await begin("1h");
    const own = new HistoryModel();
    // Prometheus counts its window from the newest sample that it has, which a scrape is.
    await prometheus.until("it has scraped", 20, async () => (await prometheus.value("up")) === 1);
    const live = flight(start - 30, 100, 0).map((each) => own.fly(each));
    const young = flight(start - 0.5 * hour, 300, 3_000).map((each) => own.fly(each));
    const old = flight(start - 3 * hour, 300, 7_000).map((each) => own.packet(each));
    await send(live.slice(0, 50));
    const mixed = old.flatMap((each, i) => [each, ...young.slice(i, i + 1)]);
    await send(mixed);
    await send(live.slice(50));
    await prometheus.until(
      "the old samples are counted",
      20,
      async () => (await dropped("too_old")) === sampleCount(300),
    );
    await untilWritten(sampleCount(100) + sampleCount(300));
    assert.deepEqual(sorted(await stored()), sorted(own.samples));
  });
});

/** Samples of a flight's packets: a third of them has one, the others six. */
function sampleCount(packets: number): number {
  const attitude = Math.ceil(packets / 3);
  return attitude + 6 * (packets - attitude);
}
