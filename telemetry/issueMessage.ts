/** Messages of what a zod schema refuses: what is allowed, in plain words, where the schema says nothing itself. */
import { distance } from "fastest-levenshtein";
import type { z } from "zod";

type RawIssue = z.core.$ZodRawIssue;

const types: Readonly<Record<string, string>> = {
  ...{ string: "a text", number: "a number", int: "a whole number", boolean: "true or false" },
  ...{ array: "a list", tuple: "a list", object: "keys with their values", record: "keys with their values" },
};

/** For `error` of a parse. */
export function issueMessage(issue: RawIssue): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      return typeMessage(issue.expected, issue.input);
    case "invalid_value":
      return `must be ${oneOf(issue.values.map(String))}`;
    case "too_small":
      return `must ${bound(issue.origin, Number(issue.minimum), issue.inclusive === false ? "above" : "at least")}`;
    case "too_big":
      return `must ${bound(issue.origin, Number(issue.maximum), issue.inclusive === false ? "below" : "at most")}`;
    case "invalid_union":
      return unionMessage(issue.errors);
    default:
      return undefined;
  }
}

function typeMessage(expected: string, input: unknown): string {
  const isUnquoted = expected === "string" && (typeof input === "number" || typeof input === "boolean");
  return `must be ${types[expected] ?? expected}${isUnquoted ? "; write it in quotes" : ""}`;
}

const oneOf = (values: readonly string[]): string =>
  values.length === 1 ? values.join("") : `one of ${values.join(", ")}`;

function bound(origin: string, value: number, side: string): string {
  if (origin !== "string" && origin !== "array") return `be ${side} ${value}`;
  if (origin === "string" && side === "at least" && value === 1) return "not be empty";
  const what = origin === "string" ? "character" : "entr";
  const ending = { character: value === 1 ? "" : "s", entr: value === 1 ? "y" : "ies" }[what];
  return `have ${side} ${value} ${what}${ending}`;
}

/** What the forms of the right type allow; where none is of it, all. */
function unionMessage(forms: readonly (readonly z.core.$ZodIssue[])[]): string | undefined {
  const roots = forms.flatMap((issues) => issues.filter(({ path }) => path.length === 0));
  const fitting = roots.filter(({ code }) => code !== "invalid_type");
  const messages = [...new Set((fitting.length > 0 ? fitting : roots).map(({ message }) => message))];
  const allowed = messages.map((each) => each.replace(/^must be /, ""));
  return messages.length > 0 && messages.every((each) => each.startsWith("must be "))
    ? `must be ${allowed.join(" or ")}`
    : undefined;
}

/**
 * Name that another one hardly differs from, or that begins with it; undefined: none. settings/nearest.ts is the same for
 * the stacks' settings, which this knows nothing of.
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
