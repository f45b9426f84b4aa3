import assert from "node:assert/strict";
import fc from "fast-check";
import { SequenceTracker } from "../../../../telemetry/decoder";
import { CountSet } from "../../../../telemetry/decoder/countSet";

const modulus = 16_384;

describe("a set of counts", () => {
  it("is what a set of numbers is, through any adding and removing of ranges", () => {
    const range = fc.record({ first: fc.nat(modulus - 1), counts: fc.nat(modulus) });
    const step = fc.oneof(
      range.map((each) => ({ ...each, kind: "remove" as const })),
      fc.nat(modulus - 1).map((first) => ({ first, counts: 1, kind: "add" as const })),
      fc.constant({ first: 0, counts: modulus, kind: "all" as const }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const set = new CountSet();
        const model = new Set<number>();
        for (const { kind, first, counts } of steps) {
          if (kind === "all") set.addAll();
          else if (kind === "add") set.add(first);
          else set.remove(first, counts);
          for (let i = 0; i < counts; i++) {
            if (kind === "remove") model.delete((first + i) % modulus);
            else model.add((first + i) % modulus);
          }
        }
        for (let count = 0; count < modulus; count++) assert.equal(set.has(count), model.has(count));
      }),
      { numRuns: 60 },
    );
  });
});

/** A packet's way: whether each of two stations received it, the second one some seconds later. */
type Fate = "both" | "first" | "second" | "lost";

describe("two stations, one behind the other", () => {
  /** What comes on the ground, in its order: packet numbers, one a second. */
  const arrivals = (fates: readonly Fate[], lag: number): number[] =>
    fates
      .flatMap((fate, i) => [
        ...(fate === "both" || fate === "first" ? [{ at: i, i }] : []),
        ...(fate === "both" || fate === "second" ? [{ at: i + lag + 0.5, i }] : []),
      ])
      .toSorted((a, b) => a.at - b.at)
      .map(({ i }) => i);

  it("give every packet once, count copies as duplicates and what neither received as lost, over the wrap too", () => {
    const fates = fc.array(fc.constantFrom<Fate>("both", "both", "both", "first", "second", "lost"), {
      minLength: 1,
      maxLength: 400,
    });
    fc.assert(
      fc.property(fates, fc.nat(modulus - 1), fc.integer({ min: 0, max: 59 }), (middle, offset, lag) => {
        // The first is there before any other, and the last shows what was lost before it.
        const all: Fate[] = ["first", ...middle, "first"];
        const tracker = new SequenceTracker(1);
        const model = new Set<number>();
        const counts = { "in-order": 0, duplicate: 0, late: 0, restart: 0, missing: 0 };
        let newest = -1;
        for (const packet of arrivals(all, lag)) {
          const arrival = tracker.arrive((offset + packet) % modulus, packet);
          counts[arrival]++;
          counts.missing += tracker.missing;
          const expected = model.has(packet) ? "duplicate" : packet > newest ? "in-order" : "late";
          assert.equal(arrival, expected, `packet ${packet}`);
          model.add(packet);
          newest = Math.max(newest, packet);
        }
        assert.equal(counts.missing - counts.late, all.filter((fate) => fate === "lost").length);
        assert.equal(counts.duplicate, all.filter((fate) => fate === "both").length);
        assert.equal(counts.restart, 0);
      }),
    );
  });

  it("of packets that go on by ten: the same", () => {
    const tracker = new SequenceTracker(10, 10);
    const come = (packet: number): string => tracker.arrive((packet * 10) % modulus, packet * 10);
    for (let packet = 0; packet < 400; packet++) {
      assert.notEqual(come(packet), "duplicate");
      assert.equal(tracker.missing, 0);
      if (packet >= 5) assert.equal(come(packet - 5), "duplicate");
    }
  });
});

describe("a computer that starts again", () => {
  const run = fc.record({
    count: fc.integer({ min: 0, max: modulus - 1 }),
    silence: fc.integer({ min: 1, max: 300 }),
    next: fc.nat(modulus - 1),
  });

  it("is followed at once when its clock goes on: no packet of it is taken for an old one", () => {
    fc.assert(
      fc.property(run, ({ count, silence, next }) => {
        const tracker = new SequenceTracker(1);
        for (let i = 0; i < 100; i++) tracker.arrive((count + i) % modulus, i);
        for (let i = 0; i < 20; i++) {
          const arrival = tracker.arrive((next + i) % modulus, 99 + silence + i);
          assert.ok(arrival === "in-order" || arrival === "restart", arrival);
        }
      }),
    );
  });

  it("and its clock with it: is followed at once unless times and counts look like those of the last seconds", () => {
    fc.assert(
      fc.property(fc.integer({ min: 200, max: 100_000 }), (uptime) => {
        const tracker = new SequenceTracker(1);
        for (let i = uptime - 100; i < uptime; i++) tracker.arrive(i % modulus, i);
        assert.equal(tracker.arrive(0, 0), "restart");
      }),
    );
  });

  it("without any clock: is followed when its count is further behind than is sent in half a minute", () => {
    const tracker = new SequenceTracker(0.1);
    for (let i = 0; i < 5_000; i++) tracker.arrive(i, NaN);
    assert.equal(tracker.arrive(4_999 - 299, NaN), "duplicate");
    assert.equal(tracker.arrive(4_999 - 300, NaN), "restart");
  });
});

describe("a new contact", () => {
  const at = (contact: number, clock = 0) => ({ contact, clock });

  it("begins without a gap, however many packets were sent between the two", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), (hidden) => {
        const tracker = new SequenceTracker(1);
        tracker.arrive(7, 7, at(1));
        tracker.arrive((8 + hidden) % modulus, 8 + hidden, at(2));
        assert.equal(tracker.missing, 0);
        tracker.arrive((10 + hidden) % modulus, 10 + hidden, at(2));
        assert.equal(tracker.missing, 1, "gaps count again");
      }),
    );
  });

  it("does not begin with the late copy of a packet of the one before", () => {
    const tracker = new SequenceTracker(1);
    for (let i = 0; i < 10; i++) tracker.arrive(i, i, at(1));
    assert.equal(tracker.arrive(5, 5, at(2)), "duplicate");
    tracker.arrive(10, 10, at(2));
    assert.equal(tracker.missing, 0);
  });

  it("nor do times of two settings of the clock compare", () => {
    const tracker = new SequenceTracker(1);
    tracker.arrive(100, 5_000, at(1, 0));
    assert.equal(tracker.arrive(101, 20, at(1, 1)), "restart");
    assert.equal(tracker.arrive(102, 21, at(1, 1)), "in-order");
  });
});
