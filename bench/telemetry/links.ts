/**
 * A million pieces of garbage, damaged frames and damaged packets between good ones, in streams cut anywhere: no crash,
 * memory flat, and each count as it must be.
 *   npx tsx bench/telemetry/links.ts [COUNT]
 */
import assert from "node:assert/strict";
import { randomFillSync, randomInt } from "node:crypto";
import { loadDictionary } from "../../telemetry/dictionary";
import { expectedPackets, parseLink } from "../../telemetry/links";
import { FrameWriter } from "../../telemetry/links/frameWriter";
import { LinkCounts } from "../../telemetry/links/linkCounts";
import { type LinkReader, streamReader } from "../../telemetry/links/linkReader";
import { layoutsOf, packetOf } from "./dictionaries";

const total = Number(process.argv[2] ?? 1_000_000);
const dictionary = loadDictionary();
const layouts = layoutsOf(dictionary);
const good = layouts.map((layout, i) => packetOf(dictionary, layout, i));
const noise = Buffer.alloc(1024 * 1024);

/** What is sent, with what must be counted for it. */
interface Piece {
  readonly bytes: Buffer;
  readonly isTaken: boolean;
}

run("packets", "tcp://x:1", packetPiece, (counts) => counts.packets);
run(
  "TM frames",
  "tcp://x:1?framing=tm&frameBytes=256&parityBytes=32&randomised=yes",
  framePieces(),
  (counts) => counts.frames,
);

function run(
  name: string,
  url: string,
  piece: (i: number) => Piece,
  takenOf: (counts: LinkCounts) => number,
): void {
  const counts = new LinkCounts();
  const reader = streamReader({
    options: parseLink(url).options,
    expected: expectedPackets(layouts),
    counts,
    onPacket: () => undefined,
  });
  const readings: number[] = [];
  let taken = 0;
  let skipped = 0;
  const start = performance.now();
  for (let i = 0; i < total; i++) {
    if (i % 1000 === 0) randomFillSync(noise);
    const { bytes, isTaken } = piece(i);
    if (isTaken) taken++;
    else skipped += bytes.length;
    pushCut(reader, bytes);
    if ((i + 1) % Math.ceil(total / 5) === 0) readings.push(megabytes());
  }
  reader.end();
  assert.equal(takenOf(counts), taken);
  assert.equal(counts.skippedBytes, skipped);
  const seconds = (performance.now() - start) / 1000;
  process.stdout.write(
    `${name}: ${total} pieces, ${(counts.bytes / 1e6).toFixed(0)} MB in ${seconds.toFixed(1)} s; taken ${taken}, skipped bytes ${skipped}: as sent\n` +
      `  resident memory after each fifth, MiB: ${readings.join(", ")}\n`,
  );
}

function packetPiece(i: number): Piece {
  const packet = good[i % good.length] ?? noise;
  if (i % 2 === 0) return { bytes: packet, isTaken: true };
  // Telecommands and other versions: never the beginning of a packet, whatever follows.
  if (i % 4 === 1) return { bytes: without(garbage(i), (byte) => byte | 0xf0), isTaken: false };
  const damaged = without(packet, (byte) => byte | 0x10);
  return { bytes: damaged, isTaken: false };
}

function framePieces(): (i: number) => Piece {
  const { content } = parseLink("tcp://x:1?framing=tm&frameBytes=256&parityBytes=32&randomised=yes").options;
  assert.ok(content.framing === "tm");
  const writer = new FrameWriter(content);
  const frames: Buffer[] = [];
  for (let i = 0; frames.length < 512; i++) frames.push(...writer.add(good[i % good.length] ?? noise));
  return (i) => {
    const frame = Buffer.from(frames[(i >>> 1) % 512] ?? noise);
    if (i % 2 === 0) return { bytes: frame, isTaken: true };
    if (i % 4 === 1) return { bytes: without(garbage(i), (byte) => byte | 0x80), isTaken: false };
    const at = 4 + (noise.readUInt16BE((i * 7919) % 65_000) % 256);
    frame[at] = (frame[at] ?? 0) ^ 0x40;
    return { bytes: frame, isTaken: false };
  };
}

function garbage(i: number): Buffer {
  const at = (i * 7919) % (noise.length - 400);
  return noise.subarray(at, at + 1 + (noise.readUInt16BE(at) % 300));
}

function without(bytes: Buffer, change: (byte: number) => number): Buffer {
  return Buffer.from(bytes.map(change));
}

function pushCut(reader: LinkReader, bytes: Buffer): void {
  const at = randomInt(bytes.length);
  reader.push(bytes.subarray(0, at));
  reader.push(bytes.subarray(at));
}

function megabytes(): number {
  return Math.round(process.memoryUsage().rss / 1024 ** 2);
}
