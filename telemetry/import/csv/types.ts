/** Data types of CSV definitions: the words of ccsdspy, and the letters of mission databases with their byte order. */
import type { ForeignField } from "../definition";

export interface CsvType {
  readonly type: ForeignField["type"] | "fill";
  readonly isLittle: boolean;
  /** Significance of each byte in the order in which they are sent, where it neither rises nor falls. */
  readonly byteOrder?: readonly number[];
  /** Elements: a number, of several dimensions their product, the name of a field, or what fits. */
  readonly count?: ForeignField["count"];
  readonly dimensions: number;
}

const words: Readonly<Record<string, CsvType["type"]>> = {
  ...{ uint: "unsigned", unsigned: "unsigned", u: "unsigned", int: "signed", signed: "signed", i: "signed" },
  ...{
    float: "float",
    double: "float",
    f: "float",
    d: "float",
    str: "string",
    string: "string",
    s: "string",
    char: "string",
  },
  ...{ bool: "boolean", boolean: "boolean", binary: "binary", block: "binary", fill: "fill" },
};

/**
 * Type of a cell as `uint`, `uint(4)`, `int(12, 24)`, `uint(expand)`, `uint(LENGTH)` or `U1234`, where the digits are the
 * bytes in the order in which they are sent.
 * @returns a text for what is none of these
 */
export function typeOf(written: string, byteOrder: string | undefined): CsvType | string {
  const [, word = "", digits, shape] = /^([a-z_]+?)_?(\d*)(?:\((.*)\))?$/i.exec(written.trim()) ?? [];
  const type = words[word.toLowerCase()];
  if (type === undefined) return `the type ${written}`;
  const order = digits === "" || (digits?.length === 2 && Number(digits) % 8 === 0) ? byteOrder : digits;
  const bytes = orderOf(order ?? "big");
  if (!bytes) return `bytes in the order ${order}`;
  return { type, ...bytes, ...shapeOf(shape) };
}

/** Order of bytes in words, or as their numbers in a big-endian number in the order in which they are sent. */
function orderOf(written: string): Pick<CsvType, "isLittle" | "byteOrder"> | undefined {
  const order = written.trim().toLowerCase();
  if (order === "big" || order === "little") return { isLittle: order === "little" };
  const bytes = Array.from(order, Number);
  if (bytes.every((each, i) => i === 0 || each > (bytes[i - 1] ?? 0))) return { isLittle: false };
  if (bytes.every((each, i) => i === 0 || each < (bytes[i - 1] ?? 0))) return { isLittle: true };
  const isOrder = bytes.toSorted((a, b) => a - b).every((each, i) => each === i + 1);
  return isOrder ? { isLittle: false, byteOrder: bytes.map((each) => bytes.length - each) } : undefined;
}

function shapeOf(shape: string | undefined): Pick<CsvType, "count" | "dimensions"> {
  if (shape === undefined) return { dimensions: 0 };
  if (shape.trim() === "expand") return { count: "rest", dimensions: 1 };
  const sizes = shape.split(",").map((each) => each.trim());
  if (!sizes.every((size) => /^\d+$/.test(size))) return { count: { field: shape.trim() }, dimensions: 1 };
  return { count: sizes.reduce((product, size) => product * Number(size), 1), dimensions: sizes.length };
}
