/**
 * Loader of a stack's settings: checks each one against a zod schema and reports all problems at once,
 * before any resource is registered. Both stacks use it.
 */
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { nearest } from "./nearest";
import { redacted } from "./redact";

/** One problem of a setting: its path, the given value, and the allowed values. */
export interface SettingProblem {
  /** Path of the setting, e.g. `workers[0].count`. */
  readonly setting: string;
  readonly given: unknown;
  readonly problem: string;
}

/** Error with all problems of a stack's settings. Pulumi prints its message without a stack trace. */
export class SettingsError extends pulumi.RunError {
  constructor(
    readonly namespace: string,
    readonly problems: readonly SettingProblem[],
  ) {
    super(
      [
        `${problems.length} problem${problems.length === 1 ? "" : "s"} in the settings; nothing was changed:`,
        ...problems.map((p) => `  ${namespace}:${p.setting}${shown(p.given)}: ${p.problem}`),
      ].join("\n"),
    );
  }
}

type Shape = Record<string, z.ZodType>;

/** Check across several settings; the argument contains those that are valid on their own. */
export type CrossCheck<T> = (settings: Partial<T>) => SettingProblem[];

/**
 * Settings checked against a schema.
 * @param raw key -> value, without the namespace; objects already parsed
 * @throws SettingsError with all problems and no secret
 */
export function checkSettings<S extends Shape>(
  namespace: string,
  schema: z.ZodObject<S>,
  raw: Readonly<Record<string, unknown>>,
  crossChecks: readonly CrossCheck<z.output<z.ZodObject<S>>>[],
): z.output<z.ZodObject<S>> {
  const known = Object.keys(schema.shape);
  const problems = Object.keys(raw)
    .filter((key) => !known.includes(key))
    .map((key) => unknownKey(key, known, ""));

  // One setting at a time, so that an invalid value does not hide problems across the others.
  const right: Record<string, unknown> = {};
  for (const key of known) {
    problems.push(
      ...finished(key, () => {
        const result = (schema.shape[key] as z.ZodType).safeParse(raw[key], { reportInput: true });
        if (result.success) right[key] = result.data;
        return (result.error?.issues ?? []).flatMap((issue) => explain(issue, [key], raw));
      }),
    );
  }
  for (const check of crossChecks) {
    problems.push(...finished(check.name, () => check(right as Partial<z.output<z.ZodObject<S>>>)));
  }
  if (problems.length > 0) throw new SettingsError(namespace, problems.map(redacted));
  return right as z.output<z.ZodObject<S>>;
}

/** Problems that a check finds. One that throws is a problem itself: it must not hide those of the others. */
function finished(name: string, check: () => SettingProblem[]): SettingProblem[] {
  try {
    return check();
  } catch (error) {
    // The error's message may quote a secret; its name and place do not.
    const place = error instanceof Error ? /^\s+at .*$/m.exec(error.stack ?? "")?.[0].trim() : undefined;
    const kind = error instanceof Error ? error.name : typeof error;
    const problem = `cannot be checked (${[kind, place].join(" ")}); this is a defect of Perigee: please report it`;
    return [{ setting: name, given: undefined, problem }];
  }
}

/**
 * Settings of the stack as Pulumi stores them: strings, which contain JSON for other types.
 * @returns key -> value without the namespace; text that is not JSON stays text, for the schema to check
 */
export function rawSettings(namespace: string, schema: z.ZodObject<Shape>): Record<string, unknown> {
  const prefix = `${namespace}:`;
  const entries = Object.entries(pulumi.runtime.allConfig())
    .filter(([key]) => key.startsWith(prefix))
    .map(([key, text]): [string, unknown] => {
      const name = key.slice(prefix.length);
      return [name, isText(schema.shape[name]) ? text : parsed(text)];
    });
  return Object.fromEntries(entries);
}

function isText(type: z.ZodType | undefined): boolean {
  if (type === undefined) return true;
  if (type instanceof z.ZodDefault || type instanceof z.ZodOptional) {
    return isText(type.unwrap() as z.ZodType);
  }
  return type instanceof z.ZodString;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function explain(
  issue: z.core.$ZodIssue,
  above: readonly PropertyKey[],
  raw: Readonly<Record<string, unknown>>,
): SettingProblem[] {
  const path = [...above, ...issue.path];
  if (issue.code === "unrecognized_keys") {
    const inside = issue.keys;
    return inside.map((key) => unknownKey(key, knownBeside(issue), `${written(path)}.`));
  }
  // The message about an invalid record key comes from the key's schema.
  const message = issue.code === "invalid_key" ? (issue.issues[0]?.message ?? issue.message) : issue.message;
  const given = issue.input === undefined ? valueAt(raw, path) : issue.input;
  return [{ setting: written(path), given, problem: given === undefined ? missing(issue) : message }];
}

/** Known keys of a strict object, parsed from the issue's message; see `strictObject`. */
function knownBeside(issue: z.core.$ZodIssue): string[] {
  const known = issue.message.split(": ").at(-1) ?? "";
  return known.split(", ").filter((key) => key !== "");
}

/** A z.strictObject whose error about an unknown key lists the known keys. */
export function strictObject<S extends Shape>(shape: S): z.ZodObject<S, z.core.$strict> {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys" ? `allowed: ${Object.keys(shape).join(", ")}` : undefined,
  });
}

/** Problem of an unknown key. Its value is not shown: under a mistyped name, a secret is not known as one. */
function unknownKey(key: string, known: readonly string[], above: string): SettingProblem {
  const meant = nearest(key, known);
  const hint = meant === undefined ? "" : `; did you mean ${meant}?`;
  return {
    setting: `${above}${key}`,
    given: undefined,
    problem: `there is no such setting${hint} (allowed: ${known.join(", ")})`,
  };
}

function missing(issue: z.core.$ZodIssue): string {
  return /received undefined/.test(issue.message) ? "is required" : `is required: ${issue.message}`;
}

function valueAt(raw: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    raw,
  );
}

function written(path: readonly PropertyKey[]): string {
  return path
    .map((part, depth) =>
      typeof part === "number" ? `[${part}]` : depth === 0 ? String(part) : `.${String(part)}`,
    )
    .join("");
}

function shown(given: unknown): string {
  return given === undefined ? "" : ` = ${JSON.stringify(given)}`;
}
