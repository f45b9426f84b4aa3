import assert from "node:assert/strict";
import fc from "fast-check";
import { encodePacket, packetLayouts } from "../../../telemetry/decoder";
import { parseDictionary } from "../../../telemetry/dictionary";
import { type Refusal, stateDocument, telemetryRegistry, TelemetryState } from "../../../telemetry/exporter";

const dictionary = parseDictionary(`
name: test
version: "1"
time: { code: CUC, epoch: "2000-01-01T00:00:00Z" }
packets:
  - apid: 10
    name: housekeeping
    subsystem: power
    period: 1
    description: d
    parameters:
      - { name: mode, description: Mode, type: enumeration, bits: 8, states: { 0: SAFE, 1: NOMINAL } }
`);
const [layout] = packetLayouts(dictionary);
assert.ok(layout);
const good = encodePacket(layout, 7, 1_000_000_000, Float64Array.of(1));

/** The packet with one change. */
function changed(change: (packet: Buffer) => void, length = good.length): Buffer {
  const packet = Buffer.alloc(length);
  good.copy(packet);
  packet.writeUInt16BE(length - 7, 4);
  change(packet);
  return packet;
}

const unknown = (apid: number): Buffer => changed((packet) => packet.writeUInt16BE(0x0800 | apid, 0));
const fragment = changed((packet) => (packet[2] = 0x40));
const long = changed(() => undefined, good.length + 2);
const wrongState = changed((packet) => (packet[packet.length - 1] = 9));
const version = changed((packet) => (packet[0] = 0xff));

function receive(...datagrams: readonly Buffer[]): {
  state: TelemetryState;
  told: (Refusal | undefined)[];
  metrics: string;
} {
  const told: (Refusal | undefined)[] = [];
  const state = new TelemetryState(dictionary, 5, (refusal) => told.push(refusal));
  for (const datagram of datagrams) state.receive(datagram, 1);
  const metrics = telemetryRegistry({ state, spacecraft: "s", version: "0", clock: () => 1 }).text();
  return { state, told, metrics };
}

describe("the first refused packet of a kind", () => {
  it("is told with reason, APID, packet, lengths, the header's bytes and what to look at; later ones are counted", () => {
    const { told, metrics } = receive(long, good, long, long);
    assert.deepEqual(told, [
      {
        reason: "length",
        apid: 10,
        packet: "housekeeping",
        packetBytes: good.length + 2,
        receivedBytes: good.length + 2,
        header: long.toString("hex", 0, 16),
        hint: "another length than the dictionary's packet has",
      },
    ]);
    assert.match(
      metrics,
      /^bus_decode_errors_total\{spacecraft="s",reason="length",packet="housekeeping"\} 3$/m,
    );
  });

  it("is where it is in its datagram, behind sound packets", () => {
    const { told } = receive(Buffer.concat([good, fragment, good]));
    assert.equal(told[0]?.header, fragment.toString("hex", 0, 16));
    assert.equal(told[0]?.receivedBytes, fragment.length + good.length);
  });

  it("names the parameter of a refused value", () => {
    const { told } = receive(wrongState, wrongState);
    assert.deepEqual(
      told.map((each) => [each?.reason, each?.packet, each?.parameter]),
      [["unknown_state", "housekeeping", "power.mode"]],
    );
  });

  it("is told for each unknown APID, and counted by APID in the state document", () => {
    const { state, told } = receive(unknown(3), unknown(4), unknown(3));
    assert.deepEqual(
      told.map((each) => [each?.reason, each?.apid]),
      [
        ["unknown_apid", 3],
        ["unknown_apid", 4],
      ],
    );
    const document = stateDocument(state, "s", "0", 1);
    assert.deepEqual(document.unknownApidPackets, { "3": 2, "4": 1 });
    assert.equal(document.refusals.length, 2);
  });

  it("has no APID to trust where the version is wrong: all such packets are one kind", () => {
    const { told, metrics } = receive(
      version,
      changed((packet) => packet.writeUInt16BE(0xe123, 0)),
    );
    assert.equal(told.length, 1);
    assert.match(metrics, /^bus_decode_errors_total\{spacecraft="s",reason="version",packet=""\} 2$/m);
  });
});

describe("refusals of anything at all", () => {
  it("are told 64 times at most, and the counts by packet and by APID add up to the totals", () => {
    const anyPacket = fc.oneof(
      fc.constantFrom(good, long, fragment, wrongState, version, good.subarray(0, 9)),
      fc.integer({ min: 0, max: 2046 }).map(unknown),
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
    );
    fc.assert(
      fc.property(fc.array(anyPacket, { maxLength: 300 }), (datagrams) => {
        const { state, told, metrics } = receive(...datagrams);
        assert.ok(told.filter(Boolean).length <= 64);
        assert.ok(told.length <= 65);
        const sum = (pattern: RegExp): number =>
          [...metrics.matchAll(pattern)].reduce((total, [, count]) => total + Number(count), 0);
        for (const [reason, count] of Object.entries(state.errors)) {
          assert.equal(
            sum(new RegExp(`^bus_decode_errors_total\\{.*reason="${reason}".*\\} (\\d+)$`, "gm")),
            count,
            reason,
          );
        }
        assert.equal(sum(/^bus_unknown_apid_packets_total\{.*\} (\d+)$/gm), state.unknownApids);
      }),
      { numRuns: 40 },
    );
  });
});
