/** The contract between the two stacks: stack 1 writes these outputs, stack 2 reads them. */

/**
 * Version of the contract: increase it when an output is renamed, removed or changes its meaning, or when stack 2 relies
 * on something that an older stack 1 does not do. Since 2 kubelets serve with certificates that scrapes can verify.
 */
export const contractVersion = 2;

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

export interface BackupOutput {
  readonly enabled: boolean;
  /** Bucket of the backups; without one, there are none. */
  readonly bucket?: string;
  /** Of a bucket that stack 1 made: whether it stays when it is taken out of the stack. */
  readonly kept?: boolean;
  /** Newest backup when the last `up` began. */
  readonly last?: string;
}

/** Numbers of the keys that can be rotated, from 1. */
export interface KeyNumbers {
  readonly login: number;
  readonly secrets: number;
}

export interface InfraOutputs {
  readonly contractVersion: number;
  readonly clusterName: string;
  /** Version of every node; while an upgrade has not ended, the one that it began with. */
  readonly kubernetesVersion: string;
  /** URL of the API server, `https://<address>:6443`, reachable from `adminCidrs`. */
  readonly apiServerUrl: string;
  /** Secret: cluster-admin kubeconfig, usable without changes from a machine within `adminCidrs`. */
  readonly kubeconfig: string;
  /** Kubeconfig without a credential, for people whom the identity provider of `access.oidc` knows; without one, there is none. */
  readonly peopleKubeconfig?: string;
  /** End of the client certificate because of which `kubeconfig` was read anew last; empty: it never was. */
  readonly kubeconfigRead: string;
  /** Secret: OpenSSH private key of the login user of every machine (`nodes[].loginUser`). */
  readonly sshPrivateKey: string;
  /** What the setting `keys` was at the last complete `up`. */
  readonly keys: KeyNumbers;
  readonly nodes: readonly NodeOutput[];
  /** Address of the published node ports. */
  readonly publishedHost: string;
  /** Node ports beside those of `nodePorts` that `adminCidrs` reach; a stack 1 from before it told them has none. */
  readonly publishedNodePorts?: readonly PublishedNodePort[];
  /** Control plane that others joined last; a stack 1 from before there could be several has none. */
  readonly actingControlPlane?: string;
  /** A stack 1 from before there were backups has none. */
  readonly backup?: BackupOutput;
  /** Secret: age identity that decrypts the backups. Keep a copy outside of the stack. */
  readonly backupIdentity?: string;
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
