/**
 * NetworkPolicies of a team's namespace: nothing goes in or out but what this table says. They are enforced by
 * workloads/platform/networkPolicies.
 */
import type { Settings } from "../../config";
import { jobNames } from "../../jobs/names";
import { loggingNames } from "../../logging/names";
import {
  clusterDns,
  fromGateway,
  inMonitoring,
  named,
  type Peer,
  type Port,
  tcp,
} from "../../monitoring/peers";
import { proberNames } from "../../probes/names";
import { teamLabel } from "./names";

interface PolicySpec {
  /** All pods of the namespace. */
  readonly podSelector: Record<string, never>;
  readonly policyTypes: ("Ingress" | "Egress")[];
  readonly ingress?: { readonly from: Peer[] }[];
  readonly egress?: { readonly to: Peer[]; readonly ports?: Port[] }[];
}

export interface Policy {
  readonly name: string;
  readonly spec: PolicySpec;
}

const everyPod = {};

/** What of the monitoring asks and tells pods of teams. */
const asking = ["prometheus", "alertmanager", proberNames.prober] as const;

/** Others who may come into a namespace. */
export type Guests = (namespace: string) => Peer[];

/** The collector where the store of logs may be a team's, and the gateway where it leads to a workload. */
export function guests({ logs, gateway }: Pick<Settings, "logs" | "gateway">): Guests {
  const led = new Set(gateway.enabled ? gateway.routes.map(({ namespace }) => namespace) : []);
  return (namespace) => [
    ...(logs.kind === "external" ? [inMonitoring(loggingNames.collector)] : []),
    ...(led.has(namespace) ? [fromGateway] : []),
  ];
}

/** @param others who may come in beside the monitoring */
export function networkPolicies(team: string, others: readonly Peer[]): readonly Policy[] {
  const ownTeam: Peer = { namespaceSelector: { matchLabels: { [teamLabel]: team } } };
  const dns: Peer = {
    namespaceSelector: named(clusterDns.namespace),
    podSelector: { matchLabels: clusterDns.labels },
  };
  return [
    {
      name: "perigee-default-deny",
      spec: { podSelector: everyPod, policyTypes: ["Ingress", "Egress"] },
    },
    {
      name: "perigee-dns",
      spec: {
        podSelector: everyPod,
        policyTypes: ["Egress"],
        egress: [
          {
            to: [dns],
            ports: [...clusterDns.ports],
          },
        ],
      },
    },
    {
      // All namespaces of the team, so its own too.
      name: "perigee-team",
      spec: {
        podSelector: everyPod,
        policyTypes: ["Ingress", "Egress"],
        ingress: [{ from: [ownTeam] }],
        egress: [{ to: [ownTeam] }],
      },
    },
    {
      // Any port: a team's ServiceMonitors, probes, alert receivers and stores of logs say which. And batch jobs push.
      name: "perigee-monitoring",
      spec: {
        podSelector: everyPod,
        policyTypes: ["Ingress", "Egress"],
        ingress: [{ from: [...asking.map(inMonitoring), ...others] }],
        egress: [{ to: [inMonitoring(jobNames.gateway)], ports: [tcp(jobNames.port)] }],
      },
    },
  ];
}
