/**
 * Machine layer behind the lab's AWS provider: the seam between "an EC2 instance" and its implementation.
 * `machineHost` picks one: systemd machines on this host (needs root), or none at all (engine tests).
 */

import type { BalancerSpec } from "./balancer/spec";

/** An EC2 instance in the machine layer. */
export interface MachineSpec {
  /** Instance id, e.g. `i-0a1b2c3d4e5f60718`; the key of every other call. */
  readonly id: string;
  /** Host name until cloud-init sets its own; used in messages and logs. */
  readonly name: string;
  /** The subnet's IPv4 block, e.g. `10.0.1.0/24`; its first address is the gateway. */
  readonly subnetCidr: string;
  readonly privateIp: string;
  /** The instance's cloud-init user data, exactly as EC2 passes it. */
  readonly userData: string;
  readonly rootDiskGiB: number;
  readonly instanceType: string;
  readonly availabilityZone: string;
}

export type MachineState = "running" | "stopped" | "absent";

/** An admitted flow into one machine, already resolved to addresses; anything else is dropped. */
export interface IngressRule {
  readonly protocol: "tcp" | "udp" | "icmp" | "all";
  /** First and last destination port in the sender's packet (before any NodePort translation). */
  readonly fromPort: number;
  readonly toPort: number;
  readonly sourceCidr: string;
}

/** Operations on machines. All calls are idempotent: interrupted anywhere, they may be repeated. */
export interface MachineHost {
  /**
   * Makes the machine and boots it, unless it runs; grows its disk, unless it is as large. Returns when its init system
   * runs, not when cloud-init is done.
   */
  start(spec: MachineSpec): Promise<void>;
  /** Stops the machine and starts it with this spec. */
  restart(spec: MachineSpec): Promise<void>;
  state(id: string): Promise<MachineState>;
  /** Stops the machine and removes everything it left: processes, namespaces, mounts, disk. */
  remove(id: string): Promise<void>;
  /** Sets the addresses under which the machine answers besides its private one (public and elastic IPs). */
  setPublicAddresses(id: string, addresses: readonly string[]): Promise<void>;
  /** Sets how many hops the answers of the instance's metadata live; 1 before the first call: no pod gets them. */
  setMetadataHops(id: string, hops: number): Promise<void>;
  /** Replaces the machine's whole packet filter. Before the first call nothing is admitted. */
  setIngress(id: string, rules: readonly IngressRule[]): Promise<void>;
  /** Replaces one private zone: fully qualified name -> addresses. An empty map removes it. */
  setZone(zone: string, records: ReadonlyMap<string, readonly string[]>): Promise<void>;
  /** Makes a network load balancer, or brings it to this spec. Returns when it answers, not when its targets are healthy. */
  setBalancer(spec: BalancerSpec): Promise<void>;
  removeBalancer(id: string): Promise<void>;
  /** Address of what this AWS serves to its machines, such as S3. */
  servicesAddress(): Promise<string>;
}
