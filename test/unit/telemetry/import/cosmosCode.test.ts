import assert from "node:assert/strict";
import fc from "fast-check";
import { spacePacket } from "../packets/dictionaryOf";
import { imported, type Result } from "./xtceOf";

/** Packet with A and B of 8 bits, F, a float, and the lines of the test. */
const of = (lines: string, more = ""): Result =>
  imported(
    "cosmos",
    `TELEMETRY SAT P BIG_ENDIAN "d"
  APPEND_ID_ITEM ID 16 UINT 1 "d"
  APPEND_ITEM COUNT 16 UINT "d"
  APPEND_ITEM LENGTH 16 UINT "d"
  APPEND_ITEM A 8 UINT "d"
  APPEND_ITEM B 8 INT "d"
  APPEND_ITEM F 32 FLOAT "d"
${lines}
${more}`,
  );
const derived = (...code: readonly string[]): string =>
  `ITEM D 0 0 DERIVED "Derived"\nGENERIC_READ_CONVERSION_START FLOAT 32\n${code.join("\n")}\nGENERIC_READ_CONVERSION_END\n`;
const hex = (a: number, b: number, f: number): string => {
  const bytes = Buffer.alloc(6);
  bytes.writeUInt8(a, 0);
  bytes.writeInt8(b, 1);
  bytes.writeFloatBE(f, 2);
  return bytes.toString("hex");
};
const valueOf = (lines: string, a = 3, b = -2, f = 0.5): unknown => {
  const { decode, leftOut } = of(lines);
  assert.deepEqual(leftOut, []);
  return decode(spacePacket(hex(a, b, f))).values.d;
};

describe("derived items of COSMOS", () => {
  for (const [code, expected] of [
    ["packet.read('A') * 2", 6],
    ['packet.read("A") / 4.0', 0.75],
    ["packet.read('a').to_f / 4", 0.75],
    ["float(packet.read('A')) / 4", 0.75],
    ["(packet.read('A') + packet.read('B')) / 2.0", 0.5],
    ["packet.read('F') / 2", 0.25],
    ["myself.read('A') * 2", 6],
    ["1_000 * packet.read('A')", 3000],
    ["return packet.read('B', :RAW) ** 2", 4],
    ["packet.read('B', 'RAW').abs", 2],
    ["-packet.read('A') + 1 # a comment", -2],
    ["Math.sqrt(packet.read('A') + 6)", 3],
    ["math.log(packet.read('A') - 2)", 0],
    ["packet.read('F') * 180 / Math::PI", 90 / Math.PI],
  ] as const) {
    it(`are computed as their code says: ${code}`, () => assert.equal(valueOf(derived(code)), expected));
  }

  it("have their unit, limits and description", () => {
    const { text, leftOut } = of(
      `${derived("packet.read('A') * 0.1")} UNITS Volts V\n LIMITS DEFAULT 1 ENABLED 1 2 8 9\n FORMAT_STRING "%f"`,
    );
    assert.deepEqual(leftOut, []);
    assert.match(
      text,
      /description: Derived\n\s+type: derived\n\s+formula: \(p\.a \* 0\.1\)\n\s+unit: V\n\s+limits:\n\s+yellow:\n\s+low: 2/,
    );
  });

  it("may read others, in any order, and are those of their own packet", () => {
    const twice = derived("packet.read('E') * 2");
    const half = derived("packet.read('A') / 2.0").replace("ITEM D", "ITEM E");
    const other =
      'TELEMETRY SAT Q BIG_ENDIAN "d"\nAPPEND_ID_ITEM ID 16 UINT 2 "d"\nAPPEND_ITEM COUNT 32 UINT "d"\nAPPEND_ITEM A 8 UINT "d"\n';
    const { decode, leftOut } = of(twice + half, `${other}${derived("packet.read('A') + 100")}`);
    assert.deepEqual(leftOut, []);
    assert.deepEqual(decode(spacePacket(hex(3, 0, 0))).values, { a: 3, b: 0, f: 0, e: 1.5, d: 3 });
    assert.equal(decode(spacePacket("05", { apid: 2 })).values.d, 105);
  });

  it("read converted numbers, and raw ones only where they are the same", () => {
    const converted = (code: string): Result =>
      of(`APPEND_ITEM C 8 UINT "d"\nPOLY_READ_CONVERSION 1 2\n${derived(code)}`);
    const read = converted("packet.read('C') / 2");
    assert.deepEqual(read.leftOut, []);
    assert.equal(read.decode(spacePacket(`${hex(0, 0, 0)}04`)).values.d, 4.5);
    assert.deepEqual(converted("packet.read('C', :RAW) * 2").leftOut, ["Item D: is derived"]);
  });

  for (const code of [
    "packet.read('A') / 4",
    "packet.read('A') % 4",
    "packet.read('A') & 4",
    "packet.read('A') > 4",
    "packet.read('A') == 1 ? 2 : 3",
    "packet.read('NO')",
    "packet.read('A', :FORMATTED)",
    "packet.read('A', 'CONVERTED', 5)",
    "packet.write('A', 5)",
    "packet.read_all()",
    "packet['read']('A')",
    "value * 2",
    "3",
    "-packet.read('A') ** 2",
    "Math.log(packet.read('A'), 2)",
    "Math.constructor(packet.read('A'))",
    "myself.call(packet.read('A'))",
    "a = packet.read('A')",
    "system('ls')",
    "'text'",
    "(",
  ]) {
    it(`are left out where their code is more than that: ${code}`, () => {
      const { leftOut, decode } = of(derived(code));
      assert.deepEqual(leftOut, ["Item D: is derived"]);
      assert.equal(decode(spacePacket(hex(3, 0, 0))).values.a, 3);
    });
  }

  it("are left out where they read the primary header, or have several lines", () => {
    assert.match(
      of(derived("packet.read('COUNT') * 2")).leftOut.join(),
      /Item D: is computed from COUNT, which is in no packet, or in the primary header/,
    );
    assert.deepEqual(of(derived("b = 2", "packet.read('A') * b")).leftOut, ["Item D: is derived"]);
    assert.deepEqual(of(derived("packet.read('D') * 2")).leftOut, ["Item D: is derived"]);
  });

  it("compute as a model of their expressions does", () => {
    interface Made {
      readonly code: string;
      readonly value: (a: number, b: number, f: number) => number;
    }
    const { tree } = fc.letrec<{ tree: Made }>((tie) => ({
      tree: fc.oneof(
        { depthSize: "small", withCrossShrink: true },
        fc.constantFrom<Made>(
          { code: "packet.read('A')", value: (a) => a },
          { code: 'packet.read("B", :RAW)', value: (_, b) => b },
          { code: "packet.read('F')", value: (_a, _b, f) => f },
        ),
        fc.integer({ min: 0, max: 99 }).map((n): Made => ({ code: `${n / 4}`, value: () => n / 4 })),
        fc.tuple(fc.constantFrom("+", "-", "*"), tie("tree"), tie("tree")).map(([sign, x, y]): Made => ({
          code: `(${x.code} ${sign} ${y.code})`,
          value: (...all) => {
            const [p, q] = [x.value(...all), y.value(...all)];
            return sign === "+" ? p + q : sign === "-" ? p - q : p * q;
          },
        })),
        tie("tree").map((x): Made => ({ code: `${x.code} / 8.0`, value: (...all) => x.value(...all) / 8 })),
      ),
    }));
    fc.assert(
      fc.property(
        tree,
        fc.nat(255),
        fc.integer({ min: -128, max: 127 }),
        fc.integer({ min: -8, max: 8 }),
        (made, a, b, f) => {
          const { decode, leftOut } = of(derived(`(${made.code}) + packet.read('A')`));
          // A formula is no longer than 1,000 characters.
          if (made.code.length > 400) return;
          assert.deepEqual(leftOut, []);
          const expected = made.value(a, b, f / 4) + a;
          const found = Number(decode(spacePacket(hex(a, b, f / 4))).values.d);
          assert.ok(
            Math.abs(found - expected) <= 1e-9 * Math.max(1, Math.abs(expected)),
            `${found} ${expected}`,
          );
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe("items of COSMOS with code", () => {
  const item = (...lines: readonly string[]): Result => of(`APPEND_ITEM C 8 UINT "d"\n${lines.join("\n")}`);
  const code = (text: string): string =>
    `GENERIC_READ_CONVERSION_START\n${text}\nGENERIC_READ_CONVERSION_END`;
  const decoded = ({ decode }: Result): unknown => decode(spacePacket(`${hex(0, 0, 0)}04`)).values.c;

  it("are calibrated by a formula where it is one expression of their own number", () => {
    const result = item(code("value * 2.5 - 1"), "UNITS Volts V");
    assert.deepEqual(result.leftOut, []);
    assert.match(result.text, /formula: \(\(x \* 2\.5\) - 1\)\n\s+unit: V/);
    assert.equal(decoded(result), 9);
  });

  it("that are arrays are so element by element", () => {
    const { decode, leftOut } = of(`APPEND_ARRAY_ITEM C 8 UINT 16 "d"\n${code("value * 2.5")}`);
    assert.deepEqual(leftOut, []);
    assert.deepEqual(decode(spacePacket(`${hex(0, 0, 0)}0204`)).values.c, [5, 10]);
  });

  it("are shown as they are sent, without unit and limits, where it is more than that", () => {
    const result = item(code("value / 2"), "UNITS Volts V", "LIMITS DEFAULT 1 ENABLED 1 2 8 9");
    assert.deepEqual(result.leftOut, ["Item C: its GENERIC_READ_CONVERSION_START"]);
    assert.doesNotMatch(result.text, /unit: V|limits/);
    assert.equal(decoded(result), 4);
    const byFile = item("READ_CONVERSION my.rb", "UNITS Volts V");
    assert.deepEqual(byFile.leftOut, ["Item C: its READ_CONVERSION my.rb"]);
    assert.doesNotMatch(byFile.text, /unit: V/);
  });

  it("do not take code of commands for theirs, nor code that never ends for all that follows in another file", () => {
    const written = item("GENERIC_WRITE_CONVERSION_START\nvalue * 2\nGENERIC_WRITE_CONVERSION_END");
    assert.deepEqual(written.leftOut, []);
    assert.equal(decoded(written), 4);
    const { decode } = imported(
      "cosmos",
      'TELEMETRY SAT X BIG_ENDIAN "d"\nAPPEND_ID_ITEM ID 16 UINT 1 "d"\nAPPEND_ITEM REST 32 UINT "d"\nAPPEND_ITEM A 8 UINT "d"\nGENERIC_READ_CONVERSION_START\nvalue * 2\n',
      {
        others: [
          {
            file: "b.txt",
            text: 'TELEMETRY SAT Y BIG_ENDIAN "d"\nAPPEND_ID_ITEM ID 16 UINT 2 "d"\nAPPEND_ITEM REST 32 UINT "d"\nAPPEND_ITEM B 8 UINT "d"\n',
          },
        ],
      },
    );
    assert.deepEqual(decode(spacePacket("05", { apid: 2 })).values, { b: 5 });
  });
});
