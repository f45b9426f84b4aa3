/**
 * A million datagrams of noise and of damaged packets through the whole receiving side: no crash, memory flat.
 *   npx tsx bench/telemetry/garbage.ts [COUNT]
 */
import { randomFillSync } from "node:crypto";
import { loadDictionary } from "../../telemetry/dictionary";
import { TelemetryState } from "../../telemetry/exporter";
import { layoutsOf, packetOf } from "./dictionaries";

const total = Number(process.argv[2] ?? 1_000_000);
const dictionary = loadDictionary();
const layouts = layoutsOf(dictionary);
const state = new TelemetryState(dictionary, 5);
const good = layouts.map((layout, i) => packetOf(dictionary, layout, i));
const noise = Buffer.alloc(1024 * 1024);
const megabytes = (): number => Math.round(process.memoryUsage().rss / 1024 ** 2);

const readings: number[] = [];
for (let i = 0; i < total; i++) {
  const at = (i * 7919) % (noise.length - 70_000);
  if (i % 1000 === 0) randomFillSync(noise);
  if (i % 2 === 0) {
    // One datagram in a thousand has UDP's maximum size.
    const size = i % 1000 === 0 ? 65_507 : noise.readUInt16BE(at) % 300;
    state.receive(noise.subarray(at, at + size), 1.8e9 + i / 1000);
  } else {
    const packet = Buffer.from(good[i % good.length] ?? noise);
    packet[noise.readUInt16BE(at) % packet.length] = noise[at + 2] ?? 0;
    state.receive(packet, 1.8e9 + i / 1000);
  }
  if ((i + 1) % Math.ceil(total / 5) === 0) readings.push(megabytes());
}
const received = state.packets.reduce((sum, each) => sum + each.received, 0);
process.stdout.write(
  `${total} datagrams, no crash; well-formed ${received}, unknown APIDs ${state.unknownApids}, errors ${JSON.stringify(state.errors)}\n` +
    `resident memory after each fifth, MiB: ${readings.join(", ")}\n`,
);
