import assert from "node:assert/strict";
import { crc16 } from "../../../../telemetry/decoder";
import { telemetryRegistry, TelemetryState } from "../../../../telemetry/exporter";
import { expectedPackets, Link } from "../../../../telemetry/links";
import { framesOf } from "../../../support/telemetry/frames";
import { cut, marker, packet, pushAll, source } from "../../../support/telemetry/streams";
import { dictionaryWith, number } from "../packets/dictionaryOf";

/** Without secondary headers, with a CRC: two layouts on APID 1, one of them of any length; one on APID 2. */
const dictionary = dictionaryWith(
  [
    { name: "base", abstract: true, parameters: [number("kind", 8, { hidden: true })] },
    {
      name: "bins",
      extends: "base",
      when: { kind: 1 },
      parameters: [number("n", 8, { count: "rest", most: 9 })],
    },
    { name: "volts", extends: "base", when: { kind: 2 }, parameters: [number("battery", 16)] },
    { name: "other", apid: 2, parameters: [number("load", 8)] },
  ],
  { checksum: "crc16", secondaryHeader: "none" },
);

/** Packet of the dictionary, with its CRC. */
function made(apid: number, count: number, data: readonly number[]): Buffer {
  const whole = packet(apid, count, Uint8Array.from([...data, 0, 0]));
  whole[0] = 0; // no secondary header
  whole.writeUInt16BE(crc16(whole, 0, whole.length - 2), whole.length - 2);
  return whole;
}

/** The packet in two segments, the second of which has the next count. */
function segments(whole: Buffer): Buffer[] {
  const count = whole.readUInt16BE(2) & 0x3fff;
  const apid = whole.readUInt16BE(0) & 0x7ff;
  return [packet(apid, count, whole.subarray(6, 8), 1), packet(apid, count + 1, whole.subarray(8), 2)].map(
    (segment) => {
      segment[0] = 0;
      return segment;
    },
  );
}

function receiver(url: string): { link: Link; state: TelemetryState; metric: (series: string) => number } {
  const state = new TelemetryState(dictionary, 5);
  const receive = (bytes: Buffer, count: number): void => state.receive(bytes, 1, count);
  const link = new Link(source(url), receive, expectedPackets(state.layouts));
  const registry = telemetryRegistry({ state, spacecraft: "s", version: "0", clock: () => 1 });
  const metric = (series: string): number => {
    const line = registry
      .text()
      .split("\n")
      .find((each) => each.startsWith(`${series} `));
    return line === undefined ? NaN : Number(line.slice(series.length + 1));
  };
  return { link, state, metric };
}

describe("packets of any layout over links", () => {
  const sent = [
    made(1, 0, [1, 7, 8, 9]),
    ...segments(made(1, 1, [2, 0x01, 0x02])),
    made(2, 0, [5]),
    made(1, 3, [1, 6]),
  ];

  for (const [name, url, bytes] of [
    [
      "a TCP stream behind noise",
      "tcp://a:1?segments=join",
      Buffer.concat([Buffer.from("beef", "hex"), ...sent]),
    ],
    [
      "TM frames",
      "tcp://a:1?segments=join&framing=tm&frameBytes=20",
      Buffer.concat(framesOf(sent, { kind: "tm", frameBytes: 20 }).flatMap((each) => [marker, each])),
    ],
  ] as const) {
    it(`are decoded from ${name}, joined, checked and without a gap`, () => {
      const { link, state, metric } = receiver(url);
      const stream = link.stream();
      pushAll(stream, cut(bytes, [3, 11, 12, 40]));
      stream.end();
      assert.deepEqual(
        state.packets.map(({ packet: { name: each }, received, missing }) => [each, received, missing]),
        [
          ["base", 0, 0],
          ["bins", 2, 0],
          ["volts", 1, 0],
          ["other", 1, 0],
        ],
      );
      assert.equal(metric('bus_s_battery{spacecraft="s"}'), 0x0102);
      assert.equal(metric('bus_s_n{spacecraft="s",index="0"}'), 6);
      assert.equal(metric('bus_s_load{spacecraft="s"}'), 5);
      assert.equal(link.counters.joinedPackets, 1);
    });
  }

  it("are refused by the name of their layout, or of their APID's, and each name is a series from the start", () => {
    const { link, metric } = receiver("udp://a:1");
    const broken = made(1, 0, [2, 1, 2]);
    broken[8] = 9;
    for (const each of [broken, made(1, 1, [9, 1]), made(1, 2, [2, 1, 2, 3]), made(2, 0, [1, 2])]) {
      link.message(each);
    }
    const errors = (reason: string, name: string): number =>
      metric(`bus_decode_errors_total{spacecraft="s",reason="${reason}",packet="${name}"}`);
    assert.deepEqual(
      [
        errors("checksum", "base"),
        errors("layout", "base"),
        errors("length", "volts"),
        errors("length", "other"),
      ],
      [1, 1, 1, 1],
    );
    assert.deepEqual(
      [errors("length", "bins"), errors("fragment", "base"), errors("checksum", "other")],
      [0, 0, 0],
    );
  });

  it("name in a stream what the dictionary does not fit, as long as they follow one another", () => {
    const { link, metric } = receiver("tcp://a:1");
    const stream = link.stream();
    stream.push(Buffer.concat([made(2, 0, [1]), made(2, 1, [1, 2]), made(2, 2, [3])]));
    stream.end();
    assert.equal(metric('bus_decode_errors_total{spacecraft="s",reason="length",packet="other"}'), 1);
    assert.equal(metric('bus_s_load{spacecraft="s"}'), 3);
    assert.equal(link.counters.skippedBytes, 0);
  });
});
