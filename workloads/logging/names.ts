/** Names of the parts that gather, keep and watch logs. */

export const loggingNames = {
  /** DaemonSet, Service and the Secret with its configuration; the label `job` of its series. */
  collector: "log-collector",
  /** StatefulSet and Service; the label `job` of its series. */
  store: "log-store",
  /** Deployment and Service of the page to search in. */
  page: "log-page",
  /** Deployment, Service and ConfigMap of what asks the store for alerts; the label `job` of its series. */
  ruler: "log-rules",
  collectorImage: "docker.io/otel/opentelemetry-collector-k8s:0.160.0",
  storeImage: "docker.io/victoriametrics/victoria-logs:v1.52.1",
  rulerImage: "docker.io/victoriametrics/vmalert:v1.151.0",
  storePort: 9428,
  rulerPort: 8880,
  /** Node port of the page: opened by stack 1's `publishedNodePorts`. */
  pageNodePort: 30_428,
  /** Ports of the collector: its own metrics, and whether it works. */
  metricsPort: 8888,
  healthPort: 13133,
  /** Volume of the store. */
  volume: "logs",
  /** Login of this stack's own parts at the store. Nobody changes it: a collector that is refused gives records up. */
  ownLogin: { secret: "log-store-login", user: "perigee" },
  /** Login of people, who only read. */
  readerLogin: { secret: "log-page-login", user: "logs" },
} as const;
