/** The table of what the stack asks for, as docs/workloads-settings.md shows it. */
import { prometheusSize, requestedMiB, sizes, type Size } from "./sizes";

/** @param prometheusMemoryMiB the setting of that name @param nodes of the cluster */
export function sizesTable(prometheusMemoryMiB: number, nodes: number): string {
  const rows: [string, Size][] = [
    ["prometheus", prometheusSize(prometheusMemoryMiB)],
    ...Object.entries(sizes),
  ];
  return [
    "| container | copies | CPU requested, limit | memory requested, limit (MiB) |",
    "|---|---|---|---|",
    ...rows.map(
      ([name, { copies, cpu, memoryMiB }]) =>
        `| ${name} | ${copies} | ${cpu.request}, ${cpu.limit} | ${memoryMiB.request}, ${memoryMiB.limit} |`,
    ),
    "",
    `Requested in all, on ${nodes} nodes: ${requestedMiB(prometheusMemoryMiB, nodes)} MiB.`,
  ].join("\n");
}
