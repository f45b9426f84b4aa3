/** Exposition formats of Prometheus: text 0.0.4 and OpenMetrics 1.0, written family by family. */

export type ExpositionFormat = "text" | "openmetrics";

export type FamilyType = "gauge" | "counter" | "info";

type Labels = Readonly<Record<string, string>>;

/** One series. Its text is kept by the labels object, which should therefore be the same at each scrape. */
export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

export interface FamilyConfig {
  readonly name: string;
  readonly help: string;
  /** Base unit; the name ends in it (before `_total`). OpenMetrics shows it. */
  readonly unit?: string;
  /** Time from which a counter counts, seconds since 1970; absent where only the spacecraft knows. */
  readonly created?: number;
}

export const contentTypes: Readonly<Record<ExpositionFormat, string>> = {
  text: "text/plain; version=0.0.4; charset=utf-8",
  openmetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8",
};

export const openMetricsEnd = "# EOF\n";

/** Suffix of a sample's name that OpenMetrics leaves out of the family's name. */
const sampleSuffix: Readonly<Record<FamilyType, string>> = { gauge: "", counter: "_total", info: "_info" };

/**
 * Writer of one family. What does not change is made once: a scrape of thousands of series is little more than the
 * conversion of their numbers.
 */
export function familyWriter(
  type: FamilyType,
  config: FamilyConfig,
): (format: ExpositionFormat, samples: readonly Sample[]) => string {
  const { name, created } = config;
  const header = { text: textHeader(type, config), openmetrics: openMetricsHeader(type, config) };
  const prefixes = new WeakMap<Labels, string>();
  const prefix = (labels: Labels): string => {
    let known = prefixes.get(labels);
    if (known === undefined) prefixes.set(labels, (known = `${name}${labelText(labels)} `));
    return known;
  };
  const isDated = type === "counter" && created !== undefined;
  const createdName = name.replace(/_total$/, "_created");
  return (format, samples) => {
    let lines = header[format];
    for (const { labels, value } of samples) {
      lines += `${prefix(labels)}${numberText(value)}\n`;
      // Beside the count of the same series: OpenMetrics forbids to interleave series.
      if (isDated && format === "openmetrics") {
        lines += `${createdName}${labelText(labels)} ${numberText(created)}\n`;
      }
    }
    return lines;
  };
}

/** Text 0.0.4 has no type for information and no unit. */
function textHeader(type: FamilyType, { name, help }: FamilyConfig): string {
  return `# HELP ${name} ${escaped(help)}\n# TYPE ${name} ${type === "info" ? "gauge" : type}\n`;
}

/** OpenMetrics 1.0: the family is named without the suffix of its samples; the unit must end that name. */
export function openMetricsHeader(type: FamilyType, { name, help, unit }: FamilyConfig): string {
  const suffix = sampleSuffix[type];
  const family = suffix !== "" && name.endsWith(suffix) ? name.slice(0, -suffix.length) : name;
  const hasUnit = unit !== undefined && unit !== "" && family.endsWith(`_${unit}`);
  const unitLine = hasUnit ? `# UNIT ${family} ${unit}\n` : "";
  return `# HELP ${family} ${quoteEscaped(help)}\n# TYPE ${family} ${type}\n${unitLine}`;
}

export function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${quoteEscaped(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

const escaped = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
const quoteEscaped = (text: string): string => escaped(text).replaceAll('"', '\\"');

export function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
}
