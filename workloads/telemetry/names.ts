/** Names and ports shared by the parts of the telemetry. */
export const telemetryNames = {
  namespace: "telemetry",
  /** Deployment and Service of the exporter. */
  exporter: "telemetry",
  /** Service of the node port. */
  groundStation: "telemetry-ground-station",
  /** Service of the page's node port. */
  page: "telemetry-page",
  simulator: "simulator",
  /** Value of the label `job`, used by the alert rules. */
  job: "perigee-telemetry",
  httpPort: 9464,
  /** The page without /metrics, for people. */
  pagePort: 9465,
  udpPort: 10015,
  /** TCP server of a link, and its node port: opened by stack 1's `publishedNodePorts`. */
  tcpPort: 10016,
  tcpNodePort: 30116,
  /** Service of that node port. */
  groundStationTcp: "telemetry-ground-station-tcp",
} as const;

/** Label that Services and monitors select by. */
export const nameLabel = "app.kubernetes.io/name";
