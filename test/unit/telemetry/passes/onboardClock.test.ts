import assert from "node:assert/strict";
import fc from "fast-check";
import { OnboardClock } from "../../../../telemetry/exporter/onboardClock";

const olderThan = 60;
const start = 1_800_000_000;

/** A clock that has seen live packets each second for a minute. @param offset of the on-board clock */
function running(offset = 0): { clock: OnboardClock; now: number } {
  const clock = new OnboardClock();
  for (let i = 0; i <= 60; i++) clock.isLive(0, start + i + offset, start + i, olderThan);
  return { clock, now: start + 60 };
}

describe("the on-board clock", () => {
  const anyOffset = fc.integer({ min: -1e9, max: 1e9 });

  it("tells any mixture of live and old packets, whatever the clock shows", () => {
    const packet = fc.record({
      wait: fc.integer({ min: 0, max: 5 }),
      age: fc.constantFrom(0, 0, 1, 30, 61, 500, 86_400),
    });
    fc.assert(
      fc.property(anyOffset, fc.array(packet, { maxLength: 200 }), (offset, packets) => {
        const { clock, now } = running(offset);
        // A live one after each: the pass goes on.
        let at = now;
        for (const { wait, age } of packets) {
          at += wait;
          assert.equal(clock.isLive(0, at + offset - age, at, olderThan), age <= olderThan, `age ${age}`);
          assert.ok(clock.isLive(0, at + offset, at, olderThan));
        }
        assert.equal(clock.settings, 0);
      }),
    );
  });

  it("goes on through a silence: what a recorder plays first, newer than all before it, is old", () => {
    fc.assert(
      fc.property(anyOffset, fc.integer({ min: 200, max: 86_400 }), (offset, silence) => {
        const { clock, now } = running(offset);
        const aos = now + silence;
        // A clock that agrees with the ground's is right: only what is as old as it is off could be taken for live.
        for (let age = silence; age > 61; age -= Math.ceil(silence / 50)) {
          if (Math.abs(offset - age) <= olderThan) continue;
          assert.equal(clock.isLive(0, aos + offset - age, aos, olderThan), false, `age ${age}`);
        }
        assert.ok(clock.isLive(0, aos + offset, aos, olderThan));
      }),
    );
  });

  it("is not drawn back by a recorder that plays backwards, or by a second station", () => {
    const { clock, now } = running();
    for (let age = 0; age < 500; age++) {
      assert.equal(clock.isLive(0, now - age, now, olderThan), age <= olderThan, `age ${age}`);
    }
  });

  it("that was set forward, or shown by an old packet first, is followed at once", () => {
    const clock = new OnboardClock();
    assert.ok(clock.isLive(0, start - 5_000, start, olderThan), "nothing is known yet");
    assert.ok(clock.isLive(0, start, start, olderThan));
    assert.equal(clock.settings, 1);
    assert.equal(clock.isLive(0, start - 4_990, start, olderThan), false);
  });

  it("is not believed one packet whose time is far ahead", () => {
    const { clock, now } = running(-777);
    clock.isLive(0, now + 1e6, now, olderThan);
    assert.ok(clock.isLive(0, now + 1 - 777, now + 1, olderThan));
  });

  it("that starts again at 0 is followed after half a minute, of each kind of packet", () => {
    const { clock, now } = running();
    // Two kinds of packets, whose times differ by eight seconds.
    const lives = Array.from({ length: 60 }, (_, i) =>
      [0, 8].map((late, kind) => clock.isLive(kind, i + 100 - late, now + 1 + i, olderThan)),
    ).flat();
    const first = lives.indexOf(true);
    assert.ok(first >= 50 && first <= 70, `at packet ${first}`);
    assert.ok(lives.slice(first).every(Boolean));
    assert.equal(clock.settings, 1);
  });

  it("that was put right is followed at once", () => {
    const { clock, now } = running(100_000);
    assert.equal(clock.isLive(0, now + 5, now + 5, olderThan), false);
    assert.ok(clock.isLive(0, now + 15, now + 15, olderThan));
  });

  it("is not taken for set back by a recorder alone, at any speed but the real one", () => {
    for (const speed of [0, 0.5, 1.5, 4, 100]) {
      const { clock, now } = running();
      for (let i = 1; i <= 300; i++) {
        const age = 50_000 - i * speed;
        assert.equal(clock.isLive(0, now - age, now + i, olderThan), false, `${speed} times, ${i} s`);
      }
    }
  });

  it("of a recording that is replayed is followed at any speed", () => {
    for (const speed of [0.01, 0.5, 1, 20, 1_000]) {
      const clock = new OnboardClock();
      for (let i = 0; i < 500; i++) assert.ok(clock.isLive(0, 1e9 + i * speed, start + i, olderThan));
    }
  });

  it("of packets with any times never refuses all: after a minute of one pace, packets are live", () => {
    const time = fc.double({ min: 0, max: 4e9, noNaN: true });
    fc.assert(
      fc.property(fc.array(time, { maxLength: 50 }), time, (times, from) => {
        const clock = new OnboardClock();
        times.forEach((onboard, i) => clock.isLive(0, onboard, start + i, olderThan));
        const then = start + times.length;
        for (let i = 0; i < 60; i++) clock.isLive(0, from + i, then + i, olderThan);
        assert.ok(clock.isLive(0, from + 60, then + 60, olderThan));
      }),
    );
  });
});
