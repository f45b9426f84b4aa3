/** Names of the gateway that batch jobs push to. */
export const jobNames = {
  /** Deployment, Service and ServiceAccount; the Service's name is the one that users know. */
  gateway: "pushgateway",
  port: 9091,
  /** CronJob, ConfigMap and ServiceAccount of what removes groups. */
  cleaner: "pushgateway-cleaner",
  image: "quay.io/prometheus/pushgateway:v1.11.1",
} as const;
