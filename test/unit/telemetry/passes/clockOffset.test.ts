import assert from "node:assert/strict";
import fc from "fast-check";
import { ClockOffset } from "../../../../telemetry/exporter/clockOffset";

const start = 1_800_000_000;

/** Offset after packets, each `[seconds after the start at which it came, its age then]`. */
const offsetAfter = (...packets: readonly (readonly [number, number])[]): number => {
  const offset = new ClockOffset();
  for (const [at, age] of packets) offset.take(start + at - age, start + at);
  return offset.value;
};

describe("the offset of the on-board clock", () => {
  it("is that of the newest packet", () => {
    assert.equal(offsetAfter([0, 0.5], [1, 0.25]), -0.25);
    assert.ok(Number.isNaN(offsetAfter()));
    assert.ok(Number.isNaN(offsetAfter([0, NaN])));
  });

  it("stays while the last of what a recorder has comes between live packets, of whatever kind", () => {
    assert.equal(offsetAfter([0, 0.5], [1, 0.5], [1.2, 58.7], [1.4, 29.9], [2, 0.5], [2.1, 57]), -0.5);
  });

  it("is that of a clock that was set back, ten seconds later, and of one that was set on, at once", () => {
    const back = Array.from({ length: 11 }, (_, i) => [1 + i, 3_600] as const);
    assert.equal(offsetAfter([0, 0], ...back.slice(0, 10)), 0);
    assert.equal(offsetAfter([0, 0], ...back), -3_600);
    assert.equal(offsetAfter([0, 0], [1, -3_600]), 3_600);
  });

  it("is never that of a packet that is behind one of the ten seconds before", () => {
    const packets = fc.array(fc.tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: -100, max: 100 })), {
      minLength: 1,
    });
    fc.assert(
      fc.property(packets, (steps) => {
        const offset = new ClockOffset();
        let now = start;
        let newest = { onboard: -Infinity, at: -Infinity };
        for (const [tenths, age] of steps) {
          now += tenths / 10;
          const onboard = now - age;
          offset.take(onboard, now);
          if (onboard >= newest.onboard || now - newest.at > 10) newest = { onboard, at: now };
          assert.equal(offset.value, newest.onboard - newest.at);
        }
      }),
    );
  });
});
