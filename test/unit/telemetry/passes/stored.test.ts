import assert from "node:assert/strict";
import { ContactPlan } from "../../../../telemetry/contacts";
import { encodePacket, packetLayouts } from "../../../../telemetry/decoder";
import { type Dictionary, parseDictionary } from "../../../../telemetry/dictionary";
import { stateDocument, telemetryRegistry, TelemetryState } from "../../../../telemetry/exporter";
import type { Origin } from "../../../../telemetry/exporter/history";
import type { StateDocument } from "../../../../telemetry/exporter/stateDocument";
import { expectedPackets, Link, parseSource } from "../../../../telemetry/links";
import { TmFrameWriter } from "../../../../telemetry/links/frameWriter";

const start = 1_800_000_000;

/** @param stored the key of the packet, and `defaults` of the whole dictionary */
const dictionaryOf = (stored = "", defaults = ""): Dictionary =>
  parseDictionary(`
name: test
version: "1"
time: { code: CUC, epoch: "2000-01-01T00:00:00Z" }
${defaults}
packets:
  - apid: 10
    name: housekeeping
    subsystem: power
    period: 1
    description: d
    ${stored}
    parameters:
      - { name: playback, description: d, type: unsigned, bits: 8, hidden: true }
      - name: voltage
        description: Voltage of the battery
        type: unsigned
        bits: 16
        unit: mV
        limits: { red: { low: 13000 }, persistence: 0 }
`);

/** A spacecraft with one kind of packet and its exporter. */
class Bench {
  readonly state: TelemetryState;
  now = start;
  private count = 0;

  constructor(private readonly dictionary = dictionaryOf()) {
    this.state = new TelemetryState(dictionary, 5);
  }

  packet(voltage: number, age = 0, count = this.count++): Buffer {
    const [layout] = packetLayouts(this.dictionary);
    assert.ok(layout);
    return encodePacket(layout, count, this.now - age, new Float64Array([voltage]));
  }

  live(voltage: number): void {
    this.now++;
    this.state.receive(this.packet(voltage), this.now);
  }

  get shown(): { value: number | undefined; condition: string | undefined; stored: number; gaps: number } {
    const [packet] = this.state.packets;
    const [parameter] = this.dictionary.parameters;
    assert.ok(packet && parameter);
    return {
      value: this.state.value(parameter, this.now),
      condition: this.state.condition(parameter, this.now),
      stored: packet.stored,
      gaps: packet.missing,
    };
  }
}

describe("a stored packet", () => {
  it("sets no value and no limit, counts no gap and is no sign of life; it is counted for itself", () => {
    const bench = new Bench();
    bench.live(15);
    for (let i = 0; i < 50; i++) bench.state.receive(bench.packet(12, 5_000 - i, 9_000 + i), bench.now);
    assert.deepEqual(bench.shown, { value: 15, condition: "nominal", stored: 50, gaps: 0 });
    bench.now += 30;
    bench.state.receive(bench.packet(12, 5_000, 9_050), bench.now);
    assert.equal(bench.shown.condition, "stale");
    const registry = telemetryRegistry({
      state: bench.state,
      spacecraft: "s",
      version: "0",
      clock: () => bench.now,
    });
    assert.match(
      registry.text(),
      /^bus_stored_packets_total\{spacecraft="s",apid="10",packet="housekeeping"\} 51$/m,
    );
  });

  it("leaves an alarm as it is", () => {
    const bench = new Bench();
    bench.live(12);
    bench.state.receive(bench.packet(15, 5_000, 9_000), bench.now);
    assert.equal(bench.shown.condition, "red");
    bench.live(15);
    assert.equal(bench.shown.condition, "nominal");
  });

  it("is one that is more than a minute behind, or what the dictionary or the packet says", () => {
    const storedAt = (age: number, dictionary: Dictionary): boolean => {
      const bench = new Bench(dictionary);
      bench.live(15);
      bench.state.receive(bench.packet(12, age, 9_000), bench.now);
      return bench.shown.stored === 1;
    };
    assert.deepEqual([storedAt(59, dictionaryOf()), storedAt(62, dictionaryOf())], [false, true]);
    const sooner = dictionaryOf("stored: { olderThan: 5 }");
    assert.deepEqual([storedAt(4, sooner), storedAt(7, sooner)], [false, true]);
    const forAll = dictionaryOf("", "stored: { olderThan: 600 }");
    assert.deepEqual([storedAt(500, forAll), storedAt(700, forAll)], [false, true]);
    assert.equal(storedAt(1e6, dictionaryOf("stored: never")), false);
    assert.equal(storedAt(1e6, dictionaryOf("stored: never", "stored: { olderThan: 5 }")), false);
  });

  it("is each of its kind where the dictionary says so", () => {
    const bench = new Bench(dictionaryOf("stored: always"));
    bench.live(12);
    assert.deepEqual(bench.shown, { value: undefined, condition: "stale", stored: 1, gaps: 0 });
  });

  it("is one with a field that says so, however new it is, and none other, however old", () => {
    const bench = new Bench(dictionaryOf("stored: { when: { playback: { not: 0 } } }"));
    bench.live(15);
    const flagged = bench.packet(12);
    flagged[flagged.length - 3] = 1;
    bench.state.receive(flagged, bench.now);
    assert.deepEqual(bench.shown, { value: 15, condition: "nominal", stored: 1, gaps: 0 });
    bench.now += 5_000;
    bench.state.receive(bench.packet(14, 4_000), bench.now);
    assert.equal(bench.shown.value, 14);
  });

  for (const [what, stored, message] of [
    [
      "a word that is none",
      "stored: sometimes",
      /stored: must be always, never, \{ olderThan: seconds \} or/,
    ],
    ["no age", "stored: { olderThan: 0 }", /stored\.olderThan: must be above 0/],
    [
      "a field that is not there",
      "stored: { when: { tape: 1 } }",
      /stored\.when\.tape: tape is no integer field of this packet: playback, voltage/,
    ],
    ["no field", "stored: { when: {} }", /stored\.when: must name a field/],
  ] as const) {
    it(`with ${what} in the dictionary is refused`, () => {
      assert.throws(() => dictionaryOf(stored), message);
    });
  }
});

describe("stored packets of a link", () => {
  /** What a link with these settings gives, live and stored. */
  const given = (settings: string, messages: readonly Buffer[]): { live: number; stored: number } => {
    const source = parseSource(`udp://0.0.0.0:1?${settings}`);
    assert.ok(!("problems" in source), JSON.stringify(source));
    const seen = { live: 0, stored: 0 };
    const expected = expectedPackets(packetLayouts(dictionaryOf()));
    const link = new Link(
      source,
      (_packet, _segments, isStored) => void seen[isStored ? "stored" : "live"]++,
      expected,
    );
    for (const message of messages) link.message(message);
    return seen;
  };

  it("are all of a link that is the recorder's", () => {
    const packets = [new Bench().packet(15), new Bench().packet(15)];
    assert.deepEqual(given("stored=all", packets), { live: 0, stored: 2 });
    assert.deepEqual(given("stored=all&segments=join", packets), { live: 0, stored: 2 });
    assert.deepEqual(given("", packets), { live: 2, stored: 0 });
  });

  it("are those of the recorder's virtual channels", () => {
    // The packet and the idle packet behind it.
    const frame = new TmFrameWriter(64).write(new Bench().packet(15));
    const channel = ((frame[5] ?? 0) >>> 1) & 0b111;
    assert.deepEqual(given(`framing=tm&frameBytes=64&storedChannels=${channel}`, [frame]), {
      live: 0,
      stored: 2,
    });
    assert.deepEqual(given(`framing=tm&frameBytes=64&storedChannels=${channel + 1}`, [frame]), {
      live: 2,
      stored: 0,
    });
  });

  it("are refused where the settings cannot be", () => {
    const problems = (settings: string): unknown => parseSource(`udp://0.0.0.0:1?${settings}`);
    assert.deepEqual(problems("stored=yes"), {
      problems: ["udp://0.0.0.0:1?stored=yes: stored: must be all or each"],
    });
    assert.deepEqual(problems("framing=tm&frameBytes=64&virtualChannels=0&storedChannels=1,9"), {
      problems: [
        "storedChannels: 9 is above 7",
        "storedChannels: 1 is none of virtualChannels",
        "storedChannels: 9 is none of virtualChannels",
      ].map(
        (each) => `udp://0.0.0.0:1?framing=tm&frameBytes=64&virtualChannels=0&storedChannels=1,9: ${each}`,
      ),
    });
  });
});

describe("the state document", () => {
  it("has the contact that is planned, and what was stored", () => {
    const bench = new Bench();
    const document = (): StateDocument => stateDocument(bench.state, "s", "0", bench.now);
    assert.equal(document().contact, null);
    const contacts = [
      { start: start - 10, end: start + 100, station: "svalbard" },
      { start: start + 6_000, end: start + 6_600, station: "svalbard" },
    ];
    bench.state.contacts = { plan: new ContactPlan(contacts), readAt: start };
    bench.live(15);
    bench.state.receive(bench.packet(12, 5_000, 9_000), bench.now);
    assert.deepEqual(document().contact, {
      ...{ isExpected: true, stations: ["svalbard"], secondsToAos: 5_999, secondsSinceLos: null },
    });
    assert.equal(document().packets[0]?.stored, 1);
  });
});

describe("packets of a recorder's last minute", () => {
  it("are not old enough to be stored ones, and set neither the value nor the clock back", () => {
    const bench = new Bench();
    bench.live(15);
    bench.now += 60;
    const recorded = [58, 30, 5].map((age) => bench.packet(12, age));
    bench.live(14);
    for (const packet of recorded) bench.state.receive(packet, bench.now + 0.5);
    const { value, stored, gaps } = bench.shown;
    assert.deepEqual({ value, stored }, { value: 14, stored: 0 });
    assert.equal(gaps - (bench.state.packets[0]?.late ?? 0), 0, "they did come");
    assert.equal(bench.state.onboardTimeOffset, 0);
  });
});

describe("the history", () => {
  it("gets every packet but duplicates, at its on-board time, and is told which it was", () => {
    const bench = new Bench();
    const taken: [number, number, Origin][] = [];
    bench.state.keepHistory({
      take: (_layout, time, values, origin) => void taken.push([time - start, values[0] ?? NaN, origin]),
    });
    bench.live(15);
    const late = bench.packet(14.5);
    bench.live(14);
    bench.state.receive(late, bench.now);
    bench.state.receive(late, bench.now);
    bench.state.receive(bench.packet(12, 5_002, 9_000), bench.now);
    assert.deepEqual(taken, [
      [1, 15, "live"],
      [2, 14, "live"],
      [1, 14.5, "late"],
      [-5_000, 12, "stored"],
    ]);
    assert.equal(bench.shown.value, 14);
  });
});

describe("without an on-board time", () => {
  it("packets are live, because nothing tells", () => {
    const dictionary = dictionaryOf("time: none");
    const bench = new Bench(dictionary);
    bench.live(15);
    bench.now += 7_200;
    bench.live(12);
    assert.equal(bench.shown.value, 12);
    assert.equal(stateDocument(bench.state, "s", "0", bench.now).onboardTimeOffset, null);
  });
});
