/** Settings of the commands from flags and environment variables, checked by zod schemas, and their help text. */
import type { Command } from "commander";
import * as z from "zod";
import { issueMessage, nearest } from "../issueMessage";

/** Usage error: printed in one line, exit code 2. */
export class UsageError extends Error {}

/** Settings of a command. Each key is a flag (--http-port) and a variable (PERIGEE_TELEMETRY_HTTP_PORT). */
export type SettingsShape = Record<string, z.ZodType>;

export interface CommandSpec<Shape extends SettingsShape> {
  readonly name: string;
  /** Summary in one line. */
  readonly summary: string;
  /** Argument before the file, if there is one. */
  readonly before?: { readonly name: string; readonly meaning: string };
  /** Name of the command's file, if it has one. */
  readonly argument?: string;
  readonly argumentMeaning?: string;
  /** List in the --help text below the settings: a title, then rows of a name and its meaning. */
  readonly list?: { readonly title: string; readonly rows: readonly (readonly [string, string])[] };
  readonly settings: Shape;
}

export type Settings<Shape extends SettingsShape> = z.infer<z.ZodObject<Shape>>;

const kebab = (key: string): string => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
const environmentName = (key: string): string =>
  `PERIGEE_TELEMETRY_${kebab(key).replaceAll("-", "_").toUpperCase()}`;

/** Schemas of settings; each parses the text of a flag or variable. */
export const port = z.coerce.number().int().min(0).max(65_535);
export const positive = z.coerce.number().positive();
export const text = z.string().min(1);
/** Setting that is on when its flag is given, without a value, or its variable is true or false. */
export const flag = z.union([z.boolean(), z.stringbool()]).default(false).meta({ isFlag: true });

/** The command with its flags, its argument and their help text. */
export function addSettings(command: Command, spec: CommandSpec<SettingsShape>): Command {
  for (const [key, schema] of Object.entries(spec.settings)) {
    const { description = "", ...json } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
    const hasDefault = json.default !== undefined && json.default !== false;
    const fallback = hasDefault ? ` (default: ${JSON.stringify(json.default)})` : "";
    const value = json["isFlag"] === true ? "" : " <value>";
    const short = typeof json["short"] === "string" ? `-${json["short"]}, ` : "";
    command.option(`${short}--${kebab(key)}${value}`, `${description}${fallback}`);
  }
  if (spec.before !== undefined) command.argument(`[${spec.before.name}]`, spec.before.meaning);
  if (spec.argument !== undefined) command.argument(`[${spec.argument}]`, spec.argumentMeaning ?? "");
  if (spec.list !== undefined) command.addHelpText("after", `\n${spec.list.title}:\n${rows(spec.list.rows)}`);
  const [first] = Object.keys(spec.settings);
  if (first === undefined) return command.usage(spec.argument === undefined ? "" : `[${spec.argument}]`);
  const example = `--${kebab(first)} as ${environmentName(first)}`;
  return command.addHelpText("after", `\nEach can be given in the environment instead: ${example}.`);
}

/**
 * Settings of a command from flags, then the environment, then defaults.
 * @param flags values by key, from the command line
 * @param environment environment variables; default: those of the process
 * @throws UsageError with every invalid setting
 */
export function readSettings<Shape extends SettingsShape>(
  spec: CommandSpec<Shape>,
  flags: Readonly<Record<string, unknown>>,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Settings<Shape> {
  const given: Record<string, unknown> = {};
  for (const key of Object.keys(spec.settings)) {
    const variable = environment[environmentName(key)];
    const value = flags[key] ?? (variable === "" ? undefined : variable);
    if (value !== undefined) given[key] = value;
  }
  const parsed = z.object(spec.settings).safeParse(withoutBlanks(given, spec), { error: issueMessage });
  if (parsed.success) return parsed.data;
  throw new UsageError(parsed.error.issues.map((issue) => problemOf(issue, spec, given)).join("; "));
}

/** The same with no number where a number is blank, which JavaScript takes for 0. */
function withoutBlanks(
  given: Readonly<Record<string, unknown>>,
  { settings }: CommandSpec<SettingsShape>,
): Readonly<Record<string, unknown>> {
  const isBlank = (key: string, value: unknown): boolean =>
    typeof value === "string" && value.trim() === "" && numbersOf(settings[key]) !== undefined;
  return Object.fromEntries(
    Object.entries(given).map(([key, value]) => [key, isBlank(key, value) ? NaN : value]),
  );
}

/** What is wrong with a setting. Of its value only numbers and words of a list are shown: others may have a password. */
function problemOf(
  issue: z.core.$ZodIssue,
  { settings }: CommandSpec<SettingsShape>,
  given: Readonly<Record<string, unknown>>,
): string {
  const key = String(issue.path[0]);
  const numbers = numbersOf(settings[key]);
  const isShown = numbers !== undefined || issue.code === "invalid_value";
  const not = isShown ? `, not ${JSON.stringify(given[key])}` : "";
  const guess =
    issue.code === "invalid_value" ? nearest(String(given[key]), issue.values.map(String)) : undefined;
  const meant = guess === undefined ? "" : `; did you mean ${guess}?`;
  return `--${kebab(key)} (or ${environmentName(key)}): ${numbers ?? issue.message}${not}${meant}`;
}

/** Numbers that a schema allows, in words; undefined: it is none of a number. */
function numbersOf(schema: z.ZodType | undefined): string | undefined {
  if (!schema) return undefined;
  const json = z.toJSONSchema(schema, { io: "output", unrepresentable: "any" });
  if (json.type !== "number" && json.type !== "integer") return undefined;
  // Whole numbers end where float64 has no more of them.
  const within = (bound: unknown): bound is number =>
    typeof bound === "number" && Math.abs(bound) < Number.MAX_SAFE_INTEGER;
  const { minimum, maximum, exclusiveMinimum } = json;
  const what = json.type === "integer" ? "must be a whole number" : "must be a number";
  if (within(minimum) && within(maximum)) return `${what} from ${minimum} to ${maximum}`;
  const bounds = [
    ...(within(minimum) ? [`of at least ${minimum}`] : []),
    ...(within(exclusiveMinimum) ? [`above ${exclusiveMinimum}`] : []),
    ...(within(maximum) ? [`of at most ${maximum}`] : []),
  ];
  return [what, bounds.join(" and ")].filter(Boolean).join(" ");
}

function rows(named: readonly (readonly [string, string])[]): string {
  const width = Math.max(0, ...named.map(([name]) => name.length)) + 2;
  return named.map(([name, meaning]) => `  ${name.padEnd(width)}${meaning}`).join("\n");
}
