/** Grafana's `InterpolateFunction`: variables of the dashboard, of a range of time, and of the clicked value. */
import {
  type DataContextScopedVar,
  type Field,
  getFieldDisplayName,
  type InterpolateFunction,
  type ScopedVars,
} from "@grafana/data";
import { type Format, inAddress, interpolate, inText, type VariableValue } from "../model/interpolate";

export interface Known {
  readonly values: ReadonlyMap<string, VariableValue>;
  /** Range of time as parameters of an address. */
  readonly timeParameters: string;
  /** All variables as parameters of an address. */
  readonly variableParameters: string;
}

export function replacer(known: Known): InterpolateFunction {
  return (text, scoped, format) => {
    if (!text.includes("$")) return text;
    // Parameters of an address are written as they are, whatever the format.
    const parameters = text
      .replaceAll(/\$\{?__url_time_range\}?/g, () => known.timeParameters)
      .replaceAll(/\$\{?__all_variables\}?/g, () => known.variableParameters);
    return interpolate(parameters, (name, path) => found(name, path, known, scoped), formatOf(format));
  };
}

function formatOf(format: unknown): Format {
  if (typeof format === "function") return format as Format;
  return format === "uriencode" ? inAddress : inText;
}

function found(
  name: string,
  path: string,
  { values }: Known,
  scoped: ScopedVars | undefined,
): VariableValue | undefined {
  const context = scoped?.__dataContext?.value;
  if (context !== undefined) {
    const value = ofData(name, path, context);
    if (value !== undefined) return value;
  }
  const scopedValue: unknown = scoped?.[name]?.value;
  if (typeof scopedValue === "string" || typeof scopedValue === "number") return String(scopedValue);
  return values.get(name);
}

/** Variables of the clicked value: `__value.raw`, `__series.name`, `__field.labels.x`, `__data.fields.x`. */
function ofData(name: string, path: string, context: DataContextScopedVar["value"]): string | undefined {
  const { frame, field, data, rowIndex, calculatedValue } = context;
  const raw = (of: Field): unknown =>
    rowIndex === undefined ? undefined : (of.values as unknown[])[rowIndex];
  switch (name) {
    case "__series":
      return frame.name ?? getFieldDisplayName(field, frame, data);
    case "__field":
      if (path.startsWith("labels.")) return field.labels?.[path.slice("labels.".length)] ?? "";
      return getFieldDisplayName(field, frame, data);
    case "__value": {
      const value = rowIndex === undefined ? calculatedValue?.numeric : raw(field);
      if (path === "text") return text(calculatedValue ?? field.display?.(value), value);
      if (path === "time") {
        return written(
          frame.fields.find(({ type }) => type === "time"),
          raw,
        );
      }
      return written(value);
    }
    case "__data": {
      const wanted = path.replace(/^fields[.[]"?/, "").replace(/"?\]?$/, "");
      const other = frame.fields[Number(wanted)] ?? frame.fields.find((one) => one.name === wanted);
      return other === undefined ? "" : written(raw(other));
    }
    default:
      return undefined;
  }
}

function text(
  display: { prefix?: string; text: string; suffix?: string } | undefined,
  value: unknown,
): string {
  return display === undefined
    ? written(value)
    : `${display.prefix ?? ""}${display.text}${display.suffix ?? ""}`;
}

function written(value: unknown, raw?: (of: Field) => unknown): string {
  if (raw !== undefined) return value === undefined ? "" : written(raw(value as Field));
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? String(value)
    : "";
}
