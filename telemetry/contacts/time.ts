/** Times of contact plans: ISO 8601 with month and day or the day of the year (CCSDS 301.0-B-4, 3.5), with their zone. */

const calendar =
  /^(\d{4})-(?:(\d{2})-(\d{2})|(\d{3}))T(\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})$/;

export const timeForms = "a time with its zone, as 2026-11-27T08:15:30Z or 2026-331T08:15:30Z";

/** Seconds since 1970; undefined: not of that form, or a time that does not exist. */
export function readTime(written: string): number | undefined {
  const text = written.toUpperCase();
  const match = calendar.exec(text);
  if (!match) return undefined;
  const [, year = "", month, day, dayOfYear] = match;
  const rest = text.slice(text.indexOf("T"));
  if (dayOfYear === undefined) {
    const given = `${year}-${month ?? ""}-${day ?? ""}`;
    // Date takes 31 February for 3 March.
    const midnight = new Date(`${given}T00:00:00Z`);
    return isDay(midnight, given) ? seconds(given + rest) : undefined;
  }
  const date = new Date(Date.UTC(Number(year), 0, Number(dayOfYear)));
  const isOfYear = Number(dayOfYear) > 0 && date.getUTCFullYear() === Number(year);
  return isOfYear ? seconds(date.toISOString().slice(0, 10) + rest) : undefined;
}

/**
 * The same of a time in an orbit message, which has no zone: it is of the message's clock. Some write a point without any
 * digits behind it.
 */
export const readMessageTime = (text: string): number | undefined => readTime(text.replace(/\.?Z?$/i, "Z"));

const isDay = (date: Date, given: string): boolean =>
  !Number.isNaN(date.getTime()) && date.toISOString().startsWith(given);

function seconds(text: string): number | undefined {
  const milliseconds = Date.parse(text);
  return Number.isNaN(milliseconds) ? undefined : milliseconds / 1000;
}
