/** Who reaches which of Perigee's own pods: one row is one NetworkPolicy. What no row allows is refused. */
import { jobNames } from "../../jobs/names";
import { loggingNames } from "../../logging/names";
import { monitoringNames } from "../../monitoring/names";
import { clusterDns, inMonitoring, type Peer, type Port, tcp } from "../../monitoring/peers";
import { nameLabel, telemetryNames } from "../../telemetry/names";

export interface Row {
  /** Name of the policy. */
  readonly name: string;
  readonly namespace: string;
  /** Labels of the pods that it is about; none: every pod of the namespace. */
  readonly pods: Readonly<Record<string, string>>;
  readonly why: string;
  readonly allowed: readonly {
    /** Default: everybody who comes this far; a node port's callers have the address of a node. */
    readonly from?: readonly Peer[];
    /** Default: every port. */
    readonly ports?: readonly Port[];
  }[];
}

const everyPod = {};
const { namespace: monitoring } = monitoringNames;
const { gateway, port: gatewayPort } = jobNames;

/** What people and machines open, by its node port. */
const published = (name: string, port: number, why: string): Row => ({
  name: `perigee-${name}`,
  namespace: monitoring,
  pods: { [nameLabel]: name },
  why,
  allowed: [{ ports: [tcp(port)] }],
});

export const table: readonly Row[] = [
  {
    name: "perigee-within",
    namespace: monitoring,
    pods: everyPod,
    why: "The parts of the monitoring reach each other, and nobody else reaches them",
    allowed: [{ from: [{ podSelector: {} }] }],
  },
  published("prometheus", 9090, "Prometheus, by its node port; the exporter writes history to it"),
  published("alertmanager", 9093, "Alertmanager, by its node port"),
  published("grafana", 3000, "Grafana, by its node port"),
  published(loggingNames.page, loggingNames.storePort, "The page to search logs in, by its node port"),
  published(gateway, gatewayPort, "Batch jobs push to it, from every namespace"),
  {
    name: "perigee-default-deny",
    namespace: telemetryNames.namespace,
    pods: everyPod,
    why: "Nobody reaches the simulator; the exporter has a policy of its own",
    allowed: [],
  },
  {
    name: "perigee-dns",
    namespace: clusterDns.namespace,
    pods: clusterDns.labels,
    why: "Everybody asks for names, Prometheus for metrics",
    allowed: [{ ports: clusterDns.ports }, { from: [inMonitoring("prometheus")], ports: [tcp(9153)] }],
  },
];
