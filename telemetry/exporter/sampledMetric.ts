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
  /** By name: the family's parts, one of each joined registry, and its writer. */
  private readonly families = new Map<string, { parts: Family[]; write: ReturnType<typeof familyWriter> }>();

  /** @throws Error when the name is taken */
  register(family: Family): void {
    if (this.families.has(family.name)) throw new Error(`two metrics are called ${family.name}`);
    this.families.set(family.name, { parts: [family], write: familyWriter(family.type, family) });
  }

  /** Adds the series of another registry's families, where both describe them alike, and the families it does not have. */
  join(other: Registry): void {
    for (const [name, { parts, write }] of other.families) {
      const own = this.families.get(name);
      if (!own) this.families.set(name, { parts: [...parts], write });
      else if (areAlike(own.parts[0], parts[0])) own.parts.push(...parts);
      else throw new Error(`the metric ${name} means two things`);
    }
  }

  /** Text of all metrics at this moment. */
  text(format: ExpositionFormat = "text"): string {
    let text = "";
    for (const { parts, write } of this.families.values()) text += write(format, samplesOf(parts));
    return format === "openmetrics" ? text + openMetricsEnd : text;
  }

  list(): Family[] {
    return [...this.families.values()].flatMap(({ parts }) => {
      const [first] = parts;
      return first ? { ...first, samples: () => samplesOf(parts) } : [];
    });
  }
}

const areAlike = (one?: Family, other?: Family): boolean =>
  one?.type === other?.type && one?.unit === other?.unit && one?.help === other?.help;

const samplesOf = (parts: readonly Family[]): Sample[] => parts.flatMap((part) => part.samples());

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
