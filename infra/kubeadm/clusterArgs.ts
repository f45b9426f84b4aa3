/** What a cluster is made of. */
import type { KeyNumbers } from "../../contract/outputs";
import type { BackupBucket } from "../backup/bucket";
import type { Restore } from "../backup/restore";
import type { Settings } from "../config";
import type { Machine } from "../machines";
import type { ClusterIdentity } from "../machines/identity";
import type { Network } from "../network";
import type { Cidr } from "../network/cidr";
import type { Taint } from "./labels";
import type { Rollout } from "./upgrade";

/** A pool of workers, and the labels and taints of its nodes. */
export interface WorkerMembership {
  readonly machines: readonly Machine[];
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
}

export interface KubeadmClusterArgs {
  readonly clusterName: string;
  readonly kubernetesVersion: string;
  readonly podCidr: Cidr;
  readonly serviceCidr: Cidr;
  readonly keys: KeyNumbers;
  readonly drainTimeoutSeconds: number;
  readonly readyTimeoutSeconds: number;
  readonly network: Network;
  readonly identity: ClusterIdentity;
  readonly controlPlane: readonly Machine[];
  /** Name of the control plane that begins the cluster, or that others join: see controlPlanes/acting.ts. */
  readonly acting: string;
  readonly workers: readonly WorkerMembership[];
  /** Bucket that a control plane without data begins from. */
  readonly bucket?: BackupBucket | undefined;
  readonly restore: Restore;
  readonly rollout: Rollout;
  readonly updates: Settings["updates"];
  readonly backup: Settings["backup"];
  readonly access: Settings["access"];
  /** Another value reads the kubeconfig anew: see kubeconfigRead.ts. */
  readonly kubeconfigRead: string;
}
