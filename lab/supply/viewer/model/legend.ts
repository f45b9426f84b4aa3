/** Names of series. */

export type Labels = Readonly<Record<string, string>>;

/** A format with `{{label}}` replaced by the label's value; a label that is missing becomes nothing. */
export function formatted(format: string, labels: Labels): string {
  return format.replace(/\{\{\s*(.+?)\s*\}\}/g, (_, label: string) => labels[label] ?? "");
}

/**
 * Name of a series.
 * @param format `__auto` or empty: the value of the only label, else all labels in PromQL's notation
 */
export function seriesName(labels: Labels, format: string | undefined, expression: string): string {
  if (format !== undefined && format !== "" && format !== "__auto") return formatted(format, labels);
  const { __name__: metric = "", ...others } = labels;
  const entries = Object.entries(others);
  if (format === "__auto" && entries.length === 1) return entries[0]?.[1] ?? "";
  if (entries.length === 0) return metric === "" ? expression : metric;
  return `${metric}{${entries.map(([label, value]) => `${label}="${value}"`).join(", ")}}`;
}
