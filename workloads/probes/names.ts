/** Names of the prober, and of what it finds out. */
import { quoted } from "../../telemetry/quoting";
import { seriesOf } from "../../telemetry/rules";

export const proberNames = {
  /** Deployment, Service, ConfigMap and ServiceAccount. */
  prober: "prober",
  port: 9115,
  /** Label `job` of the probes' series. */
  job: "perigee-probes",
  image: "quay.io/prometheus/blackbox-exporter:v0.28.0",
} as const;

const ofJob = seriesOf(proberNames.job);

/** Series of one probe, or of all. */
export function ofProbe(metric: string, name?: string): string {
  return name === undefined ? ofJob(metric) : ofJob(metric, `probe=${quoted(name)}`);
}
