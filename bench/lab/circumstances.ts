/** What a reader has to know beside a figure: the machine, how busy it was, the day. */
import { cpus, loadavg, totalmem } from "node:os";

/** One minute's load average; above the number of cores, times are those of a busy machine. */
export const load = (): string => (loadavg()[0] ?? 0).toFixed(1);

export function circumstances(loadBefore: string): string {
  const memory = (totalmem() / 2 ** 30).toFixed(0);
  const day = new Date().toISOString().slice(0, 10);
  return `${day}, ${cpus().length} cores, ${memory} GiB, load ${loadBefore} before, ${load()} after.`;
}

/** The middle one; of an even number, the upper of the two. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** A Markdown table; the first row is its head. */
export function markdown(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows.map((cells) => `| ${cells.join(" | ")} |`);
  return [head, `|${"---|".repeat(rows[0]?.length ?? 0)}`, ...body].join("\n");
}

/** Progress for whoever watches; standard output is for the result. */
export function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}
