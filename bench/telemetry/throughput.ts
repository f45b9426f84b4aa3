/**
 * End-to-end test on loopback: a sender, UDP, the bundled exporter. Reports loss at a given rate.
 *   npx tsx telemetry/build.ts && npx tsx bench/telemetry/throughput.ts RATE SECONDS PACKETS_PER_DATAGRAM
 * for example 50000 30 20. What follows behind goes to `serve`, as --history URL --archive FOLDER. Exits with 1 if
 * anything was lost.
 */
import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { dictionaryOf, layoutsOf, packetOf } from "./dictionaries";

const [rate = 50_000, seconds = 30, perDatagram = 20] = process.argv.slice(2, 5).map(Number);
const more = process.argv.slice(5);
const bundle = join(__dirname, "../../telemetry/dist/perigee-telemetry.js");
const dictionary = dictionaryOf(1);
const [layout] = layoutsOf(dictionary);
if (!layout) throw new Error("no packet");

/** Datagrams that cover the range of sequence counts once. */
const datagrams = Array.from({ length: Math.floor(16_384 / perDatagram) }, (_, d) =>
  Buffer.concat(
    Array.from({ length: perDatagram }, (_, i) => packetOf(dictionary, layout, d * perDatagram + i)),
  ),
);

async function metric(port: number, name: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const line = text.split("\n").find((each) => each.startsWith(`${name}{`) || each.startsWith(`${name} `));
  return Number(line?.split(" ").at(-1));
}

function residentMegabytes(pid: number): number {
  const line = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return Math.round(Number(line?.[1]) / 1024);
}

async function sendAll(port: number, onSecond: () => void): Promise<number> {
  const socket = createSocket({ type: "udp4", sendBufferSize: 4 * 1024 * 1024 });
  socket.connect(port, "127.0.0.1");
  await once(socket, "connect");
  const perMillisecond = rate / perDatagram / 1000;
  const start = performance.now();
  let sent = 0;
  let answered = 0;
  let second = 0;
  for (let elapsed = 0; elapsed < seconds * 1000; elapsed = performance.now() - start) {
    for (const due = Math.floor(elapsed * perMillisecond); sent < due; sent++) {
      socket.send(datagrams[sent % datagrams.length] ?? "", () => answered++);
    }
    if (elapsed / 1000 > second + 1) {
      second++;
      onSecond();
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  while (answered < sent) await new Promise((resolve) => setTimeout(resolve, 5));
  socket.close();
  return sent * perDatagram;
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "perigee-bench-"));
  const file = join(folder, "dictionary.yaml");
  const { name, version } = dictionary;
  const parameters = dictionary.parameters.map(({ name: parameter, description, type, bitSize }) => ({
    name: parameter,
    description,
    type,
    bits: bitSize,
    unit: "mV",
  }));
  const packet = { apid: 0, name: "packet_0", subsystem: "bench", period: 60, description: "d", parameters };
  writeFileSync(
    file,
    JSON.stringify({
      name,
      version,
      time: { code: "CUC", epoch: "2000-01-01T00:00:00Z" },
      packets: [packet],
    }),
  );
  const exporter = spawn(process.execPath, [
    bundle,
    "serve",
    "--http-port",
    "0",
    "--udp-port",
    "0",
    "--http-host",
    "127.0.0.1",
    "--udp-host",
    "127.0.0.1",
    "--dictionary",
    file,
    ...more,
  ]);
  const [line] = (await once(exporter.stderr, "data")) as [Buffer];
  const { http, udp } = JSON.parse(String(line)) as { http: number; udp: number };
  const memory: number[] = [];
  // Scrapes every 5 s meanwhile, as Prometheus does.
  let scrapes = 0;
  const sent = await sendAll(udp, () => {
    memory.push(residentMegabytes(exporter.pid ?? 0));
    if (memory.length % 5 === 0) void metric(http, "up").then(() => scrapes++);
  });
  await new Promise((resolve) => setTimeout(resolve, 500));
  const received = await metric(http, "bus_packets_received_total");
  const dropped = await metric(http, "perigee_telemetry_dropped_datagrams_total");
  const cpu = await metric(http, "process_cpu_seconds_total");
  exporter.kill("SIGTERM");
  rmSync(folder, { recursive: true });
  const verdict = received === sent ? "nothing lost" : `LOST ${sent - received}`;
  process.stdout.write(
    `${Math.round(sent / seconds)} packets/s for ${seconds} s, ${perDatagram} a datagram, ${scrapes} scrapes meanwhile: ` +
      `${received} of ${sent} received, ${verdict}, ${dropped} datagrams dropped by the kernel; ` +
      `exporter ${Math.round((100 * cpu) / seconds)} % of a core; memory MiB first ${memory[1]}, middle ${memory[Math.floor(memory.length / 2)]}, ` +
      `last ${memory.at(-1)}, most ${Math.max(...memory)}; load average ${loadavg()[0]?.toFixed(1)}\n`,
  );
  process.exitCode = received === sent ? 0 : 1;
}

main().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
});
