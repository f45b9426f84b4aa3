/** Table of stack 2's resource requests and limits in docs/workloads-settings.md, from workloads/sizes.ts. */
import { parseSettings } from "../../workloads/config";
import {
  exporterSize,
  gatewaySizes,
  jobSizes,
  loggingSizes,
  logStoreSize,
  metricsServerSize,
  policyEngineSize,
  proberSize,
  prometheusSize,
  requestedMiB,
  requestedOf,
  type Size,
  sizes,
} from "../../workloads/sizes";
import { between } from "./marks";

/** Settings of which the sizes depend. */
interface SizedBy {
  readonly prometheusMemoryMiB: number;
  readonly logStoreMemoryMiB: number;
  readonly exporterCores: number;
  readonly nodes: number;
}

function sizesTable({ prometheusMemoryMiB, logStoreMemoryMiB, exporterCores, nodes }: SizedBy): string {
  const always: Row[] = [
    ["prometheus", prometheusSize(prometheusMemoryMiB)],
    ...Object.entries(sizes),
    ["exporter", exporterSize(exporterCores)],
    ["metricsServer", metricsServerSize(nodes)],
    ["policyEngine", policyEngineSize],
    ["prober", proberSize],
  ];
  const jobs: Row[] = [
    ["jobGateway", jobSizes.gateway],
    ["jobCleaner (now and then)", jobSizes.cleaner],
  ];
  const logs: Row[] = [
    ["logCollector", loggingSizes.collector],
    ["logStore", logStoreSize(logStoreMemoryMiB)],
    ["logPage", loggingSizes.page],
    ["logRules", loggingSizes.ruler],
  ];
  const gateway: Row[] = [
    ["gateway", gatewaySizes.traefik],
    ["gatewayCertificate", gatewaySizes.certificate],
  ];
  const signOn: Row[] = [["gatewaySignOn", gatewaySizes.signOn]];
  const of = (rows: readonly Row[]): number =>
    requestedOf(
      rows.map(([, size]) => size),
      nodes,
    );
  return [
    "| container | copies | CPU requested, limit | memory requested, limit (MiB) | QoS |",
    "|---|---|---|---|---|",
    ...[...always, ...jobs, ...logs, ...gateway, ...signOn].map(
      ([name, { copies, cpu, memoryMiB, qos }]) =>
        `| ${name} | ${copies} | ${cpu.request}, ${cpu.limit} | ${memoryMiB.request}, ${memoryMiB.limit} | ${qos} |`,
    ),
    "",
    `Requested in all, on ${nodes} nodes: ${requestedMiB(prometheusMemoryMiB, logStoreMemoryMiB, nodes)} MiB, of which logs that are kept in the cluster are ${of(logs)}; with \`jobs\` ${of(jobs)} MiB more, with \`gateway\` ${of(gateway)}, with its \`oidc\` ${of(signOn)} besides.`,
  ].join("\n");
}

type Row = readonly [name: string, size: Size];

/** Document with the table of the defaults, on two nodes, between its marks. */
export function withSizesTable(document: string): string {
  const { monitoring, logs, telemetry } = parseSettings({});
  const { prometheusMemoryMiB } = monitoring;
  const sizedBy = {
    ...{ prometheusMemoryMiB, logStoreMemoryMiB: logs.memoryMiB },
    ...{ exporterCores: telemetry.cores, nodes: 2 },
  };
  return between("sizes", document, sizesTable(sizedBy));
}
