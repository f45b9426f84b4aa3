import assert from "node:assert/strict";
import fc from "fast-check";
import { encodePacket, packetLayouts } from "../../../telemetry/decoder";
import type { Dictionary } from "../../../telemetry/dictionary";
import { RecentPast, TelemetryState } from "../../../telemetry/exporter";
import { dictionaryWith, number } from "./packets/dictionaryOf";

const dictionaryOf = (numbers: number): Dictionary =>
  dictionaryWith([
    {
      ...{ name: "housekeeping", subsystem: "power", period: 10 },
      parameters: [
        { name: "mode", description: "d", type: "enumeration", bits: 8, states: { 0: "SAFE" } },
        { name: "heater", description: "d", type: "boolean" },
        ...Array.from({ length: numbers }, (_, i) => number(`v${i}`, 32, { unit: "V" })),
      ],
    },
  ]);
const start = 1_800_000_000;
const metric = "bus_power_v0_volts";

/** A spacecraft that sends its one number, and what was kept of it. */
class Bench {
  readonly recent: RecentPast;
  private readonly state: TelemetryState;
  private count = 0;

  constructor(private readonly dictionary = dictionaryOf(1)) {
    this.state = new TelemetryState(dictionary, 1);
    this.recent = new RecentPast(this.state);
  }

  send(value: number, now: number): void {
    const [layout] = packetLayouts(this.dictionary);
    assert.ok(layout);
    this.state.receive(encodePacket(layout, this.count++, now, Float64Array.of(0, 1, value)), now);
  }

  points(): readonly (number | null)[] {
    return this.recent.document().values[metric] ?? [];
  }
}

describe("the recent past of a parameter", () => {
  it("is nothing before the first look, then ten minutes of numbers alone", () => {
    const { recent } = new Bench();
    assert.deepEqual(recent.document(), { stepSeconds: 5, end: null, values: { [metric]: [] } });
    recent.take(start);
    assert.equal(recent.document().end, start);
    assert.equal(recent.document().values[metric]?.length, 120);
    assert.deepEqual(Object.keys(recent.document().values), [metric], "no state, no boolean");
  });

  it("has a point for each step: the value of its first look, and none where it was stale or nobody looked", () => {
    const bench = new Bench();
    bench.send(7, start);
    bench.recent.take(start);
    bench.send(8, start + 1);
    bench.recent.take(start + 1);
    bench.recent.take(start + 5.2);
    bench.recent.take(start + 15); // older than its period
    bench.send(9, start + 30);
    bench.recent.take(start + 30);
    assert.deepEqual(bench.points().slice(-8), [null, 7, 8, null, null, null, null, 9]);
  });

  it("begins anew after a clock that was set back by more than the whole of it, and waits after a smaller step", () => {
    const bench = new Bench();
    bench.send(7, start);
    bench.recent.take(start);
    bench.recent.take(start - 60);
    assert.equal(bench.recent.document().end, start);
    bench.recent.take(start - 3600);
    assert.equal(bench.recent.document().end, start - 3600);
    assert.ok(bench.points().every((point) => point === null || point === 7));
  });

  it("is the last looks of any, by a model", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 40 }), (pauses) => {
        const bench = new Bench();
        const looks = new Map<number, number>();
        let now = start;
        for (const [index, pause] of pauses.entries()) {
          now += pause;
          bench.send(index, now);
          bench.recent.take(now);
          const point = Math.floor(now / 5);
          if (!looks.has(point)) looks.set(point, index);
        }
        const newest = Math.floor(now / 5);
        assert.deepEqual(
          bench.points(),
          Array.from({ length: 120 }, (_, index) => looks.get(newest - 119 + index) ?? null),
        );
      }),
    );
  });

  it("has fewer points where there are thousands of parameters", () => {
    const recent = new RecentPast(new TelemetryState(dictionaryOf(4000), 1));
    recent.take(start);
    assert.equal(recent.stepSeconds, 600 / 62);
    assert.equal(recent.document().values[metric]?.length, 62);
  });
});
