import assert from "node:assert/strict";
import type { Dictionary } from "../../../../telemetry/dictionary";
import { stateDocument, telemetryRegistry, TelemetryState } from "../../../../telemetry/exporter";
import { dictionaryWith, number, spacePacket } from "./dictionaryOf";

/** An exporter at a standing clock. */
class Bench {
  readonly state: TelemetryState;
  now = 1000;
  constructor(dictionary: Dictionary) {
    this.state = new TelemetryState(dictionary, 5);
  }

  receive(hex: string, count = 0): void {
    this.state.receive(spacePacket(hex, { count }), this.now);
  }

  /** Lines of the metrics whose names begin with bus_s_. */
  series(): string[] {
    const registry = telemetryRegistry({
      state: this.state,
      spacecraft: "x",
      version: "0",
      clock: () => this.now,
    });
    return registry
      .text()
      .split("\n")
      .filter((line) => line.startsWith("bus_s_"));
  }

  condition(name: string): string | undefined {
    return stateDocument(this.state, "x", "0", this.now).parameters.find((each) => each.name === name)
      ?.condition;
  }
}

describe("metrics of arrays and texts", () => {
  it("an array is one metric with an index, of the elements that came", () => {
    const bench = new Bench(
      dictionaryWith([{ parameters: [number("a", 8, { count: "rest", most: 4, unit: "mV" })] }]),
    );
    bench.receive("01 02");
    assert.deepEqual(bench.series(), [
      'bus_s_a_volts{spacecraft="x",index="0"} 0.001',
      'bus_s_a_volts{spacecraft="x",index="1"} 0.002',
    ]);
    assert.equal(stateDocument(bench.state, "x", "0", 1000).parameters[0]?.value, "[0.001, 0.002]");
  });

  it("its alarm is that of the worst element", () => {
    const limits = { yellow: { high: 5 }, red: { high: 9 } };
    const bench = new Bench(dictionaryWith([{ parameters: [number("a", 8, { count: 3, limits })] }]));
    for (const [hex, expected] of [
      ["01 02 03", "nominal"],
      ["01 06 03", "yellow"],
      ["0a 06 03", "red"],
    ] as const) {
      bench.receive(hex, bench.now++);
      assert.equal(bench.condition("a"), expected);
    }
  });

  it("a text is a label of 64 characters at most, and after 32 different ones the same for all", () => {
    const text = { name: "t", description: "d", type: "string", bytes: 80 };
    const bench = new Bench(dictionaryWith([{ parameters: [text] }]));
    const labels = new Set<string | undefined>();
    for (let i = 0; i < 40; i++) {
      bench.receive(Buffer.from(`${i}`.padEnd(80, "x")).toString("hex"), i);
      const [line, ...others] = bench.series();
      assert.deepEqual(others, [], "one series at a time");
      labels.add(/value="(.*)"/.exec(line ?? "")?.[1]);
    }
    assert.equal(labels.size, 33);
    assert.ok(labels.has("(other)"));
    assert.ok([...labels].every((label) => (label?.length ?? 99) <= 64));
  });
});

describe("packets of several layouts in the exporter", () => {
  const kind = number("kind", 8, { hidden: true });
  const dictionary = dictionaryWith([
    { name: "base", abstract: true, parameters: [kind, number("shared", 8)] },
    { name: "one", extends: "base", when: { kind: 1 }, parameters: [number("a", 8)] },
    { name: "two", extends: "base", when: { kind: 2 }, parameters: [number("b", 8)] },
  ]);

  it("share a sequence counter, and the parameters of what they extend", () => {
    const bench = new Bench(dictionary);
    bench.receive("01 05 06", 1);
    bench.receive("02 07 08", 2);
    bench.receive("01 09 0a", 4);
    const [, one, two] = bench.state.packets;
    assert.deepEqual([one?.received, one?.missing, two?.received, two?.missing], [2, 1, 1, 0]);
    assert.deepEqual(bench.series(), [
      'bus_s_shared{spacecraft="x"} 9',
      'bus_s_a{spacecraft="x"} 10',
      'bus_s_b{spacecraft="x"} 8',
    ]);
  });

  it("go stale each by itself, what they share with the last of them", () => {
    const bench = new Bench(dictionary);
    bench.receive("01 05 06", 1);
    bench.now += 6;
    bench.receive("02 07 08", 2);
    assert.deepEqual(
      [bench.condition("shared"), bench.condition("a"), bench.condition("b")],
      ["nominal", "stale", "nominal"],
    );
  });
});
