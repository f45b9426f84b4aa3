/** Items of COSMOS as fields: their place, type and size. */
import type { Criterion, Entry, ForeignField, Place } from "../definition";
import type { Findings } from "../findings";
import { primaryHeaderBits } from "../header";
import { only } from "../intervals";
import type { CosmosLine } from "./lines";
import { valueIn, wholeIn } from "./numbers";

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
  /** True for a little-endian bit field, of which COSMOS' offset is that of its most significant bit. */
  readonly isBitField: boolean;
  /** What stands where the byte order does, and is none. */
  readonly oddOrder: string | undefined;
}

/** Where the next item of a packet is appended. */
export interface PacketEnd {
  /** Bits before it; undefined: they vary. */
  readonly at: number | undefined;
  /** Bits before it in its byte; NaN: they vary too. */
  readonly inByte: number;
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
  /** Bit behind it as COSMOS counts, where what is appended next begins; undefined: it has no place of its own. */
  readonly end: number | undefined;
  /** True for what is made of other items. */
  readonly isDerived: boolean;
}

export const isItem = (keyword: string): boolean => /^(?:APPEND_)?(?:ID_|ARRAY_)?ITEM$/.test(keyword);

function wordsOf({ keyword, words }: CosmosLine, isLittlePacket: boolean): ItemWords {
  const rest = [...words];
  const next = (): string => rest.shift() ?? "";
  const name = next();
  const offset = keyword.startsWith("APPEND_") ? undefined : wholeIn(next());
  const bits = wholeIn(next());
  const type = next().toUpperCase();
  const arrayBits = keyword.endsWith("ARRAY_ITEM") ? wholeIn(next()) : undefined;
  const id = keyword.endsWith("ID_ITEM") ? next() : undefined;
  const [description, endianness] = rest;
  const isLittle = endianness === undefined ? isLittlePacket : endianness.toUpperCase() === "LITTLE_ENDIAN";
  const oddOrder =
    endianness === undefined || /^(?:BIG|LITTLE)_ENDIAN$/i.test(endianness) ? undefined : endianness;
  const isBitField = isLittle && offset !== undefined && isOddInteger(type, offset, bits);
  return { name, offset, bits, type, arrayBits, id, description, isLittle, isBitField, oddOrder };
}

const isTextType = (type: string): boolean => type === "STRING" || type === "BLOCK";

/** True for a number of bits; one that is not positive leaves so many at the end of the packet. */
const isSize = (bits: number, mayLeave: boolean): boolean =>
  Number.isInteger(bits) && (bits >= 0 || (mayLeave && bits % 8 === 0));

/** True for an integer that is none of a computer's: of such a size, at a whole byte. */
const isOddInteger = (type: string, offset: number, bits: number): boolean =>
  /^U?INT$/.test(type) && (offset % 8 !== 0 || ![8, 16, 32, 64].includes(bits));

const types: Readonly<Record<string, ForeignField["type"]>> = {
  UINT: "unsigned",
  INT: "signed",
  FLOAT: "float",
  STRING: "string",
  BLOCK: "binary",
};

/** @param end where an item that is appended begins; undefined: that is not known */
export function readItem(
  line: CosmosLine,
  isLittlePacket: boolean,
  end: PacketEnd | undefined,
  findings: Findings,
): Item {
  const written = appended(wordsOf(line, isLittlePacket), end);
  const words = placed(written);
  const place = { file: line.file, line: line.line, what: `Item ${words.name}` };
  const isDerived = words.type === "DERIVED";
  const problem = isDerived ? undefined : problemOf(words, end);
  if (problem !== undefined) findings.leftOut(place, problem);
  if (problem === undefined && isOddAtByte(words, end)) {
    findings.note(
      place,
      "is read from its own bytes; COSMOS takes it for a bit field that ends in the first",
    );
  }
  const { name, offset, bits, type, arrayBits, id, description } = words;
  const number = id === undefined ? undefined : valueIn(id);
  const criterion =
    id === undefined ? undefined : { field: name, numbers: number === undefined ? [] : only(number), place };
  const own = { name, description, place, criterion, end: endOf(written), isDerived };
  if (isDerived || problem !== undefined) {
    return { ...own, field: undefined, entries: entriesInPlaceOf(words, place) };
  }
  const isText = isTextType(type);
  const left = arrayBits ?? (isText ? bits : 1);
  const field: ForeignField = {
    ...{ kind: "field", name, place, description, bits, type: types[type] ?? "unsigned" },
    ...(offset !== undefined && offset < 0 ? { fromEnd: -offset } : { at: offset }),
    isLittle: words.isLittle && (bits % 8 === 0 || words.isBitField),
    ...(words.isBitField && { isBitField: true }),
    ...(isText && bits <= 0 && { size: "rest", bits: 0 }),
    ...(arrayBits !== undefined && { count: arrayBits <= 0 ? "rest" : arrayBits / bits }),
    ...(left < 0 && { leaves: -left }),
  };
  return { ...own, field, entries: [field] };
}

/** Bit behind an item with a place of its own; of one from the packet's end, minus the bits up to there. */
function endOf({ type, offset, bits, arrayBits = bits }: ItemWords): number | undefined {
  if (type === "DERIVED" || offset === undefined || Number.isNaN(offset)) return undefined;
  if (offset < 0) return offset;
  return offset + Math.max(0, arrayBits || 0);
}

/** True for a little-endian number of 24 bits, say, that is appended: COSMOS' own place for it is one that nobody means. */
const isOddAtByte = ({ type, offset, bits, isLittle }: ItemWords, end: PacketEnd | undefined): boolean =>
  offset === undefined && isLittle && bits > 8 && end?.inByte === 0 && isOddInteger(type, 0, bits);

/** The words with the place of what is appended, where COSMOS makes a bit field of it: it begins within a byte. */
function appended(words: ItemWords, end: PacketEnd | undefined): ItemWords {
  const { type, offset, bits, isLittle } = words;
  const { at } = end ?? {};
  if (offset !== undefined || at === undefined || at % 8 === 0) return words;
  return isLittle && isOddInteger(type, at, bits) && (bits % 8 === 0 || bits < 8)
    ? { ...words, offset: at, isBitField: true }
    : words;
}

/**
 * The bits of a byte are counted from the least significant one on where a little-endian bit field is placed. One within a
 * byte is the same in both orders.
 */
function placed(words: ItemWords): ItemWords {
  const { offset, bits, arrayBits, isBitField } = words;
  if (!isBitField || offset === undefined || !(offset >= 0)) return words;
  const inByte = offset % 8;
  if (inByte + bits <= 8 && (bits === 1 || arrayBits === undefined)) return { ...words, isBitField: false };
  return { ...words, offset: offset - inByte + 8 - inByte - bits };
}

/** Bits of an item that is left out; one at a place of its own moves nothing. */
function entriesInPlaceOf({ type, offset, bits, arrayBits }: ItemWords, place: Place): Entry[] {
  const size = arrayBits ?? bits;
  if (type === "DERIVED" || (offset !== undefined && !Number.isNaN(offset))) return [];
  return Number.isInteger(size) && size > 0 ? [{ kind: "gap", bits: size }] : [{ kind: "unknown", place }];
}

function problemOf(
  { offset, bits, type, arrayBits, isLittle, isBitField, oddOrder }: ItemWords,
  end: PacketEnd | undefined,
): string | undefined {
  if (oddOrder !== undefined) return `the byte order ${oddOrder}`;
  const isText = isTextType(type);
  if (!Object.hasOwn(types, type)) return `the type ${type || "(none)"}`;
  if (!isSize(bits, isText && arrayBits === undefined)) return "its size is no number of bits";
  if (offset !== undefined && Number.isNaN(offset)) return "its place is no number of bits";
  if (isBitField) return problemOfBitField(offset ?? 0, bits, arrayBits);
  const left = offset !== undefined && offset < 0 ? -offset : Infinity;
  if ((arrayBits ?? bits) > left) return "it would end behind the packet";
  if (arrayBits !== undefined) {
    if (isText) return "an array of texts";
    if (!isSize(arrayBits, true) || arrayBits % bits !== 0) return "an array of a part of an element";
  }
  if (type === "FLOAT" && bits !== 32 && bits !== 64) return `a float of ${bits} bits`;
  if (isText) return bits % 8 === 0 ? undefined : `a text of ${bits} bits`;
  if (bits < 1 || bits > 64) return `an integer of ${bits} bits`;
  const inByte = offset === undefined ? (end?.inByte ?? NaN) : offset % 8;
  if (!isLittle || inByte + bits <= 8) return undefined;
  if (bits % 8 !== 0) return "little-endian bits that are not whole bytes";
  // Where it begins in a byte COSMOS reads a bit field, whose place cannot be said.
  const isWhole = inByte === 0 || offset !== undefined || end === undefined;
  return isWhole ? undefined : "a little-endian number within bytes, behind an item of varying length";
}

function problemOfBitField(at: number, bits: number, arrayBits: number | undefined): string | undefined {
  if (bits < 1 || bits > 64) return `an integer of ${bits} bits`;
  if (at < 0) return "little-endian bits from the end of the packet";
  if (arrayBits !== undefined) return "an array of little-endian bits, which COSMOS does not read";
  return at < primaryHeaderBits ? "little-endian bits that begin in the primary header" : undefined;
}
