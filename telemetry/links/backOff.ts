/** Waiting time between attempts to connect: doubled after each failure, at most half a minute. */

const firstMilliseconds = 500;
const mostMilliseconds = 30_000;

/**
 * Milliseconds before the next attempt. Part of it is random, so that many clients of a restarted server do not come
 * back at once.
 * @param failures attempts that have failed in a row, from 1
 * @param random from 0 up to 1
 */
export function backOffMilliseconds(failures: number, random: () => number = Math.random): number {
  const longest = Math.min(mostMilliseconds, firstMilliseconds * 2 ** Math.min(failures - 1, 16));
  return Math.round(longest * (0.5 + random() / 2));
}
