import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Dictionary } from "../../../../telemetry/dictionary";
import { dictionaryWith, number, type Outcome, outcomeOf } from "./dictionaryOf";

/** Packets made or read by Python libraries; test/golden/telemetry/packets.py makes them anew. */
interface Foreign {
  readonly packets: readonly string[];
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly broken?: string;
}

const foreign = JSON.parse(
  readFileSync(join(__dirname, "../../../golden/telemetry/packets.json"), "utf8"),
) as Readonly<Record<"pus" | "columns" | "containers", Foreign>>;

const decoded = (dictionary: Dictionary, hex: string): Outcome =>
  outcomeOf(dictionary, Buffer.from(hex, "hex"));

describe("what other libraries make and read", () => {
  const pus = dictionaryWith(
    [
      {
        ...{ apid: 77, service: 3, subtype: 25 },
        parameters: [number("sid", 8, { hidden: true }), number("volts", 16), number("mode", 8)],
      },
    ],
    {
      ...{ secondaryHeader: "PUS-C", checksum: "crc16" },
      time: { code: "CDS", epoch: "1958-01-01T00:00:00Z", preamble: true },
    },
  );

  it("spacepackets: PUS TM[3,25] with a CDS time and a CRC", () => {
    foreign.pus.packets.forEach((hex, i) => {
      const { time, values, errors } = decoded(pus, hex);
      const { time: expected, ...row } = foreign.pus.rows[i] ?? {};
      assert.deepEqual([values, errors], [row, []]);
      assert.equal(time, expected);
    });
    assert.deepEqual(decoded(pus, foreign.pus.broken ?? "").errors, ["checksum"]);
  });

  it("ccsdspy: integers at any bit, floats behind them, an array", () => {
    const float = (name: string, bits: number): Readonly<Record<string, unknown>> => ({
      ...{ name, description: "d", type: "float", bits, unit: "count" },
    });
    const dictionary = dictionaryWith([
      {
        apid: 5,
        parameters: [
          ...[number("a", 3), number("b", 13, { type: "signed" }), number("c", 12), number("d", 36)],
          ...[float("e", 32), float("f", 64), number("g", 16, { count: 3 })],
        ],
      },
    ]);
    assert.deepEqual(
      foreign.columns.packets.map((hex) => decoded(dictionary, hex).values),
      foreign.columns.rows,
    );
  });

  it("space_packet_parser: containers of XTCE that inherit by the values of fields", () => {
    const dictionary = dictionaryWith([
      { apid: 9, name: "base", abstract: true, parameters: [number("kind", 8), number("sub", 8)] },
      { name: "one", extends: "base", when: { kind: 1 }, parameters: [number("a", 16)] },
      {
        name: "two",
        extends: "base",
        when: { kind: 2 },
        abstract: true,
        parameters: [number("b", 12), number("c", 4)],
      },
      { name: "two_deep", extends: "two", when: { sub: 7 }, parameters: [number("d", 24)] },
    ]);
    const upper = ({ values }: Outcome): unknown =>
      Object.fromEntries(Object.entries(values).map(([name, value]) => [name.toUpperCase(), value]));
    assert.deepEqual(
      foreign.containers.packets.map((hex) => upper(decoded(dictionary, hex))),
      foreign.containers.rows,
    );
  });
});
