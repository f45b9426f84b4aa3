/** Time of a packet of COSMOS: seconds and microseconds that a derived item makes a time of. */
import type { Entry, ForeignField, ForeignTime } from "../definition";

/** COSMOS' own conversions of these two fields, as file or as class: a time, its text, or its seconds. */
const conversion = /^(?:.*\/)?unix_?time_?(?:formatted_?|seconds_?)?conversion(?:\.rb|\.py)?$/i;

/** @returns undefined for another conversion, or fields that no time code can be made of */
export function timeFrom(
  [file = "", seconds = "", microseconds]: readonly string[],
  entries: readonly Entry[],
): ForeignTime | undefined {
  if (!conversion.test(file)) return undefined;
  const at = entries.findIndex((entry) => isNamed(entry, seconds));
  const [first, second] = [entries[at], entries[at + 1]];
  const count = first && countOf(first, "seconds");
  if (!count || first?.kind !== "field") return undefined;
  if (microseconds === undefined) return timeOf(first, [count]);
  const part = second && isNamed(second, microseconds) ? countOf(second, "microseconds", first) : undefined;
  return part && timeOf(first, [count, part]);
}

const timeOf = ({ name }: ForeignField, fields: readonly unknown[]): ForeignTime => ({
  field: name,
  source: { code: "fields", epoch: "1970-01-01T00:00:00Z", fields },
});

const isNamed = (entry: Entry, name: string): boolean =>
  entry.kind === "field" && entry.name.toUpperCase() === name.toUpperCase();

/** A field as part of a time; the second one must follow the first. */
function countOf(
  entry: Entry,
  is: "seconds" | "microseconds",
  before?: ForeignField,
): Record<string, unknown> | undefined {
  if (entry.kind !== "field" || entry.type !== "unsigned" || entry.bits % 8 !== 0) return undefined;
  const isBehind =
    !before || entry.at === undefined || (before.at !== undefined && entry.at === before.at + before.bits);
  if (entry.count !== undefined || entry.calibration || !isBehind) return undefined;
  return { is, bits: entry.bits, ...(entry.isLittle === true && entry.bits > 8 && { byteOrder: "little" }) };
}
