/** Times for people and other programs, to the microsecond. */

/**
 * ISO time to the microsecond, which a time of this century keeps as a float64; the number of seconds when it is
 * outside the range of Date, as with a wrong spacecraft clock.
 */
export function isoTime(seconds: number): string {
  const microseconds = Math.round(seconds * 1e6);
  const date = new Date(Math.floor(microseconds / 1e6) * 1000);
  if (Number.isNaN(date.getTime())) return String(seconds);
  const fraction = microseconds - Math.floor(microseconds / 1e6) * 1e6;
  return date.toISOString().replace(/\.000Z$/, `.${String(fraction).padStart(6, "0")}Z`);
}
