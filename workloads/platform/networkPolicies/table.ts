/** Who reaches which of Perigee's own pods: one row is one NetworkPolicy. What no row allows is refused. */
import { jobNames } from "../../jobs/names";
import { loggingNames } from "../../logging/names";
import { monitoringNames } from "../../monitoring/names";
import {
  clusterDns,
  fromGateway,
  inMonitoring,
  named,
  type Peer,
  type Port,
  tcp,
} from "../../monitoring/peers";
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
const { gateway: pushgateway, port: pushPort } = jobNames;

/**
 * What people and machines open.
 * @param from default: everybody; a node port's callers have a node's address
 */
const published = (name: string, port: number, why: string, from?: readonly Peer[]): Row => ({
  name: `perigee-${name}`,
  namespace: monitoring,
  pods: { [nameLabel]: name },
  why,
  allowed: [{ ...(from && { from }), ports: [tcp(port)] }],
});

const telemetry: Peer = { namespaceSelector: named(telemetryNames.namespace) };

/** Pages for people: by the gateway, or by their node ports. */
const pages = (gateway: boolean): Row[] => {
  const from = gateway ? [fromGateway] : undefined;
  const by = gateway ? "by the gateway" : "by its node port";
  return [
    published(
      "prometheus",
      9090,
      `Prometheus, ${by}; the exporter writes history to it`,
      from && [...from, telemetry],
    ),
    published("alertmanager", 9093, `Alertmanager, ${by}`, from),
    published("grafana", 3000, `Grafana, ${by}`, from),
    published(loggingNames.page, loggingNames.storePort, `The page to search logs in, ${by}`, from),
  ];
};

/** @param gateway whether the gateway leads to the pages */
export const table = (gateway: boolean): readonly Row[] => [
  {
    name: "perigee-within",
    namespace: monitoring,
    pods: everyPod,
    why: "The parts of the monitoring reach each other, and nobody else reaches them",
    allowed: [{ from: [{ podSelector: {} }] }],
  },
  ...pages(gateway),
  published(pushgateway, pushPort, "Batch jobs push to it, from every namespace"),
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
