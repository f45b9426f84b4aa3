/** Guess at what a mistyped name was meant to be. */
import { distance } from "fastest-levenshtein";

/**
 * Name that another one hardly differs from, or that begins with it; undefined: none. telemetry/issueMessage.ts has the
 * same function for dictionaries: the application knows nothing of the stacks, and settings stand on nothing, so that
 * there is no place for one. A test holds the two alike.
 */
export function nearest(name: string, known: readonly string[]): string | undefined {
  if (name.length < 3) return known.find((each) => each.toLowerCase() === name.toLowerCase());
  const most = Math.min(2, Math.round(name.length / 3));
  const wanted = name.toLowerCase();
  const [found] = known
    .map((each) => ({ each, away: distance(each.toLowerCase(), wanted) }))
    .sort((a, b) => a.away - b.away);
  if (found && found.away <= most) return found.each;
  return known.find((each) => each.toLowerCase().startsWith(wanted));
}
