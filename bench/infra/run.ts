/** Runs of the program, each in a process of its own, and what they took. */
import { spawnSync } from "node:child_process";
import { cpus, loadavg, totalmem } from "node:os";
import { join } from "node:path";

export interface Run {
  readonly resources: number;
  /** From the start of the process to the last output. */
  readonly totalSeconds: number;
  readonly cpuSeconds: number;
  readonly peakMiB: number;
}

/** @throws Error with what the process said when it failed */
export function runOnce(workers: number, types: "check" | "strip" = "strip"): Run {
  const host = join(__dirname, "languageHost.js");
  const child = spawnSync(process.execPath, [host, types, "registerOnce.ts", String(workers)], {
    encoding: "utf8",
  });
  if (child.status !== 0) throw new Error(`${workers} workers: ${child.stderr}`);
  return JSON.parse(child.stdout) as Run;
}

/** The median of each figure. */
export function medians(runs: readonly Run[]): Run {
  const median = (figure: keyof Run): number => {
    const sorted = runs.map((run) => run[figure]).sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  };
  return {
    resources: median("resources"),
    totalSeconds: median("totalSeconds"),
    cpuSeconds: median("cpuSeconds"),
    peakMiB: median("peakMiB"),
  };
}

/** The machine that the figures are of, and how busy it was. */
export function circumstances(): string {
  const load = loadavg()
    .map((one) => one.toFixed(1))
    .join(" ");
  const memory = (totalmem() / 2 ** 30).toFixed(0);
  return `${cpus().length} cores, ${memory} GiB, Node ${process.version}, load ${load} (1, 5, 15 min)`;
}
