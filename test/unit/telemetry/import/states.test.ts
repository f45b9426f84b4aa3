import assert from "node:assert/strict";
import fc from "fast-check";
import { spacePacket } from "../packets/dictionaryOf";
import { apid7, container, entries, imported, packetOf, parameter, type Result, xtce } from "./xtceOf";

/** Item A of COSMOS with these lines, and B of 8 bits behind it. */
const cosmos = (lines: string, item = "8 UINT"): Result =>
  imported(
    "cosmos",
    `TELEMETRY SAT P BIG_ENDIAN "d"\n APPEND_ID_ITEM ID 16 UINT 1 "d"\n APPEND_ITEM REST 32 UINT "d"\n APPEND_ITEM A ${item} "d"\n${lines}\n APPEND_ITEM B 8 UINT "d"`,
  );
const decoded = ({ decode }: Result, hex: string): unknown => decode(spacePacket(hex)).values.a;
const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;
const csv = (states: string, type = "uint", bits = 8): Result =>
  imported("csv", `name,data_type,bit_length,states\nA,${type},${bits},${quoted(states)}\n`, { apids: [1] });
/** States of A as the dictionary has them. */
const statesOf = ({ text }: Result): Record<string, string> =>
  Object.fromEntries(
    [...text.matchAll(/^\s+"?(-?\d+(?:\.\.-?\d+)?|other)"?: "?([A-Z_0-9]+)"?$/gm)].map(
      ([, key = "", name = ""]) => [key, name],
    ),
  );

describe("states of COSMOS", () => {
  it("that a number of its size never has are left out, and the others stay", () => {
    const result = cosmos("STATE OFF 0\nSTATE MINUS -1\nSTATE ON 1\nSTATE FAR 256 RED");
    assert.deepEqual(result.leftOut, [
      "Item A: its state MINUS: -1 does not fit in 8 bits",
      "Item A: its state FAR: 256 does not fit in 8 bits",
    ]);
    assert.deepEqual(statesOf(result), { 0: "OFF", 1: "ON" });
    assert.deepEqual(result.decode(spacePacket("ff 05")).errors, ["unknown_state"]);
  });

  it("of one number twice are the first one", () => {
    const result = cosmos("STATE ONE 1 RED\nSTATE UNO 1 YELLOW\nSTATE OFF 0");
    assert.deepEqual(result.leftOut, ["Item A: its state UNO of 1, which is ONE already"]);
    assert.deepEqual(statesOf(result), { 0: "OFF", 1: "ONE" });
    assert.match(result.text, /red:\n\s+- ONE\n/);
  });

  it("of converted numbers are left out, and the number is converted", () => {
    const result = cosmos("POLY_READ_CONVERSION 0 2\nSTATE FOUR 4");
    assert.deepEqual(result.leftOut, ["Item A: its states, which are those of the converted number"]);
    assert.equal(decoded(result, "02 05"), 4);
    const byCode = cosmos("STATE FOUR 4\nREAD_CONVERSION my.rb");
    assert.match(
      byCode.leftOut.join("\n"),
      /its READ_CONVERSION my\.rb\n.*its states, which are those of the converted/,
    );
    assert.equal(decoded(byCode, "04 05"), 4);
    assert.deepEqual(statesOf(cosmos("POLY_READ_CONVERSION 0 1\nSTATE FOUR 4")), { 4: "FOUR" });
  });

  it("none of which fits leave a number", () => {
    const result = cosmos("STATE FAR 999");
    assert.deepEqual(result.notes, ["Item A: has no states: it is a number"]);
    assert.equal(decoded(result, "07 05"), 7);
  });

  it("of signed numbers may be negative", () => {
    const result = cosmos("STATE DOWN -1\nSTATE UP 1", "8 INT");
    assert.deepEqual(result.leftOut, []);
    assert.equal(decoded(result, "ff 05"), -1);
  });
});

describe("conversions of COSMOS by segments", () => {
  it("of any degree, that meet or not, convert as COSMOS does", () => {
    const segment = fc.tuple(
      fc.integer({ min: -300, max: 300 }),
      fc.array(
        fc.integer({ min: -8, max: 8 }).map((eighths) => eighths / 8),
        { minLength: 1, maxLength: 4 },
      ),
    );
    const segments = fc.uniqueArray(segment, { minLength: 1, maxLength: 5, selector: ([from]) => from });
    fc.assert(
      fc.property(segments, fc.nat(255), fc.boolean(), (list, byte, isSigned) => {
        const lines = list.map(([from, c]) => `SEG_POLY_READ_CONVERSION ${from} ${c.join(" ")}`).join("\n");
        const result = cosmos(lines, isSigned ? "8 INT" : "8 UINT");
        assert.deepEqual(result.leftOut, []);
        const raw = isSigned ? Buffer.from([byte]).readInt8() : byte;
        // The highest bound that is not above the number, or the lowest of all.
        const [lowest] = [...list].sort(([a], [b]) => a - b);
        const [, c] = [...list].sort(([a], [b]) => b - a).find(([from]) => raw >= from) ?? lowest ?? [0, []];
        const expected = c.reduce((sum, coefficient, i) => sum + coefficient * raw ** i, 0);
        const found = Number(decoded(result, `${byte.toString(16).padStart(2, "0")} 05`));
        assert.ok(
          Math.abs(found - expected) <= 1e-9 * Math.max(1, Math.abs(expected)),
          `${found} ${expected}`,
        );
      }),
      { numRuns: 150 },
    );
  });

  it("of floats are formulas too", () => {
    const result = cosmos("SEG_POLY_READ_CONVERSION 0 1 2\nSEG_POLY_READ_CONVERSION 10 0 1", "32 FLOAT");
    assert.deepEqual(result.leftOut, []);
    assert.equal(decoded(result, "3f000000 05"), 2);
  });
});

describe("states in a cell of CSV", () => {
  for (const cell of [
    "0=OFF, 1=ON",
    "0:OFF; 1:ON",
    "0=OFF|1=ON",
    "0=OFF\n1=ON",
    "0 -> OFF, 1 -> ON",
    "0 => OFF; 1 => ON",
    "0 - OFF, 1 - ON",
    "0 OFF, 1 ON",
    "OFF=0, ON=1",
    "OFF: 0; ON: 0x1",
    "{0: 'OFF', 1: 'ON'}",
    "{'OFF': 0, 'ON': 1}",
    '{"0":"OFF","1":"ON"}',
    '{"OFF":0,"ON":1}',
    '["OFF","ON"]',
    '[[0,"OFF"],[1,"ON"]]',
    '[["OFF",0],["ON",1]]',
    '[{"value":0,"label":"OFF"},{"value":"0x1","label":"ON"}]',
    '[{"Name":"OFF","Raw":0},{"Name":"ON","Raw":1}]',
  ]) {
    it(`are read as ${JSON.stringify(cell)}`, () => {
      const result = csv(cell);
      assert.deepEqual(result.leftOut, []);
      assert.deepEqual(statesOf(result), { 0: "OFF", 1: "ON" });
    });
  }

  for (const cell of ["0=OFF, 1-3=ON", "0=OFF; 1..3=ON", "0: OFF, 1 to 3: ON", '{"0":"OFF","[1,3]":"ON"}']) {
    it(`have ranges as ${cell}`, () => {
      assert.deepEqual(statesOf(csv(cell)), { 0: "OFF", "1..3": "ON" });
    });
  }

  for (const cell of [
    "OFF, ON",
    "0, 1",
    "20 -0.5",
    "0=OFF, ON",
    '{"0":1}',
    "[1,2]",
    "[[1,2,3]]",
    "{",
    "[{}]",
    "2*x+1",
  ]) {
    it(`are left out, and the number stays, where they are ${cell}`, () => {
      const result = csv(cell);
      assert.match(result.leftOut.join(), /Field A: the states .*: the number is shown as it is sent/);
      assert.equal(decoded(result, "07"), 7);
    });
  }

  it("may be any labels by any numbers, in each of the forms", () => {
    const label = fc.stringMatching(/^[A-Z][A-Z0-9]{0,7}$/);
    const states = fc.dictionary(fc.integer({ min: -128, max: 127 }).map(String), label, {
      minKeys: 1,
      maxKeys: 6,
    });
    const forms: ((key: string, name: string) => string)[] = [
      (key, name) => `${key}=${name}`,
      (key, name) => `${key}: '${name}'`,
      (key, name) => `${name}=${key}`,
      (key, name) => `${key} -> ${name}`,
    ];
    fc.assert(
      fc.property(
        states,
        fc.constantFrom(...forms),
        fc.constantFrom(",", ";", "|", "\n"),
        (given, form, sign) => {
          fc.pre(new Set(Object.values(given)).size === Object.keys(given).length);
          const result = csv(
            Object.entries(given)
              .map(([key, name]) => form(key, name))
              .join(sign),
            "int",
          );
          assert.deepEqual(result.leftOut, []);
          assert.deepEqual(statesOf(result), { ...given });
        },
      ),
      { numRuns: 100 },
    );
  });

  it("take no text of a calibration for states that is not clearly one", () => {
    const result = imported(
      "csv",
      "name,data_type,bit_length,calibration\nA,uint,8,5 V/bit\nB,uint,8,gain=5\n",
      { apids: [1] },
    );
    assert.equal(result.leftOut.length, 2);
  });

  it("that do not fit, limits and a calibration beside them are named", () => {
    const result = imported(
      "csv",
      'name,data_type,bit_length,states,calibration,red_high,unit\nA,uint,2,"0=OFF, 9=FAR",2 3,3,V\nB,uint,6,,,,\nS,str,16,,,9,n/a\n',
      { apids: [1] },
    );
    assert.deepEqual(result.leftOut, [
      "Field A: its calibration: it has states too",
      "Field A: its state FAR: 9 does not fit in 2 bits",
      "Field A: its limits: it has states",
      "Field A: its unit V: it has states",
      "Field S: its limits: it is a text",
    ]);
  });
});

describe("units of what is no number", () => {
  it("are named in COSMOS, also before the states, but for those that say nothing", () => {
    const { leftOut, text } = imported(
      "cosmos",
      `TELEMETRY SAT HK BIG_ENDIAN
  APPEND_ID_ITEM SID 16 UINT 0x0801
  APPEND_ITEM REST 32 UINT
  APPEND_ITEM A 8 UINT
    UNITS Volts V
    STATE OFF 0
  APPEND_ITEM B 8 UINT
    STATE OFF 0
    UNITS N/A N/A
  APPEND_ITEM S 16 STRING
    UNITS Meters m
  APPEND_ITEM C 8 UINT
    STATE COLD 0
    POLY_READ_CONVERSION 0 0.5
    UNITS Volts V`,
    );
    assert.deepEqual(leftOut, [
      "Item A: its unit Volts: it has states",
      "Item S: its unit Meters: it is a text",
      "Item C: its states, which are those of the converted number",
    ]);
    assert.match(text, /unit: V\n/);
  });

  it("are named in XTCE, and so are calibrators of what has states", () => {
    const units = "<UnitSet><Unit>Volts</Unit></UnitSet>";
    const calibrator =
      '<DefaultCalibrator><PolynomialCalibrator><Term coefficient="2" exponent="1"/></PolynomialCalibrator></DefaultCalibrator>';
    const encoding = `<IntegerDataEncoding sizeInBits="8">${calibrator}</IntegerDataEncoding>`;
    const { leftOut } = imported(
      "xtce",
      packetOf({
        E: `<EnumeratedParameterType name="E_T">${units}${encoding}<EnumerationList><Enumeration value="0" label="OFF"/></EnumerationList></EnumeratedParameterType>`,
        B: `<BooleanParameterType name="B_T">${units}<IntegerDataEncoding sizeInBits="8"/></BooleanParameterType>`,
        S: `<StringParameterType name="S_T">${units}<StringDataEncoding><SizeInBits><Fixed><FixedValue>16</FixedValue></Fixed></SizeInBits></StringDataEncoding></StringParameterType>`,
      }),
    );
    assert.deepEqual(leftOut, [
      "Parameter E: its DefaultCalibrator: its states are taken for those of the number as it is sent",
      "Parameter E: its unit Volts: it has states",
      "Parameter B: its unit Volts: it has states",
      "Parameter S: its unit Volts: it is a text",
    ]);
  });
});

describe("states of XTCE", () => {
  const of = (list: string): Result =>
    imported(
      "xtce",
      xtce({
        types: `<EnumeratedParameterType name="E"><IntegerDataEncoding sizeInBits="8"/><EnumerationList>${list}</EnumerationList></EnumeratedParameterType>`,
        parameters: parameter("A", "E"),
        containers: container("P", entries("A"), apid7),
      }),
    );

  it("by ranges are cut where others are already, and at the end of what fits", () => {
    const result = of(
      '<Enumeration value="5" label="Five"/><Enumeration value="0" maxValue="9" label="Low"/><Enumeration value="200" maxValue="999" label="High"/>',
    );
    assert.deepEqual(result.leftOut, ["Parameter A: its state Low of 0 to 9, which is Five already"]);
    assert.deepEqual(statesOf(result), { 5: "FIVE", "0..4": "LOW", "6..9": "LOW_2", "200..255": "HIGH" });
  });
});
