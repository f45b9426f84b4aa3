/** Table of stack 2's resource requests and limits in docs/workloads-settings.md, from workloads/sizes.ts. */
import { parseSettings } from "../../workloads/config";
import { metricsServerSize, prometheusSize, requestedMiB, type Size, sizes } from "../../workloads/sizes";
import { between } from "./marks";

/** @param prometheusMemoryMiB the setting with this name @param nodes number of nodes of the cluster */
function sizesTable(prometheusMemoryMiB: number, nodes: number): string {
  const rows: [string, Size][] = [
    ["prometheus", prometheusSize(prometheusMemoryMiB)],
    ...Object.entries(sizes),
    ["metricsServer", metricsServerSize(nodes)],
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

/** Document with the table of the defaults, on two nodes, between its marks. */
export function withSizesTable(document: string): string {
  const { prometheusMemoryMiB } = parseSettings({}).monitoring;
  return between("sizes", document, sizesTable(prometheusMemoryMiB, 2));
}
