/** Settings of the commands from flags and environment variables, checked by zod schemas, and their help text. */
import { parseArgs } from "node:util";
import * as z from "zod";

/** The user asked for something that cannot be: said in one line, exit code 2. */
export class UsageError extends Error {}

/** What a command may be told: each key is a flag (--http-port) and an environment variable (PERIGEE_TELEMETRY_HTTP_PORT). */
export type SettingsShape = Record<string, z.ZodType>;

export interface CommandSpec<Shape extends SettingsShape> {
  readonly name: string;
  /** One line. */
  readonly summary: string;
  /** Name of the file that the command takes as its only argument, if it takes one. */
  readonly argument?: string;
  /** What --help says below the settings: a title, then rows of a name and its meaning. */
  readonly list?: { readonly title: string; readonly rows: readonly (readonly [string, string])[] };
  readonly settings: Shape;
}

export type Settings<Shape extends SettingsShape> = z.infer<z.ZodObject<Shape>>;

const kebab = (key: string): string => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
const environmentName = (key: string): string =>
  `PERIGEE_TELEMETRY_${kebab(key).replaceAll("-", "_").toUpperCase()}`;

/** The schemas that settings are made of; each takes the text that a flag or a variable gives. */
export const port = z.coerce.number().int().min(0).max(65_535);
export const positive = z.coerce.number().positive();
export const text = z.string().min(1);

/**
 * Settings of a command from flags, then the environment, then defaults.
 * @param environment default: the process's
 * @throws UsageError naming every setting that is wrong
 */
export function readSettings<Shape extends SettingsShape>(
  spec: CommandSpec<Shape>,
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>> = process.env,
): { settings: Settings<Shape>; argument: string | undefined } {
  const keys = Object.keys(spec.settings);
  const { values, positionals } = parseFlags(spec, args);
  const given: Record<string, unknown> = {};
  for (const key of keys) {
    const variable = environment[environmentName(key)];
    const value = values[kebab(key)] ?? (variable === "" ? undefined : variable);
    if (value !== undefined) given[key] = value;
  }
  const parsed = z.object(spec.settings).safeParse(given);
  if (!parsed.success) {
    throw new UsageError(
      parsed.error.issues
        .map(
          ({ path, message }) =>
            `--${kebab(String(path[0]))} (or ${environmentName(String(path[0]))}): ${message}`,
        )
        .join("; "),
    );
  }
  return { settings: parsed.data, argument: readArgument(spec, positionals) };
}

function parseFlags(
  spec: CommandSpec<SettingsShape>,
  args: readonly string[],
): {
  values: Record<string, unknown>;
  positionals: string[];
} {
  const options = Object.fromEntries(
    Object.keys(spec.settings).map((key) => [kebab(key), { type: "string" as const }]),
  );
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${message.split(". ")[0] ?? message} (see perigee-telemetry ${spec.name} --help)`);
  }
}

function readArgument(spec: CommandSpec<SettingsShape>, positionals: readonly string[]): string | undefined {
  const most = spec.argument === undefined ? 0 : 1;
  if (positionals.length > most) {
    throw new UsageError(
      `${spec.name} takes ${most === 0 ? "no file" : "one file"}, got ${positionals.join(" ")}`,
    );
  }
  return positionals[0];
}

/** The text of --help. */
export function helpOf(spec: CommandSpec<SettingsShape>): string {
  const argument = spec.argument === undefined ? "" : ` ${spec.argument}`;
  const rows = Object.entries(spec.settings).map(([key, schema]) => {
    const { description = "", ...json } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
    const fallback =
      json.default === undefined || json.default === false
        ? ""
        : ` (default ${JSON.stringify(json.default)})`;
    return [`--${kebab(key)} VALUE`, `${description}${fallback}`] as const;
  });
  return [
    `perigee-telemetry ${spec.name}${argument} [settings]`,
    "",
    `  ${spec.summary}`,
    "",
    ...aligned(rows),
    ...(spec.list ? ["", `${spec.list.title}:`, ...aligned(spec.list.rows)] : []),
    ...(rows.length > 0
      ? [
          "",
          `Each can be given in the environment instead: --stale-after as ${environmentName("staleAfter")}.`,
        ]
      : []),
    "",
  ].join("\n");
}

function aligned(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(0, ...rows.map(([name]) => name.length)) + 2;
  return rows.map(([name, meaning]) => `  ${name.padEnd(width)}${meaning}`);
}
