import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { cut, isSame, linkOf, pushAll, withoutIdle } from "../../../support/telemetry/streams";

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
const sent = packets.map((each) => Buffer.from(each, "hex"));

/** Frames that other implementations wrote: test/golden/telemetry/cadus.py. */
describe("frames of spacepackets and cadu-generator", () => {
  for (const { name, options, cadus } of cases) {
    it(`give every packet, byte by byte: ${name}`, () => {
      const { link, packets: given } = linkOf(`tcp://station:1?${options}`);
      const stream = link.stream();
      pushAll(stream, cut(Buffer.from(cadus.join(""), "hex"), [100, 107, 108, 333, 2000]));
      stream.end();
      isSame(withoutIdle(given), sent);
      const { frames, frameGaps, cutPackets, skippedBytes, otherFrames, badFrames } = link.counters;
      assert.deepEqual(
        [frames, frameGaps, cutPackets, skippedBytes, otherFrames],
        [cadus.length, 0, 0, 0, 0],
      );
      assert.ok(Object.values(badFrames).every((bad) => bad === 0));
    });
  }
});
