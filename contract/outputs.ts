/** The contract between the two stacks: stack 1 writes these outputs, stack 2 reads them. */

/** Version of the contract: increase it when an output is renamed, removed or changes its meaning. */
export const contractVersion = 1;

export type Role = "control-plane" | "worker";

export interface NodeOutput {
  readonly name: string;
  readonly role: Role;
  readonly instanceId: string;
  readonly privateIp: string;
  readonly publicIp: string;
  readonly instanceType: string;
  /** Root disk in GiB. */
  readonly diskGiB: number;
  readonly availabilityZone: string;
  /** Number of its subnet, from 1. */
  readonly subnet: number;
  /** User for SSH; without it, `ubuntu`. */
  readonly loginUser?: string;
}

/** Numbers of the keys that can be rotated, from 1. */
export interface KeyNumbers {
  readonly login: number;
  readonly secrets: number;
}

export interface InfraOutputs {
  readonly contractVersion: number;
  readonly clusterName: string;
  readonly kubernetesVersion: string;
  /** URL of the API server, `https://<address>:6443`, reachable from `adminCidrs`. */
  readonly apiServerUrl: string;
  /** Secret: cluster-admin kubeconfig, usable without changes from a machine within `adminCidrs`. */
  readonly kubeconfig: string;
  /** Secret: OpenSSH private key of the login user of every machine (`nodes[].loginUser`). */
  readonly sshPrivateKey: string;
  /** What the setting `keys` was at the last complete `up`. */
  readonly keys: KeyNumbers;
  readonly nodes: readonly NodeOutput[];
  /** Address of the published node ports. */
  readonly publishedHost: string;
}

/** A node port reachable from `adminCidrs`. */
export interface PublishedNodePort {
  readonly port: number;
  readonly protocol: "tcp" | "udp";
  readonly why: string;
}

/** Node ports of stack 2: defined here, opened by stack 1, used by stack 2. */
export const nodePorts = {
  prometheus: { port: 30090, protocol: "tcp", why: "Prometheus" },
  alertmanager: { port: 30093, protocol: "tcp", why: "Alertmanager" },
  telemetry: { port: 30115, protocol: "udp", why: "Housekeeping packets from the ground station" },
  grafana: { port: 30300, protocol: "tcp", why: "Grafana" },
  telemetryPage: { port: 30464, protocol: "tcp", why: "Telemetry page and metrics" },
} as const satisfies Record<string, PublishedNodePort>;
