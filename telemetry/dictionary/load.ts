/** Loader of dictionaries: YAML text to the checked dictionary, or to an error with all problems. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { accept } from "./accept";
import { checkDictionary } from "./check";
import { resolveDerived } from "./derived";
import type { Dictionary, Parameter } from "./dictionary";
import { parseText } from "./document";
import { readDictionaryText } from "./mounted";
import { Problems } from "./problem";
import { PacketReader } from "./readPacket";
import { resolveContexts } from "./resolveContexts";
import { dictionarySchema, type DictionarySource } from "./schema";

/** Text of the default dictionary, defined by the bundler, so that the bundle needs no other file. */
declare const PERIGEE_DEFAULT_DICTIONARY: string | undefined;

/** Path of the dictionary shipped with Perigee: the bus of a small satellite. */
export const defaultDictionaryPath = join(__dirname, "default.yaml");

/** Text of the default dictionary, in the bundle and in the source tree. */
export function defaultDictionaryText(): string {
  if (typeof PERIGEE_DEFAULT_DICTIONARY === "string") return PERIGEE_DEFAULT_DICTIONARY;
  return readFileSync(defaultDictionaryPath, "utf8");
}

/**
 * Checked dictionary of a file.
 * @param path path of the file; default: the dictionary shipped with Perigee
 * @throws DictionaryError with every problem at once; the file system's error if the file cannot be read
 */
export function loadDictionary(path?: string): Dictionary {
  if (path === undefined) return parseDictionary(defaultDictionaryText(), "default.yaml");
  return parseDictionary(readDictionaryText(path), path);
}

/**
 * Checked dictionary of a text.
 * @param file name of the file in problems
 * @throws DictionaryError with every problem at once
 */
export function parseDictionary(text: string, file = "dictionary.yaml"): Dictionary {
  const { document, lines, value } = parseText(text, file);
  const problems = new Problems(file, document, lines);
  const source = accept(dictionarySchema, value, [], problems) ?? withPacketsOf(value);
  const dictionary = read(source, problems);
  problems.throwIfAny();
  return dictionary;
}

/** Placeholder for an invalid dictionary, so that the problems of its packets are reported too. */
function withPacketsOf(value: unknown): DictionarySource {
  const isRecord = typeof value === "object" && value !== null;
  const packets: unknown[] =
    isRecord && "packets" in value && Array.isArray(value.packets) ? value.packets : [];
  const mode = isRecord && "mode" in value && typeof value.mode === "string" ? { mode: value.mode } : {};
  return { name: "", version: "", description: "", time: "none", packets, ...mode };
}

function read(source: DictionarySource, problems: Problems): Dictionary {
  const { name, version, description } = source;
  const reader = new PacketReader(source, problems);
  const { packets, parameters, slots } = reader.read();
  resolveContexts(packets, parameters, (parameter, key, message) =>
    problems.add([...(reader.places.get(parameter) ?? []), ...key], message),
  );
  const dictionary = {
    ...{ name, version, description, packets, parameters, slots },
    subsystems: [...new Set(parameters.map((parameter) => parameter.subsystem))],
    mode: findMode(source.mode, parameters, problems),
    derived: resolveDerived(packets, parameters, (parameter, message) =>
      problems.add([...(reader.places.get(parameter) ?? []), "formula"], message),
    ),
    warnings: problems.warnings,
  };
  checkDictionary(dictionary, {
    error: (part, key, message) => problems.add([...(reader.places.get(part) ?? []), ...key], message),
    warning: (part, key, message) => problems.warn([...(reader.places.get(part) ?? []), ...key], message),
  });
  return dictionary;
}

function findMode(
  wanted: string | undefined,
  parameters: readonly Parameter[],
  problems: Problems,
): Parameter | undefined {
  if (wanted === undefined) return undefined;
  const found = parameters.find((each) => `${each.subsystem}.${each.name}` === wanted);
  if (found?.type !== "enumeration") {
    problems.add(["mode"], `no enumeration ${wanted} (written subsystem.name)`);
  }
  return found;
}
