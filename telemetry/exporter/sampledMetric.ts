/** Prometheus gauge and counter that compute their series at each scrape. */
import {
  Counter,
  Gauge,
  type MetricObject,
  type MetricObjectWithValues,
  type MetricValue,
  type Registry,
} from "@prometheus-io/client";

/** One series: labels and value. */
export type Sample = MetricValue<string>;

export interface SampledConfig {
  readonly name: string;
  readonly help: string;
  readonly registers: Registry[];
}

/**
 * Gauge that computes its series at each scrape, from external state. The client's own gauge would look up series by
 * their labels for every packet, and would keep the series of a stale parameter.
 */
export class SampledGauge extends Gauge<string> {
  private readonly described: MetricObject;

  constructor(
    config: SampledConfig,
    private readonly samples: () => Sample[],
  ) {
    super(config);
    this.described = described(config, "gauge");
  }

  override get(): Promise<MetricObjectWithValues<Sample>> {
    return Promise.resolve({ ...this.described, values: this.samples() });
  }
}

/** Counter that reads its count at each scrape, from on-board counters or the exporter's state. */
export class SampledCounter extends Counter<string> {
  private readonly described: MetricObject;

  constructor(
    config: SampledConfig,
    private readonly samples: () => Sample[],
  ) {
    super(config);
    this.described = described(config, "counter");
  }

  override get(): Promise<MetricObjectWithValues<Sample>> {
    return Promise.resolve({ ...this.described, values: this.samples() });
  }
}

function described({ name, help }: SampledConfig, type: "gauge" | "counter"): MetricObject {
  return { name, help, type, aggregator: "sum", collect: () => undefined };
}
