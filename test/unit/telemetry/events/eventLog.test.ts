import assert from "node:assert/strict";
import fc from "fast-check";
import { eventSeverities, loadDictionary } from "../../../../telemetry/dictionary";
import { TelemetryState } from "../../../../telemetry/exporter";
import { stateDocument } from "../../../../telemetry/exporter/stateDocument";
import { EventBench, example, type Line } from "./eventBench";

const cfs = example("cfs-evs");
const pus = example("pus-5");
const messages = (lines: readonly Line[]): unknown[] => lines.map(({ message }) => message);

describe("events of cFS", () => {
  it("are lines of JSON with severity, on-board time, application, number and message", () => {
    const bench = new EventBench(cfs, "long_event");
    bench.state.receive(
      bench.packet({ severity: "error", id: 42, source: "CFE_TBL", message: "Table is full\n" }, 3),
      bench.now,
    );
    assert.deepEqual(bench.lines, [
      {
        time: "2027-01-15T08:00:00.000000Z",
        kind: "event",
        severity: "error",
        spacecraft: "sat",
        apid: 8,
        packet: "long_event",
        origin: "live",
        onboardTime: "2027-01-15T07:59:57.000000Z",
        sequenceCount: 0,
        source: "CFE_TBL",
        id: 42,
        message: "Table is full",
      },
    ]);
    assert.deepEqual(bench.counted(), { "events{packet=long_event,severity=error,origin=live": 1 });
  });

  it("in the short form are told by their number", () => {
    const bench = new EventBench(cfs, "short_event");
    bench.live({ severity: "debug", id: 7 });
    assert.deepEqual(messages(bench.lines), ["event 7"]);
  });

  it("do not make their packets overdue, nor a gap after a long pause", () => {
    const bench = new EventBench(cfs, "long_event");
    bench.live({});
    bench.now += 90_000;
    bench.live({});
    const [packet] = bench.state.packets;
    assert.equal(packet?.missing, 0);
    assert.equal(bench.state.isFresh(0, bench.now + 90_000), true);
  });

  it("that were lost in a burst are gaps", () => {
    const bench = new EventBench(cfs, "long_event");
    bench.live({});
    bench.now += 10;
    bench.state.receive(bench.packet({}, 0, 81), bench.now);
    assert.equal(bench.state.packets[0]?.missing, 80);
  });
});

describe("events of PUS", () => {
  it("have the severity of their subtype", () => {
    const bench = new EventBench(pus, "event_report");
    for (const severity of ["info", "warning", "error", "critical"] as const) {
      bench.live({ severity, id: 300 });
    }
    assert.deepEqual(
      bench.lines.map(({ severity, id }) => [severity, id]),
      [
        ["info", 300],
        ["warning", 300],
        ["error", 300],
        ["critical", 300],
      ],
    );
  });

  it("have the auxiliary data of their definition, and what the packet that they extend says", () => {
    const bench = new EventBench(pus, "battery_low");
    const packet = bench.packet({ severity: "critical", id: 7 });
    packet.writeUInt16BE(13_250, packet.length - 5);
    packet[packet.length - 3] = 2;
    // The CRC is made anew.
    const whole = withCrc(packet);
    bench.state.receive(whole, bench.now);
    const [line] = bench.lines;
    assert.equal(line?.severity, "critical");
    assert.equal(line.message, "The battery is low");
    assert.deepEqual(line.values, { voltage: 13.25, switched_off: "TRANSMITTER" });
  });

  it("that a packet repeats are told when they change, and an empty one is none", () => {
    const bench = new EventBench(pus, "software_housekeeping");
    for (const message of ["", "watchdog", "watchdog", "watchdog", "stack", "", "", "stack"]) {
      bench.now += 10;
      bench.live({ message });
    }
    assert.deepEqual(messages(bench.lines), ["watchdog", "stack"]);
  });
});

describe("stored events and copies", () => {
  it("are told with their on-board time and marked, and counted for themselves", () => {
    const bench = new EventBench(cfs, "long_event");
    bench.live({});
    bench.state.receive(bench.packet({ message: "old", severity: "critical" }, 5000, 9000), bench.now);
    const line = bench.lines[1];
    assert.equal(line?.origin, "stored");
    assert.equal(line.onboardTime, "2027-01-15T06:36:40.000000Z");
    assert.deepEqual(bench.counted(), {
      "events{packet=long_event,severity=info,origin=live": 1,
      "events{packet=long_event,severity=critical,origin=stored": 1,
    });
  });

  it("are not told again when they came live before, nor when two stations play them back", () => {
    const bench = new EventBench(cfs, "long_event");
    const live = bench.live({ message: "seen live" });
    const old = bench.packet({ message: "between contacts" }, 3000, 9000);
    bench.now += 2000;
    bench.live({ message: "new contact" });
    for (const packet of [live, old, live, old]) bench.state.receive(packet, bench.now);
    assert.deepEqual(messages(bench.lines), ["seen live", "new contact", "between contacts"]);
    assert.deepEqual(bench.counted(), {
      "events{packet=long_event,severity=info,origin=live": 2,
      "events{packet=long_event,severity=info,origin=stored": 1,
    });
  });

  it("of a second station are not told", () => {
    const bench = new EventBench(cfs, "long_event");
    const packets = ["a", "b", "c"].map((message) => bench.packet({ message }));
    for (const packet of [...packets, ...packets]) bench.state.receive(packet, bench.now);
    assert.deepEqual(messages(bench.lines), ["a", "b", "c"]);
  });

  it("that come late are told once, as late", () => {
    const bench = new EventBench(cfs, "long_event");
    const [first, second, third] = ["a", "b", "c"].map((message) => bench.packet({ message }));
    for (const packet of [first, third, second, second]) {
      if (packet) bench.state.receive(packet, bench.now);
    }
    assert.deepEqual(
      bench.lines.map(({ message, origin }) => [message, origin]),
      [
        ["a", "live"],
        ["c", "live"],
        ["b", "late"],
      ],
    );
  });
});

describe("lines of events", () => {
  it("are valid JSON of printable characters and bounded, whatever bytes come", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 156, maxLength: 156 }), (bytes) => {
        const bench = new EventBench(cfs, "long_event");
        const packet = bench.packet({});
        packet.set(bytes, 16);
        bench.state.receive(packet, bench.now);
        const [line = ""] = bench.raw;
        assert.equal(bench.raw.length, 1);
        assert.match(line, /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+\n$/u);
        assert.ok(Buffer.byteLength(line) <= 8193);
        assert.ok(typeof (JSON.parse(line) as Line).message === "string");
      }),
    );
  });

  it("say that a text is not UTF-8, and that a severity is not known", () => {
    const bench = new EventBench(cfs, "long_event");
    const packet = bench.packet({ message: "broken: ##" });
    const at = packet.indexOf("##");
    packet[at] = 0xc3;
    packet.writeUInt16LE(9, 16 + 22);
    bench.state.receive(packet, bench.now);
    const [line] = bench.lines;
    assert.equal(line?.severity, "warning");
    assert.deepEqual(line.problems, [
      "message: is not UTF-8",
      "event_type: 9 has no level; taken for warning",
    ]);
  });

  it("are bounded in number for each severity; what is left out is counted and said", () => {
    const bench = new EventBench(cfs, "long_event");
    for (let i = 0; i < 5000; i++) bench.live({ severity: "info", message: `storm ${i}` });
    bench.live({ severity: "critical", message: "the cause" });
    bench.now += 10;
    bench.live({ severity: "info", message: "after" });
    const lines = bench.lines;
    assert.equal(lines.length, 2000 + 1 + 1 + 1);
    assert.equal(lines[2000]?.kind, "events suppressed");
    assert.equal(lines[2001]?.message, "the cause");
    assert.equal(lines[2002]?.suppressedBefore, 3000);
    assert.deepEqual(bench.counted(), {
      "events{packet=long_event,severity=info,origin=live": 5001,
      "events{packet=long_event,severity=critical,origin=live": 1,
      "suppressed_events{severity=info": 3000,
    });
  });

  it("never exceed what time allows, whatever comes when", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ wait: fc.integer({ min: 0, max: 100 }), times: fc.integer({ min: 1, max: 900 }) }),
          {
            maxLength: 8,
          },
        ),
        (bursts) => {
          const bench = new EventBench(cfs, "short_event");
          const start = bench.now;
          let all = 0;
          for (const { wait, times } of bursts) {
            bench.now += wait;
            for (let i = 0; i < times; i++) bench.live({ severity: "error" });
            all += times;
          }
          const events = bench.lines.filter(({ kind }) => kind === "event").length;
          assert.ok(events <= 2000 + 5 * (bench.now - start));
          const suppressed = bench.state.events?.suppressed("error") ?? 0;
          assert.equal(events + suppressed, all);
        },
      ),
      { numRuns: 15 },
    );
  });

  it("has the newest for the page, also those that have no line", () => {
    const bench = new EventBench(cfs, "short_event");
    assert.deepEqual(stateDocument(bench.state, "sat", "1", bench.now).events, []);
    for (let id = 0; id < 2100; id++) bench.live({ severity: "info", id });
    const { events } = stateDocument(bench.state, "sat", "1", bench.now);
    assert.deepEqual(
      events?.map(({ id }) => id),
      Array.from({ length: 50 }, (_, i) => 2099 - i),
    );
    assert.deepEqual(events?.[0], {
      ...{ severity: "info", packet: "short_event", origin: "live", source: "CFE_ES", id: 2099 },
      ...{ message: "event 2099", receivedAt: bench.now, onboardTime: bench.now },
    });
    const without = new TelemetryState(loadDictionary(), 5);
    assert.equal(stateDocument(without, "sat", "1", bench.now).events, null);
  });

  it("say of every event what was written into its packet", () => {
    fc.assert(
      fc.property(
        fc.record({
          severity: fc.constantFrom(...eventSeverities.filter((each) => each !== "warning")),
          id: fc.integer({ min: 0, max: 65_535 }),
          source: fc.stringMatching(/^[A-Z_]{1,20}$/),
          message: fc.stringMatching(/^[!-~ ]{0,60}[!-~]$/),
        }),
        (event) => {
          const bench = new EventBench(cfs, "long_event");
          bench.live(event);
          const { severity, id, source, message } = bench.lines[0] ?? {};
          assert.deepEqual({ severity, id, source, message }, { ...event });
        },
      ),
    );
  });
});

function withCrc(packet: Buffer): Buffer {
  let crc = 0xffff;
  for (const byte of packet.subarray(0, -2)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ 0x1021;
    crc &= 0xffff;
  }
  packet.writeUInt16BE(crc, packet.length - 2);
  return packet;
}
