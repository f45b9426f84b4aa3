/** Runs of the program, each in its own process, with their time and memory. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir, totalmem } from "node:os";
import { join } from "node:path";

export interface Run {
  readonly resources: number;
  /** Seconds from the start of the process to the last output. */
  readonly totalSeconds: number;
  readonly cpuSeconds: number;
  readonly peakMiB: number;
}

export interface RunOptions {
  readonly workers: number;
  /** Type handling; `pulumi up` strips types (infra/tsconfig.json: noCheck). Default: strip. */
  readonly types?: "check" | "strip";
  /** Folder of ts-node's cache. Default: an empty one, so that everything is compiled. */
  readonly cache?: string;
}

/** @throws Error with the standard error of a process that failed */
export function runOnce({ workers, types = "strip", cache }: RunOptions): Run {
  const host = join(__dirname, "languageHost.js");
  const folder = cache ?? freshCache();
  const child = spawnSync(process.execPath, [host, types, "registerOnce.ts", String(workers)], {
    encoding: "utf8",
    env: { ...process.env, TS_NODE_CACHE_DIRECTORY: folder },
  });
  if (cache === undefined) rmSync(folder, { recursive: true, force: true });
  if (child.status !== 0) throw new Error(`${workers} workers: ${child.stderr}`);
  return JSON.parse(child.stdout) as Run;
}

export const freshCache = (): string => mkdtempSync(join(tmpdir(), "perigee-bench-"));

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

/** The machine behind the figures: cores, memory, Node version, load average. */
export function circumstances(): string {
  const load = loadavg()
    .map((one) => one.toFixed(1))
    .join(" ");
  const memory = (totalmem() / 2 ** 30).toFixed(0);
  return `${cpus().length} cores, ${memory} GiB, Node ${process.version}, load ${load} (1, 5, 15 min)`;
}
