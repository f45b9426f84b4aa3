/** What an import could not carry over, and what it carried over in another form. */
import type { Place } from "./definition";

export interface Finding extends Place {
  readonly kind: "left out" | "note";
  readonly message: string;
}

/** Collector of findings, in the order in which they are made. */
export class Findings {
  readonly all: Finding[] = [];
  private readonly seen = new Set<string>();

  /** Something of the definition is not in the dictionary. */
  leftOut(place: Place, message: string): void {
    this.add({ ...place, kind: "left out", message });
  }

  /** Something is in the dictionary by another name or in another form, with the same meaning. */
  note(place: Place, message: string): void {
    this.add({ ...place, kind: "note", message });
  }

  get leftOutCount(): number {
    return this.all.filter(({ kind }) => kind === "left out").length;
  }

  /** What several packets have in common is said once. */
  private add(finding: Finding): void {
    const key = JSON.stringify(finding);
    if (this.seen.has(key)) return;
    this.seen.add(key);
    this.all.push(finding);
  }
}

/** @param file of findings that name none */
export function formatFinding(file: string, { file: own, line, what, kind, message }: Finding): string {
  return `${own ?? file}:${line}: ${kind === "note" ? "note: " : "not carried over: "}${what}: ${message}`;
}

/** Error of a file that is no definition of that format, or of which nothing can be used. */
export class ImportError extends Error {
  constructor(message: string, line?: number) {
    super(line === undefined ? message : `line ${line}: ${message}`);
    this.name = "ImportError";
  }
}

/** Error of a definition of which nothing is left, with the first reasons. */
export function nothingLeft({ all }: Findings): ImportError {
  const reasons = all
    .filter(({ kind }) => kind === "left out")
    .slice(0, 5)
    .map(
      ({ file, line, what, message }) =>
        `${file ?? "line "}${file === undefined ? "" : ":"}${line}: ${what}: ${message}`,
    );
  return new ImportError(["has no packet that a dictionary can have", ...reasons].join("; "));
}
