/** Names that several parts of the monitoring stack have to agree on. */

export const monitoringNames = {
  release: "monitoring",
  /** The label `job` of Prometheus's own series: the name of its Service, which the chart makes from the release's. */
  prometheusJob: "monitoring-prometheus",
  definitionsRelease: "prometheus-operator-crds",
  /** The folder of Perigee's dashboards in Grafana. */
  dashboardFolder: "Perigee",
  /** A ConfigMap with this label is a dashboard. */
  dashboardLabel: { grafana_dashboard: "1" },
  dashboardFolderAnnotation: "grafana_folder",
  /** Where Grafana's sidecar puts dashboards, by folder. */
  dashboardMount: "/tmp/dashboards",
  adminSecret: { name: "grafana-admin", userKey: "admin-user", passwordKey: "admin-password" },
  /** The volume of Prometheus' samples. */
  sampleVolume: "samples",
} as const;
