/**
 * Allowed traffic: source, destination, port and reason. The security groups, the lab's packet filter
 * and the table in docs/architecture.md are made from it; all other traffic is dropped.
 */
import { nodePorts, type PublishedNodePort } from "../../contract/outputs";

/** `admin`: the blocks of `adminCidrs`. `node`: every machine. `balancer`: that of several control planes. */
export type Peer = "admin" | "node" | "control-plane" | "balancer";

export interface TrafficRule {
  readonly to: "node" | "control-plane" | "balancer";
  /** One port, or the first and the last of a range. */
  readonly port: number | readonly [number, number];
  readonly protocol: "tcp" | "udp";
  readonly from: readonly Peer[];
  readonly why: string;
}

const fixedRules: readonly TrafficRule[] = [
  { to: "node", port: 22, protocol: "tcp", from: ["admin"], why: "SSH" },
  {
    to: "control-plane",
    port: [2379, 2380],
    protocol: "tcp",
    from: ["control-plane"],
    why: "etcd clients and peers",
  },
  { to: "control-plane", port: 2381, protocol: "tcp", from: ["node"], why: "etcd metrics" },
  { to: "control-plane", port: 10257, protocol: "tcp", from: ["node"], why: "controller-manager metrics" },
  { to: "control-plane", port: 10259, protocol: "tcp", from: ["node"], why: "scheduler metrics" },
  { to: "node", port: 9100, protocol: "tcp", from: ["node"], why: "node-exporter metrics" },
  { to: "node", port: 10249, protocol: "tcp", from: ["node"], why: "kube-proxy metrics" },
  { to: "node", port: 10250, protocol: "tcp", from: ["node"], why: "kubelet API and metrics" },
  { to: "node", port: 8472, protocol: "udp", from: ["node"], why: "Flannel VXLAN" },
];

/** One control plane is asked directly; before several there is a balancer, and nobody outside reaches them but through it. */
const oneControlPlane: readonly TrafficRule[] = [
  { to: "control-plane", port: 6443, protocol: "tcp", from: ["admin", "node"], why: "Kubernetes API" },
];
const severalControlPlanes: readonly TrafficRule[] = [
  {
    to: "control-plane",
    port: 6443,
    protocol: "tcp",
    from: ["node", "balancer"],
    why: "Kubernetes API, where there are several control planes",
  },
  {
    to: "balancer",
    port: 6443,
    protocol: "tcp",
    from: ["admin"],
    why: "Kubernetes API, where there are several control planes",
  },
];

/**
 * All rules, including the node ports that the user publishes.
 * @param controlPlanes number of control planes
 */
export function trafficRules(published: readonly PublishedNodePort[] = [], controlPlanes = 1): TrafficRule[] {
  const ports = [...Object.values<PublishedNodePort>(nodePorts), ...published];
  return [
    ...(controlPlanes === 1 ? oneControlPlane : severalControlPlanes),
    ...fixedRules,
    ...ports.map(({ port, protocol, why }): TrafficRule => ({
      to: "node",
      port,
      protocol,
      from: ["admin"],
      why,
    })),
  ];
}

/** First and last port of a rule. */
export function portRange(rule: TrafficRule): readonly [number, number] {
  return typeof rule.port === "number" ? [rule.port, rule.port] : rule.port;
}

/** Port or range as text: `6443`, `2379-2380`. */
export function portText(rule: TrafficRule): string {
  const [first, last] = portRange(rule);
  return first === last ? String(first) : `${first}-${last}`;
}
