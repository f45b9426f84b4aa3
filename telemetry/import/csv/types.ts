/** Data types of CSV definitions: the words of ccsdspy, and the letters of mission databases with their byte order. */
import type { ForeignField } from "../definition";

export interface CsvType {
  readonly type: ForeignField["type"] | "fill";
  readonly isLittle: boolean;
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
  const isLittle = orderOf(order ?? "big");
  if (isLittle === undefined) return `bytes in the order ${order}`;
  return { type, isLittle, ...shapeOf(shape) };
}

function orderOf(written: string): boolean | undefined {
  const order = written.toLowerCase();
  if (order === "big" || order === "little") return order === "little";
  const bytes = Array.from(order, Number);
  if (bytes.every((each, i) => i === 0 || each > (bytes[i - 1] ?? 0))) return false;
  return bytes.every((each, i) => i === 0 || each < (bytes[i - 1] ?? 0)) ? true : undefined;
}

function shapeOf(shape: string | undefined): Pick<CsvType, "count" | "dimensions"> {
  if (shape === undefined) return { dimensions: 0 };
  if (shape.trim() === "expand") return { count: "rest", dimensions: 1 };
  const sizes = shape.split(",").map((each) => each.trim());
  if (!sizes.every((size) => /^\d+$/.test(size))) return { count: { field: shape.trim() }, dimensions: 1 };
  return { count: sizes.reduce((product, size) => product * Number(size), 1), dimensions: sizes.length };
}
