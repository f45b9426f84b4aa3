/** Numbers as COSMOS writes them. */

/** Value of a state or of what identifies a packet: decimal, also with a zero in front, or hexadecimal; undefined: none. */
export function valueIn(text: string): number | undefined {
  const isNumber =
    /^\s*[-+]?(?:\d+|\d*\.\d+|(?:\d+(?:\.\d+)?|\.\d+)e[-+]?\d+)\s*$/i.test(text) ||
    /^\s*0x[\da-f]+\s*$/i.test(text);
  return isNumber ? Number(text) : undefined;
}

/** Place or size, as Ruby reads whole numbers: octal with a zero in front; NaN: none. */
export function wholeIn(text: string): number {
  const [, sign, octal, number] =
    /^\s*([-+]?)(?:0o?([0-7_]+)|(0x[\da-f_]+|0b[01_]+|0|[1-9][\d_]*))\s*$/i.exec(text) ?? [];
  const size =
    octal === undefined
      ? Number((number ?? "none").replaceAll("_", ""))
      : parseInt(octal.replaceAll("_", ""), 8);
  return sign === "-" ? -size : size;
}
