/** Problems of a dictionary file, collected with line and column and thrown as one error. */
import { type Document, isMap, isNode, isPair, type LineCounter } from "yaml";

/** One problem of a dictionary, and its place. */
export interface Problem {
  readonly file: string;
  /** Line, from 1. */
  readonly line: number;
  readonly column: number;
  /** Key, for example packets[1].parameters[0].unit; empty for the whole file. */
  readonly key: string;
  readonly message: string;
}

export function formatProblem(problem: Problem): string {
  const where = `${problem.file}:${problem.line}:${problem.column}`;
  return problem.key ? `${where}: ${problem.key}: ${problem.message}` : `${where}: ${problem.message}`;
}

/** Error of an invalid dictionary. Its message lists all problems, one per line. */
export class DictionaryError extends Error {
  constructor(readonly problems: readonly Problem[]) {
    super(problems.map(formatProblem).join("\n"));
    this.name = "DictionaryError";
  }
}

export type Path = readonly (string | number)[];

function formatKey(path: Path): string {
  return path.reduce<string>(
    (key, part) => (typeof part === "number" ? `${key}[${part}]` : key ? `${key}.${part}` : part),
    "",
  );
}

/** Collector of problems; finds the place of each in the YAML text. */
export class Problems {
  readonly found: Problem[] = [];
  /** What is allowed, but hardly meant. */
  readonly warnings: Problem[] = [];

  constructor(
    private readonly file: string,
    private readonly document: Document,
    private readonly lines: LineCounter,
  ) {}

  add(path: Path, message: string): void {
    this.found.push(this.problem(path, message));
  }

  warn(path: Path, message: string): void {
    this.warnings.push(this.problem(path, message));
  }

  private problem(path: Path, message: string): Problem {
    const { line, col } = this.lines.linePos(this.offsetOf(path));
    const column = Math.max(col, 1);
    return { file: this.file, line: Math.max(line, 1), column, key: formatKey(path), message };
  }

  lineOf(path: Path): number {
    return Math.max(this.lines.linePos(this.offsetOf(path)).line, 1);
  }

  throwIfAny(): void {
    if (this.found.length === 0) return;
    throw new DictionaryError([...this.found].sort((a, b) => a.line - b.line || a.column - b.column));
  }

  /** Offset of a key in the text; for a missing key, the offset of its nearest parent. */
  private offsetOf(path: Path): number {
    for (let length = path.length; length > 0; length--) {
      const offset = this.keyOffset(path.slice(0, length));
      if (offset !== undefined) return offset;
    }
    return 0;
  }

  private keyOffset(path: Path): number | undefined {
    const last = path.at(-1);
    const parent = path.length > 1 ? this.document.getIn(path.slice(0, -1), true) : this.document.contents;
    if (isMap(parent)) {
      const pair = parent.items.find((item) => isPair(item) && String(item.key) === String(last));
      return isNode(pair?.key) ? pair.key.range?.[0] : undefined;
    }
    const node = this.document.getIn(path, true);
    return isNode(node) ? node.range?.[0] : undefined;
  }
}
