/** Prometheus metrics that read their samples at each scrape, and the registry that writes them. */
import {
  type ExpositionFormat,
  type FamilyConfig,
  type FamilyType,
  familyWriter,
  openMetricsEnd,
  type Sample,
} from "./exposition";

export type { Sample } from "./exposition";

export interface SampledConfig extends FamilyConfig {
  readonly registers: readonly Registry[];
}

/** One metric family with its present series. */
export interface Family extends FamilyConfig {
  readonly type: FamilyType;
  samples(): readonly Sample[];
}

/** Metric families in the order of their registration. */
export class Registry {
  private readonly families = new Map<string, { family: Family; write: ReturnType<typeof familyWriter> }>();

  /** @throws Error when the name is taken */
  register(family: Family): void {
    if (this.families.has(family.name)) throw new Error(`two metrics are called ${family.name}`);
    this.families.set(family.name, { family, write: familyWriter(family.type, family) });
  }

  /** Adds the series of another registry's families, where both describe them alike, and the families it does not have. */
  join(other: Registry): void {
    for (const [name, { family }] of other.families) {
      const own = this.families.get(name)?.family;
      if (!own) this.register(family);
      else this.families.set(name, { family: joined(own, family), write: familyWriter(own.type, own) });
    }
  }

  /** Text of all metrics at this moment. */
  text(format: ExpositionFormat = "text"): string {
    let text = "";
    for (const { family, write } of this.families.values()) text += write(format, family.samples());
    return format === "openmetrics" ? text + openMetricsEnd : text;
  }

  list(): Family[] {
    return [...this.families.values()].map(({ family }) => family);
  }
}

/** @throws Error when one name means two things */
function joined(one: Family, other: Family): Family {
  if (one.type !== other.type || one.unit !== other.unit || one.help !== other.help) {
    throw new Error(`the metric ${one.name} means two things`);
  }
  return { ...one, samples: () => [...one.samples(), ...other.samples()] };
}

/** Gauge whose series are computed at each scrape, so that those of a stale parameter disappear without a timer. */
export class SampledGauge {
  constructor({ registers, ...config }: SampledConfig, samples: () => readonly Sample[]) {
    for (const registry of registers) registry.register({ ...config, type: "gauge", samples });
  }
}

/** Counter whose count is read at each scrape, from on-board counters or the exporter's state. */
export class SampledCounter {
  constructor({ registers, ...config }: SampledConfig, samples: () => readonly Sample[]) {
    for (const registry of registers) registry.register({ ...config, type: "counter", samples });
  }
}

/** Metric of value 1, whose labels are the information. */
export class SampledInfo {
  constructor({ registers, ...config }: SampledConfig, samples: () => readonly Sample[]) {
    for (const registry of registers) registry.register({ ...config, type: "info", samples });
  }
}
