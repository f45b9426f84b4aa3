type Target = Readonly<Record<"instance" | "job", string>>;

/** The spacecraft, exporter and packets that the cases speak of. */
export const spacecraft = "perigee-1";
export const target: Target = { instance: "10.0.0.7:9464", job: "perigee-telemetry" };
/** Another pod with the same spacecraft, as during a rolling update. */
export const secondTarget: Target = { ...target, instance: "10.0.0.8:9464" };
/** One packet a second. */
export const power = { apid: "100", packet: "power_housekeeping" } as const;
/** One packet every 10 seconds. */
export const orbit = { apid: "105", packet: "orbit_housekeeping" } as const;

/** A series of the exporter, written as Prometheus does. */
export function series(
  metric: string,
  labels: Readonly<Record<string, string>> = {},
  from: Readonly<Record<string, string>> = target,
): string {
  const all = Object.entries({ spacecraft, ...from, ...labels });
  return `${metric}{${all.map(([name, value]) => `${name}="${value}"`).join(",")}}`;
}

/** A series of the exporter that is not about a spacecraft. */
export function ownSeries(metric: string, labels: Readonly<Record<string, string>> = {}): string {
  const all = Object.entries({ ...target, ...labels });
  return `${metric}{${all.map(([name, value]) => `${name}="${value}"`).join(",")}}`;
}
