/** Setting of the contact plan: a file, read and checked here, or an address that the exporter asks. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { z } from "zod";
import { repositoryRoot } from "../../settings/repositoryRoot";
import { isUrl, PlanError, readPlan } from "../../telemetry/contacts";
import { mostConfigMapBytes } from "../../telemetry/dictionary";

/** Text of a plan, or the address of one. */
export type ContactPlanSetting = { readonly text: string } | { readonly url: string };

/** Schema that reads the file; every problem in it becomes one of the setting. */
export const contactPlan = z.string().transform((place, context): ContactPlanSetting => {
  const problems = isUrl(place) ? (URL.canParse(place) ? [] : ["is no URL"]) : problemsOf(place);
  for (const message of problems) context.addIssue({ code: "custom", message, input: place });
  if (problems.length > 0) return z.NEVER;
  return isUrl(place) ? { url: place } : { text: textOf(place) };
});

const textOf = (path: string): string => readFileSync(resolve(repositoryRoot, path), "utf8");

function problemsOf(path: string): readonly string[] {
  try {
    const text = textOf(path);
    readPlan(text, "");
    const bytes = Buffer.byteLength(text);
    return bytes <= mostConfigMapBytes ? [] : [`has ${bytes} bytes, at most ${mostConfigMapBytes} are taken`];
  } catch (error) {
    if (error instanceof PlanError) return error.problems;
    if (error instanceof Error && "code" in error) {
      return [`cannot be read: ${String(error.code)} (a path from the repository's root, or http(s)://)`];
    }
    throw error;
  }
}
