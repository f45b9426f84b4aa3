/** Waiting time before the next attempt to connect. */

const firstSeconds = 1;
const longestSeconds = 30;

/**
 * Seconds to wait: twice as long after each failure, at most 30, and up to a quarter less by chance, so that many
 * clients of a station that comes back do not come at once.
 * @param failures attempts that failed since the last connection, from 1
 * @param chance from 0 to 1
 */
export function backOffSeconds(failures: number, chance: number): number {
  const full = Math.min(firstSeconds * 2 ** Math.min(failures - 1, 10), longestSeconds);
  return full * (1 - chance / 4);
}
