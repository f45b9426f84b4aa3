import fc from "fast-check";
import { type Dictionary, parseDictionary } from "../../../telemetry/dictionary";

/** One field as a dictionary file would have it. */
type Field = Readonly<Record<string, unknown>>;

const integer = fc
  .record({ type: fc.constantFrom("unsigned", "signed"), bits: fc.integer({ min: 2, max: 53 }) })
  .map((field): Field => ({ ...field, unit: "count" }));
const little = fc
  .record({ type: fc.constantFrom("unsigned", "signed"), bytes: fc.integer({ min: 1, max: 6 }) })
  .map(({ type, bytes }): Field => ({ type, bits: bytes * 8, unit: "count", byteOrder: "little" }));
const scaled = fc
  .record({
    type: fc.constantFrom("unsigned", "signed"),
    bits: fc.integer({ min: 2, max: 24 }),
    polynomial: fc.tuple(fc.integer({ min: -100, max: 100 }), fc.constantFrom(0.001, 0.01, 0.5, -0.25, 3)),
    unit: fc.constantFrom("mV", "degC", "K", "%", "rad/s"),
  })
  .map(({ polynomial, ...field }): Field => ({ ...field, calibration: { polynomial } }));
const curved = fc
  .record({ bits: fc.integer({ min: 4, max: 16 }), isFalling: fc.boolean() })
  .map(({ bits, isFalling }): Field => {
    const top = 2 ** bits - 1;
    const sign = isFalling ? -1 : 1;
    return {
      type: "unsigned",
      bits,
      unit: "degC",
      calibration: {
        table: [
          [0, -50 * sign],
          [top / 4, 10 * sign],
          [top, 90 * sign],
        ],
      },
    };
  });
const float = fc
  .record({ bits: fc.constantFrom(32, 64), byteOrder: fc.constantFrom("big", "little") })
  .map((field): Field => ({ ...field, type: "float", unit: "A", wholeBytes: true }));
const boolean = fc.constant<Field>({ type: "boolean" });
const enumeration = fc.integer({ min: 2, max: 6 }).map((bits): Field => ({
  type: "enumeration",
  bits,
  states: Object.fromEntries(Array.from({ length: 2 ** bits }, (_, i) => [i, `S${i}`])),
}));

const time = fc.oneof(
  fc.record({
    code: fc.constant("CUC"),
    epoch: fc.constantFrom("1958-01-01T00:00:00Z", "2000-01-01T00:00:00Z"),
    coarseBytes: fc.constant(4),
    fineBytes: fc.integer({ min: 0, max: 3 }),
    preamble: fc.boolean(),
  }),
  fc.record({
    code: fc.constant("CDS"),
    epoch: fc.constantFrom("1958-01-01T00:00:00Z", "2000-01-01T00:00:00Z"),
    dayBytes: fc.constantFrom(2, 3),
    submillisecondBytes: fc.constantFrom(0, 2, 4),
    preamble: fc.boolean(),
  }),
);

/** Fields one behind the other, with gaps; those that must start at a whole byte do. */
function placed(fields: readonly (readonly [Field, number])[]): Field[] {
  let next = 0;
  return fields.map(([{ wholeBytes, ...field }, gap], i) => {
    const isAligned = wholeBytes === true || field.byteOrder === "little";
    const bitOffset = isAligned ? Math.ceil((next + gap) / 8) * 8 : next + gap;
    next = bitOffset + (typeof field.bits === "number" ? field.bits : 1);
    return { name: `p${i}`, description: "d", bitOffset, ...field };
  });
}

/** Valid dictionaries of one packet. JSON is YAML, so the file's own reader makes them. */
export const randomDictionary: fc.Arbitrary<Dictionary> = fc
  .record({
    apid: fc.integer({ min: 0, max: 2046 }),
    time,
    fields: fc.array(
      fc.tuple(
        fc.oneof(integer, little, scaled, curved, float, boolean, enumeration),
        fc.integer({ min: 0, max: 9 }),
      ),
      { minLength: 1, maxLength: 20 },
    ),
  })
  .map(({ apid, time: code, fields }) =>
    parseDictionary(
      JSON.stringify({
        name: "random",
        version: "1",
        time: code,
        packets: [
          {
            apid,
            name: "packet",
            subsystem: "test",
            period: 1,
            description: "d",
            parameters: placed(fields),
          },
        ],
      }),
    ),
  );
