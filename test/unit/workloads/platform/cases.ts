import type { AlertCase, Firing } from "../../telemetry/rules/alertCase";

/** A series of a machine's own files, as node-exporter serves it. */
const machine = (metric: string, labels: Readonly<Record<string, string>> = {}): string =>
  series(metric, { job: "node-exporter", instance: "10.0.1.10:9100", pod: "exporter-a", ...labels });

const kubelet = (metric: string, labels: Readonly<Record<string, string>> = {}): string =>
  series(metric, { job: "kubelet", instance: "10.0.1.10:10250", node: "orbit-control-plane-1", ...labels });

function series(metric: string, labels: Readonly<Record<string, string>>): string {
  return `${metric}{${Object.entries(labels)
    .map(([name, value]) => `${name}="${value}"`)
    .join(",")}}`;
}

const instance = { instance: "10.0.1.10:9100" };
const second = { instance: "10.0.2.10:9100", pod: "exporter-b" };

const about = (summary: string, description: string, labels: Firing["labels"] = instance): Firing[] => [
  { labels, summary, description },
];

const failed = machine("perigee_backup_failed");
const reason = (error: string): string => machine("perigee_backup_error_info", { error });

const failing: AlertCase[] = [
  {
    alert: "BackupFailing",
    it: "fires when attempts have failed for five minutes, and says the error",
    series: { [failed]: "0x10 1x60", [reason("the bucket says 403 Forbidden")]: "_x10 1x60" },
    at: "7m",
    notYetAt: "6m",
    firing: about(
      "A backup failed",
      "The last attempt on 10.0.1.10:9100 to back up the cluster failed (failed is 1, limit 0): the bucket says 403 Forbidden",
    ),
  },
  {
    alert: "BackupFailing",
    it: "is the same alert when the error or the exporter's pod changes, and says the newest error",
    series: {
      [failed]: "1x20 stale",
      [machine("perigee_backup_failed", { pod: "exporter-c" })]: "_x20 1x60",
      [reason("no route to host")]: "1x20 stale",
      [machine("perigee_backup_error_info", { pod: "exporter-c", error: "timed out" })]: "_x20 1x60",
    },
    at: "6m",
    firing: about(
      "A backup failed",
      "The last attempt on 10.0.1.10:9100 to back up the cluster failed (failed is 1, limit 0): timed out",
    ),
  },
  {
    alert: "BackupFailing",
    it: "fires without a reason where none is told",
    series: { [failed]: "1x60" },
    at: "6m",
    firing: about(
      "A backup failed",
      "The last attempt on 10.0.1.10:9100 to back up the cluster failed (failed is 1, limit 0): ",
    ),
  },
  {
    alert: "BackupFailing",
    it: "is silent over a failure that the next attempt repairs",
    series: { [failed]: "0x10 1x12 0x60" },
    at: "6m",
    firing: [],
  },
];

const lastSuccess = "perigee_backup_last_success_timestamp_seconds";
const interval = machine("perigee_backup_interval_seconds");
const noBackupFor = (time: string): Firing[] =>
  about(
    "The cluster has no recent backup",
    `No backup of the cluster has succeeded for ${time} (limit: two intervals): what changed since then is lost with the control plane.`,
    {},
  );

/** Hourly backups, looked at every minute: time() is 0 at the first sample. */
const overdue: AlertCase[] = [
  {
    alert: "BackupOverdue",
    it: "fires when the last backup is older than two intervals",
    series: { [machine(lastSuccess)]: "600x300", [interval]: "3600x300" },
    interval: "1m",
    at: "140m",
    notYetAt: "134m",
    firing: noBackupFor("2h 10m 0s"),
  },
  {
    alert: "BackupOverdue",
    it: "is silent while backups are made, and over one that is missed",
    series: { [machine(lastSuccess)]: "0x10 600x115 7500x175", [interval]: "3600x300" },
    interval: "1m",
    at: "180m",
    firing: [],
  },
  {
    alert: "BackupOverdue",
    it: "fires two intervals after a cluster was first seen that never had one",
    series: { [machine(lastSuccess)]: "_x60 0x240", [interval]: "_x60 3600x240" },
    interval: "1m",
    at: "200m",
    notYetAt: "184m",
    firing: noBackupFor("2h 20m 0s"),
  },
  {
    alert: "BackupOverdue",
    it: "is silent on a new cluster before its first backup",
    series: { [machine(lastSuccess)]: "_x60 0x240", [interval]: "_x60 3600x240" },
    interval: "1m",
    at: "100m",
    firing: [],
  },
  {
    alert: "BackupOverdue",
    it: "is silent about a control plane that leaves the work to another, also one that joins later",
    series: {
      [machine(lastSuccess)]: "600x100 6600x100",
      [machine(lastSuccess, second)]: "0x200",
      [interval]: "3600x200",
    },
    interval: "1m",
    at: "190m",
    firing: [],
  },
  {
    alert: "BackupOverdue",
    it: "counts from the last backup although a control plane has joined that made none",
    series: {
      [machine(lastSuccess)]: "600x300",
      [machine(lastSuccess, second)]: "_x120 0x180",
      [interval]: "3600x300",
    },
    interval: "1m",
    at: "140m",
    firing: noBackupFor("2h 10m 0s"),
  },
  {
    alert: "BackupOverdue",
    it: "fires for the longest interval, a day, where none ever succeeded",
    series: { [machine(lastSuccess)]: "0x200", [interval]: "86400x200" },
    interval: "30m",
    at: "50h",
    notYetAt: "48h",
    firing: noBackupFor("2d 2h 0m 0s"),
  },
];

const missing: AlertCase[] = [
  {
    alert: "BackupMissing",
    it: "fires when no control plane has told of backups for a quarter of an hour",
    series: { [machine(lastSuccess)]: "600x10 _x200", [machine("up")]: "1x200" },
    at: "25m",
    // The last sample counts for five minutes.
    notYetAt: "21m",
    firing: about(
      "Nothing is known of the cluster's backups",
      "Backups are on, but no control plane tells of them (reports missing: 1, limit 0): nobody knows whether there is one.",
      { job: "node-exporter" },
    ),
  },
  {
    alert: "BackupMissing",
    it: "is silent while one control plane tells, whatever it tells",
    series: { [machine(lastSuccess, second)]: "0x200" },
    at: "25m",
    firing: [],
  },
];

const days = 86_400;
const expiry = (certificate: string): string =>
  machine("perigee_certificate_expiry_timestamp_seconds", { certificate });
const endsSoon = (severity: string, description: string, certificate = "apiserver"): Firing => ({
  labels: { ...instance, certificate, severity },
  summary: "A certificate of the control plane ends soon",
  description,
});

const certificates: AlertCase[] = [
  {
    alert: "CertificateExpiresSoon",
    it: "fires for the one certificate that ends in less than 30 days",
    series: { [expiry("apiserver")]: `${29 * days}x60`, [expiry("etcd-server")]: `${31 * days}x60` },
    at: "10m",
    notYetAt: "4m",
    firing: [
      endsSoon(
        "warning",
        "The certificate apiserver of 10.0.1.10:9100 ends in 28d 23h 50m 0s (limit 30 days): it has not been renewed.",
      ),
    ],
  },
  {
    alert: "CertificateExpiresSoon",
    it: "is critical too when a week is left, and after the end",
    series: { [expiry("apiserver")]: `${6 * days}x60`, [expiry("admin.conf")]: "0x60" },
    at: "10m",
    firing: [["apiserver", "5d 23h 50m 0s"] as const, ["admin.conf", "-10m 0s"] as const].flatMap(
      ([certificate, left]) =>
        [["warning", 30] as const, ["critical", 7] as const].map(([severity, limit]) =>
          endsSoon(
            severity,
            `The certificate ${certificate} of 10.0.1.10:9100 ends in ${left} (limit ${limit} days): it has not been renewed.`,
            certificate,
          ),
        ),
    ),
  },
  {
    alert: "CertificateExpiresSoon",
    it: "is silent about a certificate that was renewed in time, and leaves kubelets to their own alert",
    series: {
      [expiry("apiserver")]: `${31 * days}x20 ${365 * days}x40`,
      [expiry("kubelet-serving")]: `${days}x60`,
      [expiry("kubelet.conf")]: `${days}x60`,
      [expiry("apiserver-kubelet-client")]: `${31 * days}x60`,
    },
    at: "10m",
    firing: [],
  },
];

const kubeletFiring = (certificate: string, left: string): Firing => ({
  labels: {
    certificate,
    node: "orbit-control-plane-1",
    instance: "10.0.1.10:10250",
    severity: "warning",
  },
  summary: "A certificate of a kubelet ends soon",
  description: `The certificate ${certificate} of orbit-control-plane-1 ends in ${left} (limit 30 days): it has not been renewed.`,
});

const kubelets: AlertCase[] = [
  {
    alert: "KubeletCertificateExpiresSoon",
    it: "fires for either certificate of a kubelet, by its name",
    series: {
      [kubelet("kubelet_certificate_manager_client_ttl_seconds")]: `${20 * days}x60`,
      [kubelet("kubelet_certificate_manager_server_ttl_seconds")]: `${10 * days}x60`,
    },
    at: "10m",
    notYetAt: "4m",
    firing: [
      kubeletFiring("kubelet-client", "20d 0h 0m 0s"),
      kubeletFiring("kubelet-server", "10d 0h 0m 0s"),
    ],
  },
  {
    alert: "KubeletCertificateExpiresSoon",
    it: "is silent about a fresh certificate, and one that is not used",
    series: {
      [kubelet("kubelet_certificate_manager_client_ttl_seconds")]: `${100 * days}x60`,
      [kubelet("kubelet_certificate_manager_server_ttl_seconds")]: Array(60).fill("Inf").join(" "),
    },
    at: "10m",
    firing: [],
  },
];

const renewalFailed = machine("perigee_certificate_renewal_failed");
const lastRun = machine("perigee_certificate_renewal_last_run_timestamp_seconds");
const notRenewed = "Certificates of the control plane are not renewed";

const renewal: AlertCase[] = [
  {
    alert: "CertificateRenewalFailing",
    it: "fires when renewals have failed for a quarter of an hour",
    series: { [renewalFailed]: "0x10 1x90", [lastRun]: "0+60x100" },
    interval: "1m",
    at: "30m",
    notYetAt: "25m",
    firing: about(notRenewed, "The renewal of certificates on 10.0.1.10:9100 failed."),
  },
  {
    alert: "CertificateRenewalFailing",
    it: "fires when the timer has stood still for three hours",
    series: { [renewalFailed]: "0x300", [lastRun]: "60x300" },
    interval: "1m",
    at: "201m",
    notYetAt: "195m",
    firing: about(
      notRenewed,
      "The renewal of certificates on 10.0.1.10:9100 last ran 3h 20m 0s ago (limit 3 hours).",
    ),
  },
  {
    alert: "CertificateRenewalFailing",
    it: "is silent while it runs, with or without anything to renew",
    series: { [renewalFailed]: "0x300", [lastRun]: "60x100 6000x100" },
    interval: "1m",
    at: "200m",
    firing: [],
  },
];

const apiService = (name: string, instance = "10.0.1.10:6443"): string =>
  series("aggregator_unavailable_apiservice", { job: "apiserver", instance, name });
const resourceMetrics = "v1beta1.metrics.k8s.io";
const nobodyGets = about(
  "Nobody gets resource metrics",
  "An API server gets no answer of metrics-server (unavailable is 1, limit 0): `kubectl top` fails, and HorizontalPodAutoscalers leave everything as it is.",
  {},
);

const metricsServer: AlertCase[] = [
  {
    alert: "ResourceMetricsUnavailable",
    it: "fires when one of several API servers has got no answer for five minutes",
    series: {
      [apiService(resourceMetrics)]: "0x10 1x60",
      [apiService(resourceMetrics, "10.0.2.10:6443")]: "0x70",
    },
    at: "7m",
    notYetAt: "6m",
    firing: nobodyGets,
  },
  {
    alert: "ResourceMetricsUnavailable",
    it: "fires where somebody has removed the API",
    series: { [apiService("v1.apps")]: "0x120" },
    at: "6m",
    firing: nobodyGets,
  },
  {
    alert: "ResourceMetricsUnavailable",
    it: "is silent while it answers, over a roll of its pods, and about another API that does not",
    series: {
      [apiService(resourceMetrics)]: "0x10 1x12 0x60",
      [apiService("v1beta1.custom.metrics.k8s.io")]: "1x80",
    },
    at: "6m",
    firing: [],
  },
];

const ofEngine = (metric: string, pod = "kube-state-metrics-a"): string =>
  series(`kube_daemonset_status_${metric}`, {
    ...{ job: "kube-state-metrics", pod, namespace: "kube-system", daemonset: "policy-engine" },
  });
const nodeInfo = (node: string): string =>
  series("kube_node_info", { job: "kube-state-metrics", pod: "kube-state-metrics-a", node });
const notEnforced = (nodes: number): Firing[] =>
  about(
    "NetworkPolicies are not followed on some nodes",
    `On ${nodes} nodes (limit 0) nothing follows changes of NetworkPolicies and pods: a pod that starts there is open to everybody, or shut to those who may reach it.`,
    {},
  );

const networkPolicies: AlertCase[] = [
  {
    alert: "NetworkPoliciesNotEnforced",
    it: "fires when the engine has not run on a node for ten minutes, also where kube-state-metrics moved meanwhile",
    series: {
      [ofEngine("desired_number_scheduled")]: "4x90 _x60",
      [ofEngine("number_ready")]: "4x30 2x59 _x60",
      [ofEngine("desired_number_scheduled", "kube-state-metrics-b")]: "_x88 4x60",
      [ofEngine("number_ready", "kube-state-metrics-b")]: "_x88 2x60",
    },
    at: "16m",
    notYetAt: "15m",
    firing: notEnforced(2),
  },
  {
    alert: "NetworkPoliciesNotEnforced",
    it: "fires for every node where somebody has deleted the engine, and its rules with it",
    series: {
      [ofEngine("desired_number_scheduled")]: "3x30 stale",
      [ofEngine("number_ready")]: "3x30 stale",
      ...Object.fromEntries(["a", "b", "c"].map((node) => [nodeInfo(node), "1x150"])),
    },
    at: "16m",
    notYetAt: "15m",
    firing: notEnforced(3),
  },
  {
    alert: "NetworkPoliciesNotEnforced",
    it: "is silent while new ones start, and where every node has one",
    series: {
      [ofEngine("desired_number_scheduled")]: "3x10 4x60",
      [ofEngine("number_ready")]: "3x14 4x60",
      [nodeInfo("a")]: "1x80",
    },
    at: "20m",
    firing: [],
  },
];

export const platformCases: readonly AlertCase[] = [
  ...failing,
  ...overdue,
  ...missing,
  ...certificates,
  ...kubelets,
  ...renewal,
  ...metricsServer,
  ...networkPolicies,
];
