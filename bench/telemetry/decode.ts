/**
 * Packets per second of one core, beside two Python libraries on the same file in the same run:
 *   python3 -m venv ~/.cache/perigee-bench && ~/.cache/perigee-bench/bin/pip install spacepackets==0.32.0 ccsdspy==2.0.1
 *   npx tsx bench/telemetry/decode.ts ~/.cache/perigee-bench/bin/python
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeParameters, Decoder, type PacketSink } from "../../telemetry/decoder";
import { dictionaryOf, layoutsOf, packetOf } from "./dictionaries";

const packets = 200_000;
const rounds = 5;
const dictionary = dictionaryOf(1);
const decoder = new Decoder(dictionary);
const [layout] = layoutsOf(dictionary);
if (!layout) throw new Error("no packet");

const file = Buffer.concat(Array.from({ length: packets }, (_, i) => packetOf(dictionary, layout, i)));
const values = new Float64Array(dictionary.slots);
let decoded = 0;
let sum = 0;
const refuse = (): never => {
  throw new Error("a packet was refused");
};
const sink: PacketSink = {
  packet: (each, _count, _time, bytes, at) => {
    decodeParameters(each, bytes, at, values, refuse);
    decoded++;
    sum += values[19] ?? 0;
  },
  unknownApid: refuse,
  idle: refuse,
  error: refuse,
};

let best = Infinity;
for (let round = 0; round < rounds; round++) {
  const start = performance.now();
  decoder.decode(file, sink);
  best = Math.min(best, (performance.now() - start) / 1000);
}
if (decoded !== packets * rounds || !Number.isFinite(sum)) throw new Error("not every packet was decoded");
const perSecond = Math.round(packets / best);
const nanoseconds = ((best * 1e9) / packets / dictionary.slots).toFixed(1);
process.stdout.write(
  `${packets} packets of ${layout.totalBytes} bytes, 20 parameters each, best of ${rounds} rounds\n`,
);
process.stdout.write(
  `perigee        ${perSecond} packets/s, ${nanoseconds} ns a field (header, sequence count, time, all fields, calibration)\n`,
);

const python = process.argv[2];
if (python === undefined) {
  process.stdout.write("name a Python with spacepackets and ccsdspy to compare with\n");
} else {
  const folder = mkdtempSync(join(tmpdir(), "perigee-bench-"));
  const path = join(folder, "packets.bin");
  writeFileSync(path, file);
  spawnSync(python, [join(__dirname, "decode_python.py"), path, String(perSecond)], { stdio: "inherit" });
  rmSync(folder, { recursive: true });
}
