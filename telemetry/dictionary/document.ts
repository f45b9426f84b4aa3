/** YAML text of a dictionary file: its value, and where each part of it stands; or its faults in one line each. */
import { type Document, isMap, isNode, isPair, LineCounter, parseDocument } from "yaml";
import { repeatedKeys } from "../repeatedKeys";
import { plainValue } from "./plainValue";
import { DictionaryError, type Path, type PlaceOf, type Problem } from "./problem";

export interface ParsedText {
  readonly value: unknown;
  /** Mostly nobody asks: reading a text with its places takes ten times as long, so that is done for the first who does. */
  readonly placeOf: PlaceOf;
}

/** Uses of one anchor: enough for any dictionary, too few for a text that grows without end. */
const mostAliases = 10_000;

const tooDeep = "is nested too deeply for a dictionary";

/** @throws DictionaryError for a text that is not one YAML document */
export function parseText(text: string, file: string): ParsedText {
  const value = plainValue(text);
  if (value === undefined) return parseWithPlaces(text, file);
  let places: ParsedText | undefined;
  return { value, placeOf: (path) => (places ??= parseWithPlaces(text, file)).placeOf(path) };
}

/** @throws DictionaryError for a text that is not one YAML document */
export function parseWithPlaces(text: string, file: string): ParsedText {
  const lines = new LineCounter();
  const refuse = (message: string, line = 1, column = 1): never => {
    throw new DictionaryError([{ file, line, column, key: "", message }]);
  };
  try {
    const document = parseDocument(text, { lineCounter: lines, uniqueKeys: false });
    const problems = [
      ...document.errors.map((error) => yamlProblem(error, file)),
      ...repeatedKeys(document).map(({ value, range }) => {
        const message = `the key ${String(value)} is there already`;
        return { file, ...place(range?.[0] ?? 0, lines), key: "", message };
      }),
    ];
    // What else is wrong with such a text follows from where its reading ended.
    if (problems.some(({ message }) => message === tooDeep)) return refuse(tooDeep);
    if (problems.length > 0) throw new DictionaryError(problems);
    const value = document.toJS({ maxAliasCount: mostAliases }) as unknown;
    return { value, placeOf: (path) => place(offsetOf(path, document), lines) };
  } catch (error) {
    if (error instanceof RangeError) return refuse(tooDeep);
    if (error instanceof ReferenceError) return refuse(`cannot resolve its anchors: ${error.message}`);
    throw error;
  }
}

function place(offset: number, lines: LineCounter): ReturnType<PlaceOf> {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

/** Offset of a key in the text; for a missing key, the offset of its nearest parent. */
function offsetOf(path: Path, document: Document): number {
  for (let length = path.length; length > 0; length--) {
    const offset = keyOffset(path.slice(0, length), document);
    if (offset !== undefined) return offset;
  }
  return 0;
}

function keyOffset(path: Path, document: Document): number | undefined {
  const last = path.at(-1);
  const parent = path.length > 1 ? document.getIn(path.slice(0, -1), true) : document.contents;
  if (isMap(parent)) {
    const pair = parent.items.find((item) => isPair(item) && String(item.key) === String(last));
    return isNode(pair?.key) ? pair.key.range?.[0] : undefined;
  }
  const node = document.getIn(path, true);
  return isNode(node) ? node.range?.[0] : undefined;
}

function yamlProblem(error: Document["errors"][number], file: string): Problem {
  const message = error.message.startsWith("Maximum call stack size")
    ? tooDeep
    : error.code === "MULTIPLE_DOCS"
      ? "must be one document: a second one begins at ---"
      : // Line and column are separate fields.
        (error.message.split("\n")[0]?.replace(/ at line \d+, column \d+:$/, "") ?? error.code);
  const { line = 1, col = 1 } = error.linePos?.[0] ?? {};
  return { file, line, column: col, key: "", message };
}
