/**
 * Types of the metrics-server chart's values that Perigee sets: Helm silently ignores a misspelt value.
 * A test checks every path against the list of the chart's values.
 */
import type { ControlPlaneToleration, Toleration } from "../../pods";
import type { Resources } from "../../sizes";

export interface MetricsServerValues {
  readonly fullnameOverride: string;
  readonly image: { readonly tag: string };
  readonly apiService: { readonly insecureSkipTLSVerify: false };
  readonly tls: {
    readonly type: "helm";
    readonly helm: { readonly lookup: true; readonly certDurationDays: number };
  };
  readonly replicas: number;
  readonly podDisruptionBudget: {
    readonly enabled: true;
    readonly maxUnavailable: 1;
    readonly unhealthyPodEvictionPolicy: "AlwaysAllow";
  };
  readonly priorityClassName: "system-cluster-critical";
  readonly tolerations: readonly (Toleration | ControlPlaneToleration)[];
  readonly topologySpreadConstraints: readonly {
    readonly maxSkew: 1;
    readonly topologyKey: "kubernetes.io/hostname";
    readonly whenUnsatisfiable: "ScheduleAnyway";
    readonly labelSelector: { readonly matchLabels: Readonly<Record<string, string>> };
  }[];
  /** Arguments beside the chart's `defaultArgs`. */
  readonly args: readonly string[];
  readonly resources: Resources;
}
