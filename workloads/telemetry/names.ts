/** Names and ports that the parts of the telemetry have to agree on. */
export const telemetryNames = {
  namespace: "telemetry",
  /** Deployment and Service of the exporter. */
  exporter: "telemetry",
  /** The node port's Service. */
  groundStation: "telemetry-ground-station",
  simulator: "simulator",
  /** Becomes the label `job`; the alert rules know it by this name. */
  job: "perigee-telemetry",
  httpPort: 9464,
  udpPort: 10015,
} as const;

/** The label that Services and monitors find pods by. */
export const nameLabel = "app.kubernetes.io/name";
