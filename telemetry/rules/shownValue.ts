/** Values and limits in the texts of alerts: templates and fixed numbers, with units and prefixes. */
import type { BaseUnit } from "../dictionary";

/** Units displayed with SI prefixes: 450 km, 58 uT. Others have none: half a degree is not 500 millidegrees. */
const prefixed = new Set([
  "volts",
  "amperes",
  "watts",
  "joules",
  "coulombs",
  "meters",
  "meters_per_second",
  "bytes",
  "bytes_per_second",
  "hertz",
  "teslas",
  "newton_meters",
  "pascals",
  "grams",
]);

/** Prometheus template that displays the value of an expression such as `$value` with its unit. */
export function shownValue(expression: string, unit: BaseUnit): string {
  if (unit.suffix === "ratio") return `{{ ${expression} | humanizePercentage }}`;
  if (prefixed.has(unit.suffix)) return `{{ ${expression} | humanize }}${unit.symbol}`;
  return `{{ ${expression} | printf "%.6g" }}${unit.symbol && ` ${unit.symbol}`}`;
}

/** A number in the format of {@link shownValue}. */
export function shownNumber(value: number, unit: BaseUnit): string {
  if (unit.suffix === "ratio") return `${rounded(value * 100)}%`;
  if (prefixed.has(unit.suffix)) return `${humanize(value)}${unit.symbol}`;
  return `${Number(value.toPrecision(6))}${unit.symbol && ` ${unit.symbol}`}`;
}

const rounded = (value: number): number => Number(value.toPrecision(4));

/** Same as Prometheus' template function `humanize`: four digits and an SI prefix. */
function humanize(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const thousands = Math.floor(Math.log10(Math.abs(value)) / 3);
  const prefixes = thousands < 0 ? ["m", "u", "n", "p"] : ["", "k", "M", "G", "T"];
  const steps = Math.min(thousands < 0 ? -thousands - 1 : thousands, prefixes.length - 1);
  const power = thousands < 0 ? -(steps + 1) : steps;
  return `${rounded(value / 1000 ** power)}${prefixes[steps] ?? ""}`;
}

/** Words of a name: `battery voltage` for `battery_voltage`. */
export const words = (name: string): string => name.replaceAll("_", " ");
