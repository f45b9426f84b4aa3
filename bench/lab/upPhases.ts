/** What `make up` says at its end, read. Pure. */

export interface Phase {
  readonly name: string;
  readonly time: string;
}

/** The lines below `How long it took:`, such as `  cluster  2 min 41 s`. */
export function upPhases(output: string): Phase[] {
  const [, after = ""] = output.split("How long it took:\n");
  const lines = after.split("\n\n")[0] ?? "";
  return [...lines.matchAll(/^ {2}(\S.*?) {2,}(\d.*)$/gm)].map(([, name = "", time = ""]) => ({
    name,
    time,
  }));
}
