/** Items of COSMOS as fields: their place, type and size. */
import type { Criterion, Entry, ForeignField, Place } from "../definition";
import type { Findings } from "../findings";
import { only } from "../intervals";
import { numberIn } from "../xml";
import type { CosmosLine } from "./lines";

/** What an item line says. */
interface ItemWords {
  readonly name: string;
  /** Undefined: behind the item before it. */
  readonly offset: number | undefined;
  readonly bits: number;
  readonly type: string;
  /** Bits of a whole array. */
  readonly arrayBits: number | undefined;
  readonly id: string | undefined;
  readonly description: string | undefined;
  readonly isLittle: boolean;
  /** What stands where the byte order does, and is none. */
  readonly oddOrder: string | undefined;
}

/** An item of a packet, on which the lines below it say more. */
export interface Item {
  readonly name: string;
  readonly description: string | undefined;
  readonly place: Place;
  /** Entry of the packet; undefined for what is not in it, and for what is left out. */
  readonly field: ForeignField | undefined;
  readonly entries: readonly Entry[];
  readonly criterion: Criterion | undefined;
  /** True for what is made of other items. */
  readonly isDerived: boolean;
}

export const isItem = (keyword: string): boolean => /^(?:APPEND_)?(?:ID_|ARRAY_)?ITEM$/.test(keyword);

function wordsOf({ keyword, words }: CosmosLine, isLittlePacket: boolean): ItemWords {
  const rest = [...words];
  const next = (): string => rest.shift() ?? "";
  const name = next();
  const offset = keyword.startsWith("APPEND_") ? undefined : (numberIn(next()) ?? NaN);
  const bits = numberIn(next()) ?? NaN;
  const type = next().toUpperCase();
  const arrayBits = keyword.endsWith("ARRAY_ITEM") ? (numberIn(next()) ?? NaN) : undefined;
  const id = keyword.endsWith("ID_ITEM") ? next() : undefined;
  const [description, endianness] = rest;
  const isLittle = endianness === undefined ? isLittlePacket : endianness.toUpperCase() === "LITTLE_ENDIAN";
  const oddOrder =
    endianness === undefined || /^(?:BIG|LITTLE)_ENDIAN$/i.test(endianness) ? undefined : endianness;
  return { name, offset, bits, type, arrayBits, id, description, isLittle, oddOrder };
}

const types: Readonly<Record<string, ForeignField["type"]>> = {
  UINT: "unsigned",
  INT: "signed",
  FLOAT: "float",
  STRING: "string",
  BLOCK: "binary",
};

/** @param end bits of the packet before an item that is appended, where they are known */
export function readItem(
  line: CosmosLine,
  isLittlePacket: boolean,
  end: number | undefined,
  findings: Findings,
): Item {
  const words = placed(wordsOf(line, isLittlePacket));
  const place = { file: line.file, line: line.line, what: `Item ${words.name}` };
  const isDerived = words.type === "DERIVED";
  const problem = isDerived ? undefined : problemOf(words, end);
  if (problem !== undefined) findings.leftOut(place, problem);
  if (isDerived || problem !== undefined) {
    const entries = entriesInPlaceOf(words, place);
    const { name, description } = words;
    return { name, description, place, field: undefined, criterion: undefined, entries, isDerived };
  }
  const { name, offset, bits, type, arrayBits, id, description } = words;
  const isText = type === "STRING" || type === "BLOCK";
  const field: ForeignField = {
    ...{ kind: "field", name, place, description, bits, at: offset, type: types[type] ?? "unsigned" },
    isLittle: words.isLittle && bits % 8 === 0,
    ...(isText && bits === 0 && { size: "rest" }),
    ...(arrayBits !== undefined && { count: arrayBits === 0 ? "rest" : arrayBits / bits }),
  };
  const number = id === undefined ? undefined : numberIn(id);
  const criterion =
    id === undefined ? undefined : { field: name, numbers: number === undefined ? [] : only(number), place };
  return { name, description, place, field, entries: [field], criterion, isDerived };
}

/**
 * A little-endian number of whole bytes that is none of a computer's sizes is a bit field to COSMOS, whose offset is that
 * of its most significant bit: in its last byte.
 */
function placed(words: ItemWords): ItemWords {
  const { type, offset, bits, arrayBits, isLittle } = words;
  const isField = isLittle && /^U?INT$/.test(type) && bits % 8 === 0 && ![8, 16, 32, 64].includes(bits);
  if (!isField || offset === undefined || offset % 8 !== 0 || arrayBits !== undefined) return words;
  return { ...words, offset: offset - bits + 8 };
}

/** Bits of an item that is left out; one at a place of its own moves nothing. */
function entriesInPlaceOf({ type, offset, bits, arrayBits }: ItemWords, place: Place): Entry[] {
  const size = arrayBits ?? bits;
  if (type === "DERIVED" || (offset !== undefined && !Number.isNaN(offset))) return [];
  return Number.isInteger(size) && size > 0 ? [{ kind: "gap", bits: size }] : [{ kind: "unknown", place }];
}

function problemOf(
  { offset, bits, type, arrayBits, isLittle, oddOrder }: ItemWords,
  end: number | undefined,
): string | undefined {
  if (oddOrder !== undefined) return `the byte order ${oddOrder}`;
  if (!Object.hasOwn(types, type)) return `the type ${type || "(none)"}`;
  if (Number.isNaN(bits) || bits < 0 || !Number.isInteger(bits)) return "its size is no number of bits";
  if (offset !== undefined && !(offset >= 0)) return "its place is said from the end of the packet";
  if (arrayBits !== undefined) {
    if (type === "STRING" || type === "BLOCK") return "an array of texts";
    if (!(arrayBits >= 0) || arrayBits % bits !== 0) return "an array of a part of an element";
  }
  if (type === "FLOAT" && bits !== 32 && bits !== 64) return `a float of ${bits} bits`;
  if (type === "STRING" || type === "BLOCK") return bits % 8 === 0 ? undefined : `a text of ${bits} bits`;
  if (bits < 1 || bits > 64) return `an integer of ${bits} bits`;
  const isInByte = ((offset ?? end ?? NaN) % 8) + bits <= 8;
  if (isLittle && bits % 8 !== 0 && !isInByte) return "little-endian bits that are not whole bytes";
  if (isLittle && offset !== undefined && bits % 8 === 0 && offset % 8 !== 0) {
    return "little-endian bytes within bytes";
  }
  return undefined;
}
