/** A network load balancer in the machine layer, already resolved to addresses. */
import type { IngressRule } from "../machine";

/** Presence of the balancer in one zone: an address in the subnet there, and a public one where it faces the Internet. */
interface BalancerNode {
  readonly zone: string;
  readonly subnetCidr: string;
  readonly privateIp: string;
  readonly publicIp?: string;
}

export interface BalancerTarget {
  /** Instance ID. */
  readonly id: string;
  readonly address: string;
  readonly port: number;
  readonly zone: string;
}

/** Check of a target at its own port, over HTTPS or HTTP, or by a connection alone. Times in seconds. */
export interface HealthCheck {
  readonly protocol: "HTTPS" | "HTTP" | "TCP";
  readonly path: string;
  readonly interval: number;
  readonly timeout: number;
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
}

export interface TargetGroup {
  readonly name: string;
  readonly check: HealthCheck;
  readonly targets: readonly BalancerTarget[];
  /** Seconds that a target that was deregistered keeps its connections. */
  readonly deregistrationDelay: number;
  /** Whether connections that are left after the delay are ended. */
  readonly connectionTermination: boolean;
}

interface BalancerListener {
  readonly port: number;
  /** Name of its group. */
  readonly group: string;
}

export interface BalancerSpec {
  /** The last part of the ARN: 16 hexadecimal digits. */
  readonly id: string;
  readonly dnsName: string;
  readonly nodes: readonly BalancerNode[];
  /** Whether each node serves the targets of every zone, or those of its own alone. */
  readonly crossZone: boolean;
  readonly listeners: readonly BalancerListener[];
  readonly groups: readonly TargetGroup[];
  readonly ingress: readonly IngressRule[];
  /** Seconds that a target takes to be registered, before its first check counts. */
  readonly registrationSeconds: number;
}

/** State of a target, in the API's words. */
export type TargetHealth = "initial" | "healthy" | "unhealthy" | "draining";

/** Addresses that the balancer's name has: the public ones where there are any. */
export function nameAddresses({ nodes }: BalancerSpec): string[] {
  return nodes.map(({ publicIp, privateIp }) => publicIp ?? privateIp);
}
