/** YAML text of a dictionary file as a document, or its faults in one line each. */
import { type Document, isScalar, LineCounter, parseDocument, visit } from "yaml";
import { DictionaryError, type Problem } from "./problem";

/** Document of a text, with its lines and its plain value. */
export interface ParsedText {
  readonly document: Document;
  readonly lines: LineCounter;
  readonly value: unknown;
}

/** Uses of one anchor: enough for any dictionary, too few for a text that grows without end. */
const mostAliases = 10_000;

const tooDeep = "is nested too deeply for a dictionary";

/** @throws DictionaryError for a text that is not one YAML document */
export function parseText(text: string, file: string): ParsedText {
  const lines = new LineCounter();
  const refuse = (message: string, line = 1, column = 1): never => {
    throw new DictionaryError([{ file, line, column, key: "", message }]);
  };
  try {
    // The library compares each key of a map with all before it: quadratic, and it takes 01 and 1 for two keys.
    const document = parseDocument(text, { lineCounter: lines, uniqueKeys: false });
    const problems = [
      ...document.errors.map((error) => yamlProblem(error, file)),
      ...equalKeys(document, lines, file),
    ];
    // What else is wrong with such a text follows from where its reading ended.
    if (problems.some(({ message }) => message === tooDeep)) return refuse(tooDeep);
    if (problems.length > 0) throw new DictionaryError(problems);
    return { document, lines, value: document.toJS({ maxAliasCount: mostAliases }) as unknown };
  } catch (error) {
    if (error instanceof RangeError) return refuse(tooDeep);
    if (error instanceof ReferenceError) return refuse(`cannot resolve its anchors: ${error.message}`);
    throw error;
  }
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

/** Keys that a map has twice, also in another spelling: 1, 01, 0x1 and "1". */
function equalKeys(document: Document, lines: LineCounter, file: string): Problem[] {
  const problems: Problem[] = [];
  visit(document, {
    Map(_, map) {
      const seen = new Set<string>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        const written = String(key.value);
        const canonical = /^-?\d+$/.test(written) ? String(Number(written)) : written;
        if (seen.has(canonical)) {
          const { line, col } = lines.linePos(key.range?.[0] ?? 0);
          problems.push({ file, line, column: col, key: "", message: `the key ${written} is there already` });
        }
        seen.add(canonical);
      }
    },
  });
  return problems;
}
