/** A sample of one process from /proc. */
import { readFileSync } from "node:fs";

/** The engine with its language host, the program that describes the resources, or the resource providers. */
export type Role = "engine" | "program" | "providers";

export interface ProcessSample {
  readonly pid: number;
  readonly parent: number;
  readonly role: Role;
  readonly residentKiB: number;
  /** CPU time so far, in hundredths of a second. */
  readonly ticks: number;
}

/** @returns an empty list when the name is no process ID or the process has ended */
export function readProcess(name: string): ProcessSample[] {
  if (!/^\d+$/.test(name)) return [];
  try {
    const stat = readFileSync(`/proc/${name}/stat`, "utf8");
    // Fields 3 (state) onwards follow the command name in parentheses, which may contain spaces.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const field = (number: number): number => Number(fields[number - 3]);
    return [
      {
        pid: Number(name),
        parent: field(4),
        role: roleOf(readFileSync(`/proc/${name}/cmdline`, "utf8")),
        residentKiB: field(24) * 4, // pages
        ticks: field(14) + field(15), // user, system
      },
    ];
  } catch {
    return [];
  }
}

function roleOf(commandLine: string): Role {
  if (commandLine.includes("@pulumi/pulumi/cmd/run")) return "program";
  return commandLine.includes("/lab/pulumi/providers/") || commandLine.includes("pulumi-resource-")
    ? "providers"
    : "engine";
}
