/** Acceptance of a part of a dictionary file by its schema, with a problem for each thing that is wrong. */
import type { z } from "zod";
import type { Path, Problems } from "./problem";

type Issue = z.core.$ZodIssue;

/** @returns the part with its defaults, or undefined after its problems were added */
export function accept<S extends z.ZodType>(
  schema: S,
  value: unknown,
  path: Path,
  problems: Problems,
): z.infer<S> | undefined {
  const result = schema.safeParse(value);
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
  // The key of a record fails by a schema of its own, whose message says what a key is.
  else {
    problems.add(
      place,
      issue.code === "invalid_key" ? (issue.issues[0]?.message ?? issue.message) : issue.message,
    );
  }
}

/** Problems of the one form of several that was meant: the only one whose kind of value is right. */
function meantForm(forms: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const isOther = (issue: Issue): boolean =>
    issue.path.length === 0 &&
    (issue.code === "invalid_type" || issue.code === "invalid_value" || issue.code === "unrecognized_keys");
  const possible = forms.filter((issues) => !issues.some(isOther));
  return possible.length === 1 ? possible[0] : undefined;
}
