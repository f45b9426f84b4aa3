import assert from "node:assert/strict";
import { crc16 } from "../../../../telemetry/decoder";
import { randomised } from "../../../../telemetry/links/randomiser";

describe("the standard's own values", () => {
  it("CRC of 123456789 is 29B1 (CRC-16/CCITT-FALSE), and that of a frame with its CRC is 0", () => {
    const text = Buffer.from("123456789");
    assert.equal(crc16(text, 0, 9), 0x29b1);
    assert.equal(crc16(Buffer.concat([text, Buffer.from("29b1", "hex")]), 0, 11), 0);
  });

  it("the randomiser starts FF 48 0E C0 9A 0D 70 BC and repeats after 255 bits", () => {
    const sequence = randomised(Buffer.alloc(600));
    assert.equal(sequence.toString("hex", 0, 8), "ff480ec09a0d70bc");
    assert.deepEqual(sequence.subarray(0, 255), sequence.subarray(255, 510));
  });
});
