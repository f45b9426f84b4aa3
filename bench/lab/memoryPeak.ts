/**
 * The peak memory of a process together with all its descendants: resident pages, sampled from /proc. A page that two
 * processes share counts twice, so that the figure is an upper limit.
 */
import { readFileSync, readdirSync } from "node:fs";

const SAMPLE_EVERY_MS = 250;

export class MemoryPeak {
  private peakKiB = 0;
  private timer: NodeJS.Timeout | undefined;

  /** @param root process id */
  watch(root: number): void {
    this.stop();
    this.timer = setInterval(() => this.sample(root), SAMPLE_EVERY_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  get peakMiB(): number {
    return this.peakKiB / 1024;
  }

  private sample(root: number): void {
    const processes = readdirSync("/proc").flatMap(readProcess);
    const members = new Set([root]);
    // A child may be listed before its parent: once more until nobody is added.
    for (let before = 0; before !== members.size;) {
      before = members.size;
      for (const { pid, parent } of processes) if (members.has(parent)) members.add(pid);
    }
    const total = processes.reduce(
      (sum, { pid, residentKiB }) => sum + (members.has(pid) ? residentKiB : 0),
      0,
    );
    this.peakKiB = Math.max(this.peakKiB, total);
  }
}

interface ProcessSample {
  readonly pid: number;
  readonly parent: number;
  readonly residentKiB: number;
}

function readProcess(name: string): ProcessSample[] {
  if (!/^\d+$/.test(name)) return [];
  try {
    const status = readFileSync(`/proc/${name}/status`, "utf8");
    const field = (key: string): number =>
      Number(new RegExp(`^${key}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? 0);
    return [{ pid: Number(name), parent: field("PPid"), residentKiB: field("VmRSS") }];
  } catch {
    return []; // it has ended meanwhile
  }
}
