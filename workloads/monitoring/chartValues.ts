/**
 * Types of the kube-prometheus-stack values that Perigee sets: Helm silently ignores a misspelt value.
 * A test checks every path against the list of the chart's values.
 */
import type { PublishedService } from "../access/gateway/pages";
import type { Toleration } from "../pods";
import type { Resources } from "../sizes";

export interface ChartValues {
  readonly fullnameOverride: string;
  readonly crds: { readonly enabled: false };
  readonly defaultRules: {
    readonly rules: { readonly windows: false } & Readonly<Record<string, boolean>>;
    readonly disabled: Readonly<Record<string, true>>;
  };
  readonly kubelet: { readonly serviceMonitor: { readonly insecureSkipVerify: false } };
  readonly windowsMonitoring: { readonly enabled: false };
  readonly prometheusOperator: OperatorValues;
  readonly prometheus: PrometheusValues;
  readonly alertmanager: AlertmanagerValues;
  readonly nodeExporter: { readonly enabled: true };
  readonly "prometheus-node-exporter": NodeExporterValues;
  readonly kubeStateMetrics: { readonly enabled: boolean };
  readonly "kube-state-metrics"?: { readonly priorityClassName: string; readonly resources: Resources };
  readonly grafana: GrafanaValues | { readonly enabled: false };
}

export interface OperatorValues {
  readonly admissionWebhooks: { readonly enabled: false };
  readonly tls: { readonly enabled: false };
  readonly priorityClassName: string;
  readonly resources: Resources;
  readonly prometheusConfigReloader: { readonly resources: Resources };
}

export interface PrometheusValues {
  readonly service: { readonly type: "ClusterIP" };
  readonly prometheusSpec: {
    readonly externalUrl: string;
    readonly routePrefix?: "/";
    readonly scrapeInterval: string;
    readonly evaluationInterval: string;
    readonly retention: string;
    readonly retentionSize: string;
    readonly walCompression: true;
    readonly terminationGracePeriodSeconds: number;
    readonly priorityClassName: string;
    readonly resources: Resources;
    readonly serviceMonitorSelectorNilUsesHelmValues: false;
    readonly podMonitorSelectorNilUsesHelmValues: false;
    readonly probeSelectorNilUsesHelmValues: false;
    readonly ruleSelectorNilUsesHelmValues: false;
    readonly scrapeConfigSelectorNilUsesHelmValues: false;
    readonly tolerations: readonly Toleration[];
    /** Takes samples by remote write, out of order up to this age: the history. */
    readonly enableRemoteWriteReceiver?: true;
    readonly tsdb?: { readonly outOfOrderTimeWindow: string };
    readonly storageSpec?: Readonly<Record<string, unknown>>;
    readonly initContainers?: readonly Readonly<Record<string, unknown>>[];
  };
}

export interface AlertmanagerValues {
  readonly serviceAccount: { readonly automountServiceAccountToken: false };
  readonly service: { readonly type: "ClusterIP" };
  readonly alertmanagerSpec: {
    readonly automountServiceAccountToken: false;
    readonly externalUrl: string;
    readonly routePrefix?: "/";
    readonly useExistingSecret: true;
    readonly configSecret: string;
    readonly priorityClassName: string;
    readonly resources: Resources;
    readonly tolerations: readonly Toleration[];
  };
}

export interface NodeExporterValues {
  readonly extraArgs: readonly string[];
  readonly extraHostVolumeMounts: readonly {
    readonly name: string;
    readonly hostPath: string;
    readonly type: "DirectoryOrCreate";
    readonly mountPath: string;
    readonly readOnly: true;
  }[];
  readonly priorityClassName: string;
  readonly resources: Resources;
  readonly prometheus: { readonly monitor: { readonly interval: string } };
}

export interface GrafanaValues {
  readonly enabled: true;
  readonly admin: { readonly existingSecret: string; readonly userKey: string; readonly passwordKey: string };
  /** Environment variables of the container: a change restarts the pod. */
  readonly env: Readonly<Record<string, string>>;
  readonly service: PublishedService;
  readonly priorityClassName: string;
  readonly resources: Resources;
  readonly extraSecretMounts?: readonly {
    readonly name: string;
    readonly secretName: string;
    readonly mountPath: string;
    readonly readOnly: true;
    readonly defaultMode: number;
  }[];
  /** Grafana's configuration file: section -> key -> value. */
  readonly "grafana.ini": Readonly<Record<string, Readonly<Record<string, string | boolean>>>>;
  readonly sidecar: {
    readonly resources: Resources;
    readonly dashboards: {
      readonly enabled: true;
      readonly label: string;
      readonly labelValue: string;
      readonly folderAnnotation: string;
      readonly searchNamespace: "ALL";
      readonly provider: { readonly foldersFromFilesStructure: true; readonly allowUiUpdates: false };
    };
  };
}
