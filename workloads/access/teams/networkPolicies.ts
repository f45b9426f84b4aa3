/**
 * NetworkPolicies of a team's namespace: nothing goes in or out but what this table says. They are enforced by
 * workloads/platform/networkPolicies.
 */
import { jobNames } from "../../jobs/names";
import { inMonitoring, named, type Peer } from "../../monitoring/peers";
import { teamLabel } from "./names";

interface Port {
  readonly protocol: "TCP" | "UDP";
  readonly port: number;
}

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

export function networkPolicies(team: string): readonly Policy[] {
  const ownTeam: Peer = { namespaceSelector: { matchLabels: { [teamLabel]: team } } };
  const dns: Peer = {
    namespaceSelector: named("kube-system"),
    podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
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
            ports: [
              { protocol: "UDP", port: 53 },
              { protocol: "TCP", port: 53 },
            ],
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
      // Any port: a team's ServiceMonitors say which. And batch jobs push.
      name: "perigee-monitoring",
      spec: {
        podSelector: everyPod,
        policyTypes: ["Ingress", "Egress"],
        ingress: [{ from: [inMonitoring("prometheus")] }],
        egress: [{ to: [inMonitoring(jobNames.gateway)], ports: [{ protocol: "TCP", port: jobNames.port }] }],
      },
    },
  ];
}
