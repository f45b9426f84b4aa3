/** Requests and limits of every container of the stack: the single source of values, docs and tests. */

export interface Size {
  /** CPU in cores. */
  readonly cpu: { readonly request: number; readonly limit: number };
  readonly memoryMiB: { readonly request: number; readonly limit: number };
  /** Number of copies in the cluster, or one per node. */
  readonly copies: number | "per node";
  /** Class of a pod of such containers: what is Guaranteed goes last when its node is short of memory. */
  readonly qos: "Burstable" | "Guaranteed";
}

/** `resources` of a container in the format of Kubernetes. */
export interface Resources {
  readonly requests: Readonly<Record<"cpu" | "memory", string>>;
  readonly limits: Readonly<Record<"cpu" | "memory", string>>;
}

const size = (
  copies: Size["copies"],
  [cpuRequest, cpuLimit]: readonly [number, number],
  [memoryRequest, memoryLimit]: readonly [number, number],
): Size => ({
  copies,
  qos: "Burstable",
  cpu: { request: cpuRequest, limit: cpuLimit },
  memoryMiB: { request: memoryRequest, limit: memoryLimit },
});

/** What a container has at any time: its requests are its limits. */
const guaranteed = (copies: Size["copies"], cores: number, memoryMiB: number): Size => ({
  copies,
  qos: "Guaranteed",
  cpu: { request: cores, limit: cores },
  memoryMiB: { request: memoryMiB, limit: memoryMiB },
});

/** Sizes of the containers. Limits are about twice the usage measured at idle on two nodes (docs/bench.md). */
export const sizes = {
  alertmanager: size(1, [0.01, 0.2], [48, 128]),
  operator: size(1, [0.02, 0.5], [80, 192]),
  configReloader: size(2, [0.005, 0.1], [24, 64]),
  nodeExporter: size("per node", [0.02, 0.3], [24, 64]),
  kubeStateMetrics: size(1, [0.01, 0.2], [48, 192]),
  grafana: size(1, [0.05, 1], [192, 384]),
  grafanaSidecar: size(2, [0.01, 0.2], [96, 192]),
  simulator: size(1, [0.02, 0.5], [96, 192]),
} as const satisfies Record<string, Size>;

/**
 * Size of the exporter, from the setting `telemetry.cores`. Half a core reads 50,000 datagrams a second: a fourth to a third
 * of a core in use, and what its limit holds it back for fits into the socket's 4 MiB (docs/telemetry.md, Figures).
 */
export function exporterSize(cores: number): Size {
  return guaranteed(1, cores, 256);
}

/** Size of Prometheus, from the setting `prometheusMemoryMiB`. */
export function prometheusSize(memoryMiB: number): Size {
  return size(1, [0.1, 2], [Math.floor(memoryMiB / 2), memoryMiB]);
}

/**
 * Size of metrics-server, by the number of nodes that it asks: 2 MiB and a thousandth of a core for each, as upstream
 * measured. It grows by tens of nodes: a worker more is no reason to restart it.
 */
export function metricsServerSize(nodes: number): Size {
  const tens = Math.max(1, Math.ceil(nodes / 10));
  const [cpu, memoryMiB] = [0.02 + tens / 100, 48 + 20 * tens];
  return size(2, [cpu, 10 * cpu], [memoryMiB, 2 * memoryMiB]);
}

/** Size of what enforces NetworkPolicies, where nothing else does: it keeps the cluster's pods and policies in memory. */
export const policyEngineSize: Size = size("per node", [0.01, 0.5], [32, 128]);

/** Size of the prober: it takes 25 MiB with 20 probes. */
export const proberSize: Size = size(1, [0.01, 0.2], [32, 96]);

/** Sizes of the jobs' gateway and of what cleans it, where jobs are awaited. */
export const jobSizes = {
  gateway: size(1, [0.01, 0.2], [32, 128]),
  cleaner: size(1, [0.02, 0.5], [64, 128]),
} as const satisfies Record<string, Size>;

/** Sizes of the containers of the gateway's pods: one pod, or two where there are two workers. */
export const gatewaySizes = {
  traefik: size(2, [0.02, 1], [112, 256]),
  certificate: size(2, [0.005, 0.5], [64, 112]),
  signOn: size(2, [0.01, 0.5], [32, 96]),
} as const satisfies Record<string, Size>;

/** Sizes of what gathers and watches logs, where they are kept; the store's is a setting. */
export const loggingSizes = {
  collector: size("per node", [0.02, 1], [80, 200]),
  page: size(1, [0.01, 0.5], [32, 192]),
  ruler: size(1, [0.01, 0.2], [32, 96]),
} as const satisfies Record<string, Size>;

/** Size of the store of logs, from the setting `logs.memoryMiB`. */
export function logStoreSize(memoryMiB: number): Size {
  return size(1, [0.05, 1], [Math.floor(memoryMiB / 2), memoryMiB]);
}

/** A size with more memory, as a large dictionary asks for. */
export function withMemory(base: Size, { extraMemoryMiB }: { readonly extraMemoryMiB: number }): Size {
  const { request, limit } = base.memoryMiB;
  return { ...base, memoryMiB: { request: request + extraMemoryMiB, limit: limit + extraMemoryMiB } };
}

/** Memory at which Go collects its garbage sooner, below the limit at which a container is killed: `GOMEMLIMIT`. */
export const goMemoryLimit = ({ memoryMiB }: Size): string => `${Math.floor(0.8 * memoryMiB.limit)}MiB`;

export function resources({ cpu, memoryMiB }: Size): Resources {
  return {
    requests: { cpu: cores(cpu.request), memory: `${memoryMiB.request}Mi` },
    limits: { cpu: cores(cpu.limit), memory: `${memoryMiB.limit}Mi` },
  };
}

/** CPU quantity in Kubernetes' canonical form: `100m`, `2`; never less than `1m`. */
export function cores(value: number): string {
  const thousandths = Math.max(1, Math.round(value * 1000));
  return thousandths % 1000 === 0 ? String(thousandths / 1000) : `${thousandths}m`;
}

/** Memory requests of the stack with default settings, in MiB, on this number of nodes. The exporter's are any cores'. */
export function requestedMiB(prometheusMemoryMiB: number, logStoreMemoryMiB: number, nodes: number): number {
  return requestedOf(
    [
      ...Object.values(sizes),
      exporterSize(1),
      prometheusSize(prometheusMemoryMiB),
      metricsServerSize(nodes),
      policyEngineSize,
      proberSize,
      ...Object.values(loggingSizes),
      logStoreSize(logStoreMemoryMiB),
    ],
    nodes,
  );
}

/** Memory requests of containers in MiB, on this number of nodes. */
export function requestedOf(all: readonly Size[], nodes: number): number {
  return all.reduce(
    (sum, { copies, memoryMiB }) => sum + memoryMiB.request * (copies === "per node" ? nodes : copies),
    0,
  );
}
