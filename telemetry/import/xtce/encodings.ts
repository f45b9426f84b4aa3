/** Encodings of XTCE: how many bits a parameter has, and what they mean. */
import type { CountField, Entry, ForeignField, Place, VaryingSize } from "../definition";
import type { Findings } from "../findings";
import { child, childrenOf, descend, type Element, numberIn, numberOf } from "../xml";
import { type BitOrder, byteOrder } from "./byteOrder";

export type EncodedForm = Pick<
  ForeignField,
  "type" | "bits" | "encoding" | "isLittle" | "byteOrder" | "isLsbFirst" | "size" | "room"
>;

/** What an encoding says of a field; and what comes before its bits, as the size of a text. */
export type Encoded =
  | {
      readonly form: EncodedForm;
      readonly before?: readonly Entry[];
      /** True for a text to its end mark, behind which nothing can be placed. */
      readonly endsAnywhere?: boolean;
    }
  /** Not in a dictionary: bits that are left out, or of unknown number. */
  | { readonly skip: number | undefined; readonly why: string };

const encodingNames = [
  "IntegerDataEncoding",
  "FloatDataEncoding",
  "StringDataEncoding",
  "BinaryDataEncoding",
];

export const encodingOf = (type: Element | undefined): Element | undefined =>
  childrenOf(type, ...encodingNames)[0] ?? childrenOf(child(type, "Encoding"), ...encodingNames)[0];

/**
 * @param name of the parameter, for the field with the size of its text
 * @param bitOrder meaning of bits whose least significant one comes first; undefined: it is not known
 */
export function readEncoding(
  encoding: Element,
  name: string,
  place: Place,
  bitOrder: BitOrder | undefined,
  findings: Findings,
): Encoded {
  const isReversed = encoding.attributes.bitOrder === "leastSignificantBitFirst" && bitOrder !== "ignored";
  const plain = readPlain(encoding, name, place, findings);
  // A single bit has no order.
  if (!isReversed || "skip" in plain || plain.form.bits === 1) return plain;
  return reversed(plain, bitOrder);
}

/** The same with its bits in reverse order. */
function reversed(
  plain: Extract<Encoded, { form: unknown }>,
  bitOrder: "byte" | "field" | undefined,
): Encoded {
  const { form } = plain;
  const { bits, isLittle, size } = form;
  const skip = size === undefined ? bits : undefined;
  if (bitOrder === undefined) {
    return {
      skip,
      why: "its least significant bit comes first (bitOrder): --bit-order says what that means",
    };
  }
  if (form.type === "string" || form.type === "binary") {
    return { skip, why: "a text with its bits in reverse order" };
  }
  if (bitOrder === "field") {
    return { form: { ...form, isLittle: bits > 8, byteOrder: undefined, isLsbFirst: true } };
  }
  if (bits > 8 && bits % 8 !== 0) {
    return { skip, why: "reversed bits of bytes, which it has no whole ones of" };
  }
  return { form: { ...form, isLittle, isLsbFirst: true } };
}

function readPlain(encoding: Element, name: string, place: Place, findings: Findings): Encoded {
  if (child(encoding, "ErrorDetectCorrect")) {
    findings.leftOut(place, "its error detection: the value is carried over, the check is not");
  }
  switch (encoding.name) {
    case "IntegerDataEncoding":
      return integer(encoding);
    case "FloatDataEncoding":
      return float(encoding);
    case "StringDataEncoding":
      return text(encoding, name, place, findings);
    default:
      return binary(encoding, place, findings);
  }
}

const integerEncodings: Readonly<Record<string, Pick<ForeignField, "type" | "encoding">>> = {
  unsigned: { type: "unsigned" },
  twosComplement: { type: "signed" },
  twosCompliment: { type: "signed" }, // so it is spelt in XTCE 1.1
  signed: { type: "signed" }, // not in the standard; space_packet_parser and the missions that use it have it
  onesComplement: { type: "signed", encoding: "ones-complement" },
  signMagnitude: { type: "signed", encoding: "sign-magnitude" },
  packedBCD: { type: "unsigned", encoding: "bcd" },
};

function integer(element: Element): Encoded {
  const bits = numberOf(element, "sizeInBits") ?? 8;
  const named = element.attributes.encoding ?? "unsigned";
  const form = integerEncodings[named];
  if (!form) return { skip: bits, why: `integers encoded as ${named}` };
  if (bits < 1 || bits > 64) return { skip: bits, why: `an integer of ${bits} bits` };
  const order = byteOrder(element, bits);
  if ("why" in order) return { skip: bits, ...order };
  // One bit in two's complement is -1 or 0; who writes it means a flag.
  if (form.type === "signed" && bits === 1) return { skip: bits, why: "a signed number of one bit" };
  return { form: { ...form, bits, ...order } };
}

function float(element: Element): Encoded {
  const bits = numberOf(element, "sizeInBits") ?? 32;
  const named = element.attributes.encoding ?? "IEEE754_1985";
  const isMil = /^(?:MIL-?(?:STD)?-?1750A|MILSTD_1750A)$/i.test(named);
  if (!isMil && !/^IEEE-?754(?:_?1985)?$/i.test(named)) {
    return { skip: bits, why: `floats encoded as ${named}` };
  }
  if (!(isMil ? [32, 48] : [16, 32, 64]).includes(bits)) {
    return { skip: bits, why: `a float of ${bits} bits` };
  }
  const order = byteOrder(element, bits);
  if ("why" in order) return { skip: bits, ...order };
  return { form: { type: "float", bits, ...order, ...(isMil && { encoding: "mil-std-1750a" }) } };
}

const charsets: Readonly<Record<string, string | undefined>> = {
  "UTF-8": undefined,
  "US-ASCII": undefined,
  "ISO-8859-1": "latin-1",
  "WINDOWS-1252": "latin-1",
};

function text(element: Element, name: string, place: Place, findings: Findings): Encoded {
  const charset = (element.attributes.encoding ?? "UTF-8").toUpperCase();
  const sizes = child(element, "SizeInBits");
  const variable = child(element, "Variable");
  const fixed = fixedBits(sizes) ?? fixedBits(element);
  const mark = descend(sizes, "TerminationChar") ?? descend(variable, "TerminationChar");
  if (!Object.hasOwn(charsets, charset)) return { skip: fixed, why: `texts in ${charset}` };
  const encoding = charsets[charset];
  const form = { type: "string", ...(encoding !== undefined && { encoding }) } as const;
  if (mark && numberIn(`0x${mark.text || "0"}`) !== 0) {
    findings.leftOut(place, `its end mark ${mark.text}: the text ends at the first NUL`);
  }
  const leading = child(sizes, "LeadingSize") ?? child(variable, "LeadingSize");
  if (leading) {
    findings.note(
      place,
      "its LeadingSize is taken for a number of bytes, as Yamcs does; by the standard's words it may be bits",
    );
    return withLeadingSize(numberOf(leading, "sizeInBitsOfSizeTag") ?? 16, fixed, name, place, form);
  }
  if (fixed !== undefined) return fixedText(form, fixed);
  const dynamic = dynamicSize(sizes) ?? dynamicSize(variable);
  if (dynamic) return { form: { ...form, bits: 0, size: dynamic } };
  if (mark) return { form: { ...form, bits: 0, size: "rest" }, endsAnywhere: true };
  return { skip: undefined, why: "a text whose size is looked up in a list, or not said" };
}

/** A text behind the number of its bytes; in a room of its own if it has one. */
function withLeadingSize(
  bits: number,
  fixed: number | undefined,
  name: string,
  place: Place,
  form: Pick<ForeignField, "type" | "encoding">,
): Encoded {
  const field = `${name}.size`;
  return {
    before: [
      {
        kind: "field",
        name: field,
        place,
        type: "unsigned",
        bits,
        isHidden: true,
        description: `Bytes of ${name}`,
      },
    ],
    form: {
      ...form,
      ...{ bits: 0, size: { field, times: 1, plus: 0 } },
      ...(fixed !== undefined && { room: fixed - bits }),
    },
  };
}

function fixedText(form: Pick<ForeignField, "type" | "encoding">, bits: number): Encoded {
  if (bits % 8 !== 0 || bits < 8) return { skip: bits, why: `a text of ${bits} bits` };
  return { form: { ...form, bits } };
}

function binary(element: Element, place: Place, findings: Findings): Encoded {
  const sizes = child(element, "SizeInBits");
  const bits = fixedBits(sizes);
  const dynamic = isRemaining(element) ? "rest" : dynamicSize(sizes);
  if (dynamic) return { form: { type: "binary", bits: 0, size: dynamic } };
  if (bits === undefined) {
    return { skip: undefined, why: "its size is looked up in a list or found by an algorithm, or not said" };
  }
  if (child(element, "FromBinaryTransformAlgorithm")) {
    findings.leftOut(place, "its FromBinaryTransformAlgorithm: the bytes are shown as they are sent");
  }
  if (bits % 8 === 0 && bits >= 8) return { form: { type: "binary", bits } };
  return bits >= 1 && bits <= 64
    ? { form: { type: "unsigned", bits } }
    : { skip: bits, why: `${bits} bits, which are not whole bytes` };
}

function fixedBits(sizes: Element | undefined): number | undefined {
  const fixed = child(sizes, "FixedValue") ?? descend(sizes, "Fixed", "FixedValue");
  const bits = fixed && numberIn(fixed.text);
  // In Yamcs -1 stands for a size that an algorithm finds.
  return bits !== undefined && bits >= 0 ? bits : undefined;
}

/** True for all that is left of the packet, as Yamcs says it. */
const isRemaining = (element: Element): boolean =>
  /\bRemainingBinaryDecoder\b/.test(
    descend(element, "FromBinaryTransformAlgorithm", "AlgorithmText")?.text ?? "",
  );

/** Name that stands for no parameter: Yamcs' files have it where the schema wants a size and there is none. */
const isNoSize = /(?:^|\/)_?yamcs_ignore$/;

/** Size in bytes by a parameter, as XTCE says it in bits. */
function dynamicSize(sizes: Element | undefined): VaryingSize | undefined {
  const dynamic = child(sizes, "DynamicValue");
  const by = countFieldOf(dynamic);
  if (!by || isNoSize.test(by.field)) return undefined;
  const adjustment = child(dynamic, "LinearAdjustment");
  const slope = numberOf(adjustment, "slope") ?? 1;
  const intercept = numberOf(adjustment, "intercept") ?? 0;
  return { ...by, times: slope / 8, plus: intercept / 8 };
}

/** Parameter that a dynamic value is. */
export function countFieldOf(dynamic: Element | undefined): CountField | undefined {
  const { parameterRef: field, useCalibratedValue } =
    child(dynamic, "ParameterInstanceRef")?.attributes ?? {};
  return field === undefined ? undefined : { field, isRaw: useCalibratedValue === "false" };
}
