import { createSocket } from "node:dgram";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { ArchiveCopies, PacketArchive } from "../../../telemetry/archive";
import { ContactPlan } from "../../../telemetry/contacts";
import { encodePacket, packetLayouts } from "../../../telemetry/decoder";
import type { Dictionary } from "../../../telemetry/dictionary";
import { startExporter } from "../../../telemetry/exporter";
import { HistoryWriter } from "../../../telemetry/history";
import { Simulator } from "../../../telemetry/simulator";

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const loopback = "127.0.0.1";

/** Contacts that every metric of a plan has a series of: one that lasts, one before and one after it. */
function plannedContacts(): { plan: ContactPlan; readAt: number } {
  const now = Date.now() / 1000;
  const contact = (start: number, end: number) => ({ start: now + start, end: now + end, station: "here" });
  const plan = new ContactPlan([contact(-9_000, -6_000), contact(-3_000, 3_000), contact(6_000, 9_000)]);
  return { plan, readAt: now };
}

/** A history that nobody takes, and an archive in a folder of its own that nobody copies: their metrics are there all the same. */
async function kept(dictionary: Dictionary) {
  const clock = (): number => Date.now() / 1000;
  const folder = await mkdtemp(join(tmpdir(), "perigee-archive-"));
  const archive = await PacketArchive.open({ folder, mostBytes: 1024 ** 2, days: 1, log: silent, clock });
  const store = join(folder, "store.json");
  await writeFile(
    store,
    JSON.stringify({ url: `http://${loopback}:9/`, accessKeyId: "a", secretAccessKey: "b" }),
  );
  const copies = await ArchiveCopies.open({
    ...{ folder, archives: new Map(), store, everySeconds: 3_600, log: silent, clock },
  });
  const history = new HistoryWriter({
    ...{ dictionary, spacecraft: ["perigee-1"], address: `http://${loopback}:9/`, log: silent, clock },
    ...{ mostAgeSeconds: 86_400, mostQueued: 100_000 },
  });
  const close = async (): Promise<void> => {
    await Promise.all([history.close(0), archive.close()]);
    await copies.close(1);
    await rm(folder, { recursive: true });
  };
  return { archives: new Map([["perigee-1", archive]]), copies, history, close };
}

/**
 * What a real exporter serves after it has received these packets over UDP, as Prometheus reads it.
 * @param packets one datagram each; at least one of every kind
 */
export async function scrapedAfter(dictionary: Dictionary, packets: readonly Buffer[]): Promise<string> {
  const { close, ...keeping } = await kept(dictionary);
  const exporter = await startExporter({
    ...keeping,
    dictionary,
    spacecraft: "perigee-1",
    httpPort: 0,
    httpHost: loopback,
    udpPort: 0,
    udpHost: loopback,
    staleAfterPeriods: 1000,
    contacts: new Map([["perigee-1", plannedContacts()]]),
    version: "0.0.0",
    log: silent,
  });
  const socket = createSocket("udp4");
  try {
    for (const packet of packets) socket.send(packet, exporter.udpPort ?? 0, loopback);
    for (let tries = 0; exporter.state.datagrams < packets.length; tries++) {
      if (tries > 100) throw new Error(`${exporter.state.datagrams} of ${packets.length} datagrams arrived`);
      await pause(20);
    }
    return await (await fetch(`http://${loopback}:${exporter.httpPort}/metrics`)).text();
  } finally {
    socket.close();
    await exporter.stop();
    await close();
  }
}

/** One packet of every kind from the simulator, nominal. */
export function simulatedPackets(dictionary: Dictionary): Buffer[] {
  const start = Date.now() / 1000;
  return new Simulator({ dictionary, scenario: "nominal", timeScale: 1, seed: 1, start }).until(start);
}

/** One packet of every kind with every value at 1 (in base units). */
export function packetsOfOnes(dictionary: Dictionary): Buffer[] {
  const values = new Float64Array(dictionary.slots).fill(1);
  return packetLayouts(dictionary).map((layout) => encodePacket(layout, 0, Date.now() / 1000, values));
}

/** Names of the metrics in an exposition that have at least one series. */
export function metricsWithSeries(exposition: string): Set<string> {
  const series = exposition.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Set(series.map((line) => line.split(/[{ ]/)[0] ?? ""));
}
