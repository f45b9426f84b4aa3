/** The summary that `make up` prints at its end, parsed and printed again as a table. */
import { formatSeconds } from "../../lab/progress";
import { circumstances, markdown } from "./circumstances";
import type { LabRun } from "./labRun";

export interface Phase {
  readonly name: string;
  readonly time: string;
}

/** Phases from the lines below `How long it took:`, such as `  cluster  2 min 41 s`. */
export function upPhases(output: string): Phase[] {
  const [, after = ""] = output.split("How long it took:\n");
  const lines = after.split("\n\n")[0] ?? "";
  return [...lines.matchAll(/^ {2}(\S.*?) {2,}(\d.*)$/gm)].map(([, name = "", time = ""]) => ({
    name,
    time,
  }));
}

/** @param kind state of the caches, for the reader */
export function upTable(kind: string, { output, seconds }: LabRun, loadBefore: string): string {
  const phases = upPhases(output).filter(({ name }) => name !== "total");
  const rows = [...phases.map(({ name, time }) => [name, time]), ["all", formatSeconds(seconds * 1000)]];
  return `\`make up\`, ${kind}. ${circumstances(loadBefore)}\n\n${markdown([["phase", "time"], ...rows])}\n\n`;
}
