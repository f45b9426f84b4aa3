/** Acceptance of a part of a dictionary file by its schema, with a problem for each thing that is wrong. */
import type { z } from "zod";
import { issueMessage, nearest } from "../issueMessage";
import type { Path, Problems } from "./problem";

type Issue = z.core.$ZodIssue;

/** @returns the part with its defaults, or undefined after its problems were added */
export function accept<S extends z.ZodType>(
  schema: S,
  value: unknown,
  path: Path,
  problems: Problems,
): z.infer<S> | undefined {
  const result = schema.safeParse(value, { error: issueMessage, reportInput: true });
  if (result.success) return result.data;
  for (const issue of result.error.issues) addIssue(issue, path, problems);
  return undefined;
}

function addIssue(issue: Issue, path: Path, problems: Problems): void {
  const place = [...path, ...issue.path.filter((part) => typeof part !== "symbol")];
  if (issue.code === "unrecognized_keys") {
    for (const key of issue.keys) problems.add([...place, key], "unknown key");
    return;
  }
  const meant = issue.code === "invalid_union" ? meantForm(issue.errors) : undefined;
  if (meant) for (const each of meant) addIssue(each, place, problems);
  else problems.add(place, messageOf(issue));
}

function messageOf(issue: Issue): string {
  // The key of a record fails by a schema of its own, whose message says what a key is.
  if (issue.code === "invalid_key") return issue.issues[0]?.message ?? issue.message;
  const isOfType = issue.code === "invalid_type" || issue.code === "invalid_value";
  if (isOfType && issue.input === undefined) return `is missing: ${issue.message}`;
  const guess = typeof issue.input === "string" ? nearest(issue.input, valuesOf(issue)) : undefined;
  return guess === undefined ? issue.message : `${issue.message}; did you mean ${guess}?`;
}

/** Words that are allowed. */
function valuesOf(issue: Issue): string[] {
  if (issue.code === "invalid_value") return issue.values.map(String);
  return issue.code === "invalid_union" ? issue.errors.flat().flatMap(valuesOf) : [];
}

/** Problems of the one form of several that was meant: the only one whose kind of value is right, or whose keys are. */
function meantForm(forms: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  for (const codes of [[...kindCodes, "unrecognized_keys"], kindCodes]) {
    const possible = forms.filter((issues) => !issues.some((issue) => isOther(issue, codes)));
    if (possible.length === 1) return possible[0];
  }
  return undefined;
}

const kindCodes = ["invalid_type", "invalid_value"];

/** True where the value as a whole is of another kind, also than each of several forms. */
function isOther(issue: Issue, codes: readonly string[]): boolean {
  if (issue.path.length > 0) return false;
  if (issue.code !== "invalid_union") return codes.includes(issue.code);
  return issue.errors.every((issues) => issues.some((each) => isOther(each, codes)));
}
