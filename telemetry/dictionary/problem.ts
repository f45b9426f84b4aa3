/** Problems of a dictionary file, collected with line and column and thrown as one error. */
import { firstOf } from "../firstOf";

/** Problems that a message lists: more nobody reads, and `serve` says them in one line. */
export const mostListed = 1_000;

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

/** Error of an invalid dictionary. Its message lists the first 1,000 problems, one per line, and how many more there are. */
export class DictionaryError extends Error {
  constructor(readonly problems: readonly Problem[]) {
    super(firstOf(problems.map(formatProblem), mostListed, "problems").join("\n"));
    this.name = "DictionaryError";
  }
}

export type Path = readonly (string | number)[];

/** Finder of the line and column of a key; of a missing one, of what it would be in. Both from 1. */
export type PlaceOf = (path: Path) => Pick<Problem, "line" | "column">;

function formatKey(path: Path): string {
  return path.reduce<string>(
    (key, part) => (typeof part === "number" ? `${key}[${part}]` : key ? `${key}.${part}` : part),
    "",
  );
}

/** Collector of problems; finds the place of each in the YAML text. */
export class Problems {
  readonly found: Problem[] = [];
  private readonly doubts: { readonly path: Path; readonly message: () => string }[] = [];

  constructor(
    private readonly file: string,
    private readonly placeOf: PlaceOf,
  ) {}

  add(path: Path, message: string): void {
    this.found.push(this.problem(path, message));
  }

  warn(path: Path, message: () => string): void {
    this.doubts.push({ path, message });
  }

  /** What is allowed, but hardly meant. */
  warnings(): Problem[] {
    return this.doubts.map(({ path, message }) => this.problem(path, message()));
  }

  lineOf(path: Path): number {
    return this.placeOf(path).line;
  }

  throwIfAny(): void {
    if (this.found.length === 0) return;
    throw new DictionaryError([...this.found].sort((a, b) => a.line - b.line || a.column - b.column));
  }

  private problem(path: Path, message: string): Problem {
    return { file: this.file, ...this.placeOf(path), key: formatKey(path), message };
  }
}
