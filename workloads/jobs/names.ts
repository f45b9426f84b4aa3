/** Names of the gateway that batch jobs push to. */
export const jobNames = {
  /** Deployment, Service and ServiceAccount; the Service's name is the one that users know. */
  gateway: "pushgateway",
  port: 9091,
  /** CronJob, ConfigMap and ServiceAccount of what removes groups. */
  cleaner: "pushgateway-cleaner",
  /** Names of series that no job may write: those of the telemetry, of rules, and of Prometheus itself. */
  reserved: "(?:bus_|onboard_|perigee_|probe_|kube_|ALERTS|scrape_|.*:).*|up",
  image: "quay.io/prometheus/pushgateway:v1.11.1",
} as const;
