/** Names shared by several parts of the monitoring stack. */

export const monitoringNames = {
  namespace: "monitoring",
  release: "monitoring",
  /** Label `job` of Prometheus's own series: its Service's name, which the chart derives from the release's name. */
  prometheusJob: "monitoring-prometheus",
  /** Address for samples by remote write, from any pod. */
  writeUrl: "http://monitoring-prometheus.monitoring.svc.cluster.local:9090/api/v1/write",
  /** Alertmanager's object and Service, which the chart names by the release's name. */
  alertmanager: "monitoring-alertmanager",
  /** URL of Alertmanager, from any pod. */
  alertmanagerUrl: "http://monitoring-alertmanager.monitoring.svc.cluster.local:9093",
  definitionsRelease: "prometheus-operator-crds",
  /** Folder of Perigee's dashboards in Grafana. */
  dashboardFolder: "Perigee",
  /** Label of ConfigMaps that contain a dashboard. */
  dashboardLabel: { grafana_dashboard: "1" },
  dashboardFolderAnnotation: "grafana_folder",
  /** Directory of Grafana's sidecar for dashboards, with a subdirectory per folder. */
  dashboardMount: "/tmp/dashboards",
  adminSecret: { name: "grafana-admin", userKey: "admin-user", passwordKey: "admin-password" },
  /** Secret with Grafana's part at the identity provider, and where its pod has it. */
  signOnSecret: {
    name: "grafana-sign-on",
    clientKey: "clientSecret",
    authorityKey: "certificateAuthority",
    folder: "/etc/secrets/sign-on",
  },
  /** Volume of Prometheus' samples. */
  sampleVolume: "samples",
} as const;
