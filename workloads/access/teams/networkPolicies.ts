/**
 * NetworkPolicies of a team's namespace: nothing goes in or out but what this table says. They hold where something
 * enforces them; Flannel alone does not.
 */
import { jobNames } from "../../jobs/names";
import { monitoringNames } from "../../monitoring/names";
import { teamLabel } from "./names";

interface Peer {
  readonly namespaceSelector: { readonly matchLabels: Readonly<Record<string, string>> };
  readonly podSelector?: { readonly matchLabels: Readonly<Record<string, string>> };
}

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

/** Label by which Kubernetes itself marks every namespace with its name. */
const named = (namespace: string): Peer["namespaceSelector"] => ({
  matchLabels: { "kubernetes.io/metadata.name": namespace },
});
const everyPod = {};

/** Where batch jobs push to. */
const jobGateway: Peer = {
  namespaceSelector: named(monitoringNames.namespace),
  podSelector: { matchLabels: { "app.kubernetes.io/name": jobNames.gateway } },
};

export function networkPolicies(team: string): readonly Policy[] {
  const ownTeam: Peer = { namespaceSelector: { matchLabels: { [teamLabel]: team } } };
  const dns: Peer = {
    namespaceSelector: named("kube-system"),
    podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
  };
  const prometheus: Peer = {
    namespaceSelector: named(monitoringNames.namespace),
    podSelector: { matchLabels: { "app.kubernetes.io/name": "prometheus" } },
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
        ingress: [{ from: [prometheus] }],
        egress: [{ to: [jobGateway], ports: [{ protocol: "TCP", port: jobNames.port }] }],
      },
    },
  ];
}
