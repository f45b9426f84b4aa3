import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { LinkCounts } from "../../../../telemetry/links/linkCounts";
import { streamReader } from "../../../../telemetry/links/linkReader";
import { parseLink } from "../../../../telemetry/links/linkSetting";
import { pushInPieces } from "./streamBytes";

interface Golden {
  readonly packets: readonly string[];
  readonly cases: readonly {
    readonly name: string;
    readonly options: string;
    readonly cadus: readonly string[];
  }[];
}

const folder = join(__dirname, "../../../golden/telemetry");
const { packets, cases } = JSON.parse(readFileSync(join(folder, "cadus.json"), "utf8")) as Golden;
const idleApid = 0x7ff;

/** Frames that other implementations wrote: test/golden/telemetry/cadus.py. */
describe("frames of spacepackets and cadu-generator", () => {
  for (const { name, options, cadus } of cases) {
    it(`give every packet, byte by byte: ${name}`, () => {
      const counts = new LinkCounts();
      const found: string[] = [];
      const reader = streamReader({
        options: parseLink(`tcp://station:1?${options}`).options,
        expected: { has: () => false, hasLength: () => false },
        counts,
        onPacket: (packet) => {
          if ((packet.readUInt16BE(0) & 0x7ff) !== idleApid) found.push(packet.toString("hex"));
        },
      });
      pushInPieces(reader, Buffer.from(cadus.join(""), "hex"), [100, 7, 1]);
      assert.deepEqual(found, packets);
      assert.equal(counts.frames, cadus.length);
      assert.deepEqual([counts.missingFrames, counts.cutPackets, counts.skippedBytes], [0, 0, 0]);
      assert.ok(Object.values(counts.refusedFrames).every((refused) => refused === 0));
    });
  }
});
