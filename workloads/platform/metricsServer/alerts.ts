/** Alert about resource metrics that nobody gets. */
import { ofApiServer, type PlatformAlertSpec } from "../alert";

/**
 * 1 while an API server cannot pass requests on, 0 while it can. metrics-server is ready only while it has metrics, so
 * this tells of kubelets that it cannot verify too. The series is missing where the API itself was removed.
 */
const unavailable = ofApiServer("aggregator_unavailable_apiservice", 'name="v1beta1.metrics.k8s.io"');

export const metricsServerAlerts: readonly PlatformAlertSpec[] = [
  {
    alert: "ResourceMetricsUnavailable",
    expr: `max(${unavailable} or absent(${unavailable})) == 1`,
    forSeconds: 300,
    severity: "warning",
    summary: "Nobody gets resource metrics",
    description:
      'An API server gets no answer of metrics-server (unavailable is {{ $value | printf "%.0f" }}, limit 0): `kubectl top` fails, and HorizontalPodAutoscalers leave everything as it is.',
  },
];
