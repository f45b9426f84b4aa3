/**
 * Streams of noise and damaged packets and frames, cut anywhere: no crash, memory flat, and every byte either in a packet
 * or counted as skipped (bare packets), every frame in one counter (TM, AOS).
 *   npx tsx bench/telemetry/links.ts [CHUNKS of each kind of link]
 */
import { Link, parseSource } from "../../telemetry/links";
import { TmFrameWriter } from "../../telemetry/links/frameWriter";

const chunks = Number(process.argv[2] ?? 1_000_000);
const marker = Buffer.from("1acffc1d", "hex");

/** Small generator of pseudo-random numbers (mulberry32), so that a run can be repeated. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const random = randomNumbers(7);
const noise = (bytes: number): Buffer => Buffer.from(Array.from({ length: bytes }, () => random(256)));

function packet(): Buffer {
  const bytes = noise(7 + random(60));
  bytes.writeUInt16BE(0x0800 | random(64), 0);
  bytes.writeUInt16BE(random(8) === 0 ? random(65_536) : 0xc000, 2);
  bytes.writeUInt16BE(random(16) === 0 ? random(65_536) : bytes.length - 7, 4);
  return bytes;
}

const writer = new TmFrameWriter(64);

/** Piece of a stream: sound, damaged or noise, whole or cut. */
function piece(isFrames: boolean): Buffer {
  const sound = isFrames
    ? random(3) === 0
      ? Buffer.concat([marker, noise(64)])
      : writer.write(packet())
    : packet();
  switch (random(8)) {
    case 0:
      return noise(random(100));
    case 1:
      return sound.subarray(0, random(sound.length));
    case 2:
      sound[random(sound.length)] = random(256);
      return sound;
    default:
      return sound;
  }
}

const residentMiB = (): number => Math.round(process.memoryUsage.rss() / 1024 ** 2);

function run(url: string): void {
  const source = parseSource(url);
  if ("problems" in source) throw new Error(source.problems.join("; "));
  let given = 0;
  const link = new Link(source, (each) => (given += each.length), {
    has: (apid) => apid < 32,
    hasLength: (apid) => apid < 32,
  });
  let stream = link.stream();
  const memory: number[] = [];
  const start = performance.now();
  for (let i = 0; i < chunks; i++) {
    stream.push(piece(source.framing.framing !== "packets"));
    if (random(10_000) === 0) {
      stream.end();
      stream = link.stream();
    }
    if ((i + 1) % Math.ceil(chunks / 5) === 0) memory.push(residentMiB());
  }
  stream.end();
  const { receivedBytes, skippedBytes, frames, badFrames } = link.counters;
  const isJoined = source.framing.segments === "join";
  if (source.framing.framing === "packets" && !isJoined && given + skippedBytes !== receivedBytes) {
    throw new Error(`${receivedBytes} bytes received, ${given} given and ${skippedBytes} skipped`);
  }
  const bad = Object.values(badFrames).reduce((sum, each) => sum + each, 0);
  if (bad > frames) throw new Error(`${bad} of ${frames} frames are bad`);
  const seconds = (performance.now() - start) / 1000;
  process.stdout.write(
    `${url}\n  ${chunks} pieces, ${receivedBytes} bytes in ${seconds.toFixed(0)} s; resident MiB after each fifth ${memory.join(", ")}\n` +
      `  ${JSON.stringify(link.counters)}\n`,
  );
}

for (const url of [
  "tcp://a:1?maxPacketBytes=4096",
  "tcp://a:1?headerBytes=4&segments=join",
  "tcp://a:1?framing=tm&frameBytes=64",
  "tcp://a:1?framing=tm&frameBytes=64&fecf=false&segments=join",
  "tcp://a:1?framing=aos&frameBytes=64&fecf=false",
]) {
  run(url);
}
