import assert from "node:assert/strict";
import fc from "fast-check";
import { backOffSeconds } from "../../../../telemetry/links/backOff";
import { crc16 } from "../../../../telemetry/links/crc16";
import { randomise } from "../../../../telemetry/links/randomiser";

describe("what protects frames", () => {
  it("the CRC-16 of 123456789 is 29b1, the published check value", () => {
    assert.equal(crc16(Buffer.from("123456789")), 0x29b1);
  });

  it("bytes with their CRC behind them have the CRC 0, and none with one bit changed", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), fc.nat(), (bytes, where) => {
        const crc = Buffer.alloc(2);
        crc.writeUInt16BE(crc16(bytes));
        const whole = Buffer.concat([bytes, crc]);
        assert.equal(crc16(whole), 0);
        const at = where % (whole.length * 8);
        whole[at >>> 3] = (whole[at >>> 3] ?? 0) ^ (0x80 >>> (at % 8));
        assert.notEqual(crc16(whole), 0);
      }),
    );
  });

  it("the randomiser's first 40 bits are those that CCSDS 131.0-B prints, and come again after 255 bytes", () => {
    const sequence = Buffer.alloc(600);
    randomise(Buffer.alloc(600), sequence);
    assert.equal(sequence.subarray(0, 5).toString("hex"), "ff480ec09a");
    assert.deepEqual(sequence.subarray(255, 510), sequence.subarray(0, 255));
  });
});

describe("waiting before the next attempt to connect", () => {
  it("doubles from a second to thirty, up to a quarter less by chance", () => {
    assert.deepEqual(
      [1, 2, 3, 4, 5, 6, 1000].map((failures) => backOffSeconds(failures, 0)),
      [1, 2, 4, 8, 16, 30, 30],
    );
    assert.equal(backOffSeconds(6, 1), 22.5);
  });
});
