/**
 * Resource usage of an engine run, with all its descendants: peak of resident memory and CPU time, sampled from
 * /proc. A page that two processes share counts twice, so the memory is an upper limit.
 */
import { readdirSync } from "node:fs";
import { type ProcessSample, readProcess, type Role } from "./processSample";

const sampleEveryMs = 250;

export class TreeUse {
  private peakKiB = 0;
  private readonly ticks = new Map<number, { readonly role: Role; readonly ticks: number }>();
  private timer: NodeJS.Timeout | undefined;

  /** @param root the engine's process ID */
  watch(root: number): void {
    this.stop();
    this.timer = setInterval(() => this.sample(root), sampleEveryMs);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  get peakMiB(): number {
    return this.peakKiB / 1024;
  }

  /** CPU time of the processes of a role. */
  cpuSeconds(role: Role): number {
    const own = [...this.ticks.values()].filter((one) => one.role === role);
    return own.reduce((sum, { ticks }) => sum + ticks, 0) / 100; // USER_HZ is 100 on every Linux
  }

  private sample(root: number): void {
    const processes = readdirSync("/proc").flatMap(readProcess);
    const members = familyOf(root, processes);
    const alive = processes.filter(({ pid }) => members.has(pid));
    for (const { pid, role, ticks } of alive) this.ticks.set(pid, { role, ticks });
    const total = alive.reduce((sum, { residentKiB }) => sum + residentKiB, 0);
    this.peakKiB = Math.max(this.peakKiB, total);
  }
}

/** The process and all its descendants. */
function familyOf(root: number, processes: readonly ProcessSample[]): Set<number> {
  const members = new Set([root]);
  // A child may be listed before its parent: repeat until no process is added.
  for (let before = 0; before !== members.size;) {
    before = members.size;
    for (const { pid, parent } of processes) if (members.has(parent)) members.add(pid);
  }
  return members;
}
