/** Context of a figure: the machine, its load, the day. */
import { cpus, loadavg, totalmem } from "node:os";

/** Load average of the last minute; above the number of cores, times are those of a busy machine. */
export const load = (): string => (loadavg()[0] ?? 0).toFixed(1);

export function circumstances(loadBefore: string): string {
  const memory = (totalmem() / 2 ** 30).toFixed(0);
  const day = new Date().toISOString().slice(0, 10);
  return `${day}, ${cpus().length} cores, ${memory} GiB, load ${loadBefore} before, ${load()} after.`;
}

/** The median; of an even number of values, the upper of the middle two. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** A Markdown table; the first row is its header. */
export function markdown(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows.map((cells) => `| ${cells.join(" | ")} |`);
  return [head, `|${"---|".repeat(rows[0]?.length ?? 0)}`, ...body].join("\n");
}

/** Prints a progress line to standard error; standard output is for the result. */
export function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}
