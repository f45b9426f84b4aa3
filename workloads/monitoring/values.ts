/** Values of kube-prometheus-stack, from the settings: a pure function, part by part. */
import { metricsFolder } from "../../contract/metricsFolder";
import { extraMemoryMiB } from "../../telemetry/dictionary";
import { pageUrls } from "../access/gateway/pages";
import type { GatewaySettings } from "../access/gateway/settings";
import type { MonitoringSettings, TelemetrySettings } from "../config";
import { leaveDeadNode, priority } from "../pods";
import { historyDays, type HistoryOf } from "../settings/historyDays";
import { prometheusSize, resources, sizes, withMemory } from "../sizes";
import type {
  AlertmanagerValues,
  ChartValues,
  NodeExporterValues,
  OperatorValues,
  PrometheusValues,
} from "./chartValues";
import { grafanaValues } from "./grafanaValues";
import { monitoringNames } from "./names";
import { storageValues } from "./storage";

export interface ValuesArgs {
  readonly monitoring: MonitoringSettings;
  readonly telemetry: Pick<TelemetrySettings, "history" | "dictionary">;
  readonly nodeImage: string;
  /** Address of the published node ports. */
  readonly publishedHost: string;
  readonly gateway: Pick<GatewaySettings, "enabled" | "host" | "oidc">;
  /** Version that changes with Grafana's password, and with its secret at the identity provider. */
  readonly passwordVersion: string;
  /** Name of the Secret with Alertmanager's configuration. */
  readonly routingSecret: string;
}

export function chartValues(args: ValuesArgs): ChartValues {
  const { grafana, kubeStateMetrics, disabledAlerts } = args.monitoring;
  return {
    fullnameOverride: monitoringNames.release,
    // A separate release upgrades and removes the CRDs (reason in docs/adr).
    crds: { enabled: false },
    defaultRules: {
      rules: { windows: false, ...(!kubeStateMetrics && withoutKubeStateMetrics) },
      disabled: Object.fromEntries(
        [...replacedAlerts, ...disabledAlerts].map((alert) => [alert, true as const]),
      ),
    },
    // Stack 1 has them signed by the cluster's authority, for the addresses that Prometheus connects to.
    kubelet: { serviceMonitor: { insecureSkipVerify: false } },
    windowsMonitoring: { enabled: false },
    prometheusOperator: operator(args),
    prometheus: prometheus(args),
    alertmanager: alertmanager(args),
    nodeExporter: { enabled: true },
    "prometheus-node-exporter": nodeExporter(args),
    kubeStateMetrics: { enabled: kubeStateMetrics },
    ...(kubeStateMetrics && {
      "kube-state-metrics": {
        priorityClassName: priority.platform,
        resources: resources(sizes.kubeStateMetrics),
      },
    }),
    grafana: grafana ? grafanaValues(args) : { enabled: false },
  };
}

/** Alerts of the chart that would fire beside Perigee's KubeletCertificateExpiresSoon, three weeks later. */
const replacedAlerts = ["KubeletClientCertificateExpiration", "KubeletServerCertificateExpiration"] as const;

/** Rule groups that need the metrics of kube-state-metrics. */
const withoutKubeStateMetrics = {
  kubeStateMetrics: false,
  kubernetesApps: false,
  kubernetesResources: false,
  kubernetesStorage: false,
} as const;

/** Operator without webhooks: they add an image, two jobs and a certificate to an install; promtool tests the rules. */
function operator({ telemetry }: ValuesArgs): OperatorValues {
  return {
    admissionWebhooks: { enabled: false },
    tls: { enabled: false },
    priorityClassName: priority.platform,
    resources: resources(
      withMemory(sizes.operator, { extraMemoryMiB: rulesMemoryMiB(telemetry.dictionary) }),
    ),
    prometheusConfigReloader: { resources: resources(sizes.configReloader) },
  };
}

/**
 * MiB that the operator needs for the rules of a dictionary beyond the usual 1,000 parameters: 100 KiB a parameter, as
 * for those who read it. Measured: more than 192 MiB with the 7,568 rules of 3,000, while they come one after the other.
 */
const rulesMemoryMiB = ({ dictionary: { parameters } }: TelemetrySettings["dictionary"]): number =>
  extraMemoryMiB({ parameters, slots: parameters.length });

function prometheus(args: ValuesArgs): PrometheusValues {
  const { monitoring, nodeImage, publishedHost, gateway } = args;
  const { retentionDays, retentionSizeGiB, scrapeIntervalSeconds, prometheusMemoryMiB, storage } = monitoring;
  return {
    service: inCluster,
    prometheusSpec: {
      externalUrl: pageUrls(publishedHost, gateway).prometheus,
      ...(gateway.enabled && atRoot),
      scrapeInterval: `${scrapeIntervalSeconds}s`,
      evaluationInterval: `${scrapeIntervalSeconds}s`,
      retention: `${retentionDays}d`,
      retentionSize: retentionSize(retentionSizeGiB),
      walCompression: true,
      // Less than a drain waits (stack 1's drainTimeoutSeconds); the operator's own ten minutes are more. What ends
      // here late is its reloader: a signal that comes while it starts is lost.
      terminationGracePeriodSeconds: 120,
      priorityClassName: priority.telemetry,
      resources: resources(prometheusSize(prometheusMemoryMiB)),
      ...openSelectors,
      // A pod with local storage is bound to its node: eviction would only delay its return.
      tolerations: storage.kind === "local" ? [] : leaveDeadNode,
      ...historyValues(args),
      ...storageValues(storage, nodeImage),
    },
  };
}

/**
 * The window is a day longer than what the exporter sends: samples may wait in its queue, and Prometheus counts from its
 * newest sample, which may be of a clock ahead.
 */
function historyValues(
  args: HistoryOf,
): Pick<PrometheusValues["prometheusSpec"], "enableRemoteWriteReceiver" | "tsdb"> {
  const days = historyDays(args);
  if (days === undefined) return {};
  return { enableRemoteWriteReceiver: true, tsdb: { outOfOrderTimeWindow: `${days + 1}d` } };
}

/** Their node ports are of Services of our own (publishedPages.ts). */
const inCluster = { type: "ClusterIP" } as const;

/** The gateway takes the page's path away: served below it, pages inside the cluster would have another address. */
const atRoot = { routePrefix: "/" } as const;

/** Selectors for all objects; by default the operator selects only the release's (kube-prometheus-stack's README). */
const openSelectors = {
  serviceMonitorSelectorNilUsesHelmValues: false,
  podMonitorSelectorNilUsesHelmValues: false,
  probeSelectorNilUsesHelmValues: false,
  ruleSelectorNilUsesHelmValues: false,
  scrapeConfigSelectorNilUsesHelmValues: false,
} as const;

/** Size for Prometheus, which accepts only whole numbers: 1.5 GiB is 1536MiB. */
function retentionSize(gibibytes: number): string {
  return Number.isInteger(gibibytes) ? `${gibibytes}GiB` : `${Math.round(gibibytes * 1024)}MiB`;
}

function alertmanager({ publishedHost, gateway, routingSecret }: ValuesArgs): AlertmanagerValues {
  return {
    // It asks the API for nothing. The chart would mount a token.
    serviceAccount: { automountServiceAccountToken: false },
    service: inCluster,
    alertmanagerSpec: {
      automountServiceAccountToken: false,
      externalUrl: pageUrls(publishedHost, gateway).alertmanager,
      ...(gateway.enabled && atRoot),
      useExistingSecret: true,
      configSecret: routingSecret,
      priorityClassName: priority.telemetry,
      resources: resources(sizes.alertmanager),
      tolerations: leaveDeadNode,
    },
  };
}

/** The chart's own arguments of node-exporter (88.5.3): a list in the values replaces the chart's. */
const chartArguments = [
  "--collector.filesystem.mount-points-exclude=^/(dev|proc|sys|run/containerd/.+|var/lib/docker/.+|var/lib/kubelet/.+)($|/)",
  "--collector.filesystem.fs-types-exclude=^(autofs|binfmt_misc|bpf|cgroup2?|configfs|debugfs|devpts|devtmpfs|fusectl|hugetlbfs|iso9660|mqueue|nsfs|overlay|proc|procfs|pstore|rpc_pipefs|securityfs|selinuxfs|squashfs|sysfs|tracefs|erofs)$",
] as const;

function nodeExporter({ monitoring }: ValuesArgs): NodeExporterValues {
  return {
    extraArgs: [...chartArguments, `--collector.textfile.directory=${metricsFolder}`],
    // A folder that cannot be read is an error of the collector, with an alert: a worker gets an empty one.
    extraHostVolumeMounts: [
      {
        name: "perigee-metrics",
        hostPath: metricsFolder,
        type: "DirectoryOrCreate",
        mountPath: metricsFolder,
        readOnly: true,
      },
    ],
    priorityClassName: priority.everyNode,
    resources: resources(sizes.nodeExporter),
    prometheus: { monitor: { interval: `${monitoring.scrapeIntervalSeconds}s` } },
  };
}
