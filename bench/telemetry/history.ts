/**
 * The history on loopback: samples a second from the writer to a real Prometheus, the memory of a full queue, and the
 * disk that a sample takes, of six hours of the simulated spacecraft.
 *   node --expose-gc -r tsx/cjs bench/telemetry/history.ts SAMPLES
 * for example 2000000.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { freePort } from "../../lab/processes";
import { decodeParameters, Decoder, type PacketSink } from "../../telemetry/decoder";
import { loadDictionary, type Packet } from "../../telemetry/dictionary";
import { HistoryWriter, OpenMetricsHistory } from "../../telemetry/history";
import { Simulator } from "../../telemetry/simulator";
import { prometheusProgram } from "../../test/support/promtool";
import { dictionaryOf } from "./dictionaries";

const [samples = 2_000_000] = process.argv.slice(2).map(Number);
const each = 20;
const dictionary = dictionaryOf(1, each);
const [packet] = dictionary.packets as [Packet];
const values = new Float64Array(dictionary.slots);
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

function writer(address: string, mostQueued: number): HistoryWriter {
  return new HistoryWriter({
    ...{ dictionary, spacecraft: ["bench"], address, mostQueued, log: silent },
    mostAgeSeconds: 86_400,
    clock: () => Date.now() / 1000,
  });
}

/** Takes packets of different values, a tenth of a second apart, that end now. */
function take(history: HistoryWriter, packets: number): void {
  const start = Date.now() / 1000 - packets / 10;
  for (let n = 0; n < packets; n++) {
    for (let i = 0; i < each; i++) values[i] = Math.round(1000 * Math.sin(n / 50 + i)) / 1000;
    history.of("bench").take({ packet }, start + n / 10, values);
  }
}

async function main(): Promise<void> {
  await fullQueue();
  const folder = mkdtempSync(join(tmpdir(), "perigee-bench-"));
  writeFileSync(join(folder, "prometheus.yml"), "storage: { tsdb: { out_of_order_time_window: 31d } }\n");
  const address = `127.0.0.1:${await freePort()}`;
  const prometheus = spawn(
    await prometheusProgram("prometheus"),
    [
      `--config.file=${folder}/prometheus.yml`,
      `--storage.tsdb.path=${folder}/data`,
      `--web.listen-address=${address}`,
      "--web.enable-remote-write-receiver",
    ],
    { stdio: "ignore" },
  );
  try {
    const isReady = (): Promise<boolean> =>
      fetch(`http://${address}/-/ready`).then(
        ({ ok }) => ok,
        () => false,
      );
    while (!(await isReady())) await pause(100);
    await throughput(`http://${address}/api/v1/write`);
  } finally {
    prometheus.kill("SIGTERM");
    await once(prometheus, "exit");
    rmSync(folder, { recursive: true });
  }
  await disk();
  process.stdout.write(`load average ${loadavg()[0]?.toFixed(1)}\n`);
}

async function throughput(address: string): Promise<void> {
  const history = writer(address, samples + each);
  const { user, system } = process.cpuUsage();
  const start = performance.now();
  take(history, samples / each);
  const taken = performance.now() - start;
  await history.close(600);
  const seconds = (performance.now() - start) / 1000;
  const cpu = process.cpuUsage();
  const core = (cpu.user + cpu.system - user - system) / 1e6;
  process.stdout.write(
    `${samples} samples of ${each} series: ${history.written} written in ${seconds.toFixed(1)} s, ${Math.round(history.written / seconds)} a second, ` +
      `${((core * 1e6) / samples).toFixed(2)} µs of processor each, of which ${((taken * 1e3) / samples).toFixed(2)} µs before the queue; dropped ${JSON.stringify(history.drops.counts)}\n`,
  );
}

/** Hours of the default dictionary's spacecraft, as blocks by promtool. */
async function disk(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "perigee-bench-"));
  const hours = 6;
  const start = Math.floor(Date.now() / 1000) - hours * 3600;
  const flown = loadDictionary();
  const simulator = new Simulator({ dictionary: flown, scenario: "nominal", timeScale: 1, seed: 1, start });
  const history = new OpenMetricsHistory(flown, "bench");
  const decoded = new Float64Array(flown.slots);
  const decoder = new Decoder(flown);
  const nothing = (): void => undefined;
  const sink: PacketSink = {
    packet: (layout, _count, onboardTime, bytes, at) => {
      decodeParameters(layout, bytes, at, decoded, nothing);
      history.take(layout.packet, onboardTime, decoded);
    },
    ...{ unknownApid: nothing, idle: nothing, error: nothing },
  };
  for (let at = 0; at <= hours * 3600; at++) {
    for (const packet of simulator.until(start + at)) decoder.decode(packet, sink);
  }
  const file = join(folder, "samples");
  writeFileSync(file, [...history.text()].join(""));
  const lines = readFileSync(file, "utf8").split("\n");
  const count = lines.filter((line) => line !== "" && !line.startsWith("#")).length;
  const promtool = await prometheusProgram("promtool");
  const made = spawn(promtool, ["tsdb", "create-blocks-from", "openmetrics", file, join(folder, "data")]);
  made.stdout.resume();
  made.stderr.resume();
  await once(made, "exit");
  const bytes = readdirSync(join(folder, "data"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
  rmSync(folder, { recursive: true });
  process.stdout.write(
    `${hours} h of ${flown.parameters.length} parameters: ${count} samples, ${(count / hours / 3600).toFixed(1)} a second, ` +
      `${(bytes / 1024 ** 2).toFixed(1)} MiB in blocks, ${(bytes / count).toFixed(2)} bytes a sample\n`,
  );
}

async function fullQueue(): Promise<void> {
  const memory = (): number => {
    globalThis.gc?.();
    return process.memoryUsage.rss() / 1024 ** 2;
  };
  const before = memory();
  const history = writer("http://127.0.0.1:9/", 1_000_000);
  take(history, 60_000);
  await pause(2_000);
  const after = memory();
  process.stdout.write(
    `${history.queued} samples wait, ${history.drops.counts.queue_full} refused: memory ${before.toFixed(0)} -> ${after.toFixed(0)} MiB\n`,
  );
  await history.close(0);
}

main().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
});
