/** Loader of dictionaries: YAML text to the checked dictionary, or to an error with all problems. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { accept } from "./accept";
import { checkDictionary } from "./check";
import { resolveDerived } from "./derived";
import type { Dictionary, Field, Packet, Parameter } from "./dictionary";
import { parseText } from "./document";
import { ambiguous, Finder, qualifiedName } from "./finder";
import { readDictionaryText } from "./mounted";
import { type Path, type Problem, Problems } from "./problem";
import { PacketReader } from "./readPacket";
import type { Refused } from "./refused";
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
 * @param warn receives what is allowed, but hardly meant; finding where it stands takes longer than all the rest
 * @throws DictionaryError with every problem at once
 */
export function parseDictionary(
  text: string,
  file = "dictionary.yaml",
  warn?: (problem: Problem) => void,
): Dictionary {
  const { value, placeOf } = parseText(text, file);
  const problems = new Problems(file, placeOf);
  const source = accept(dictionarySchema, value, [], problems) ?? withPacketsOf(value);
  const dictionary = read(source, problems);
  problems.throwIfAny();
  if (warn) for (const each of problems.warnings()) warn(each);
  return dictionary;
}

/** What is right of an invalid dictionary, so that the problems of its packets are reported too, and no others. */
function withPacketsOf(value: unknown): DictionarySource {
  const given: Readonly<Record<string, unknown>> =
    typeof value === "object" && value !== null ? { ...value } : {};
  const packets: unknown[] = Array.isArray(given["packets"]) ? given["packets"] : [];
  const { time, secondaryHeader, checksum, sequence, stored, mode } = dictionarySchema.shape;
  const right = Object.entries({ time, secondaryHeader, checksum, sequence, stored, mode }).flatMap(
    ([key, schema]) => {
      const { data } = schema.safeParse(given[key]);
      return data === undefined ? [] : [[key, data] as const];
    },
  );
  const defaults = Object.fromEntries(right) as Partial<DictionarySource>;
  return { name: "", version: "", description: "", time: "none", ...defaults, packets };
}

function read(source: DictionarySource, problems: Problems): Dictionary {
  const { name, version, description } = source;
  const reader = new PacketReader(source, problems);
  const { packets, parameters, slots } = reader.read();
  const placed = (part: Packet | Field, key: Path = []): Path => [...(reader.places.get(part) ?? []), ...key];
  const lineOf = (part: Packet | Field): number => problems.lineOf(placed(part));
  const finder = new Finder(packets, parameters, reader.refused, lineOf);
  const refuse = (part: Packet | Field, key: Path, message: string): void => {
    if (message !== "") problems.add(placed(part, key), message);
  };
  resolveContexts(parameters, finder, refuse);
  const dictionary = {
    ...{ name, version, description, packets, parameters, slots },
    subsystems: [...new Set(parameters.map((parameter) => parameter.subsystem))],
    mode: findMode(source.mode, parameters, reader.refused, problems, lineOf),
    derived: resolveDerived(packets, parameters, finder, (parameter, message) =>
      refuse(parameter, ["formula"], message),
    ),
  };
  checkDictionary(
    dictionary,
    { refused: reader.refused, hasMode: source.mode !== undefined },
    {
      error: refuse,
      warning: (part, key, message) => problems.warn(placed(part, key), message),
      lineOf,
    },
  );
  return dictionary;
}

function findMode(
  wanted: string | undefined,
  parameters: readonly Parameter[],
  refused: Refused,
  problems: Problems,
  lineOf: (part: Parameter) => number,
): Parameter | undefined {
  if (wanted === undefined) return undefined;
  const [found, other] = parameters.filter((each) => qualifiedName(each) === wanted);
  if (found && other) problems.add(["mode"], ambiguous(wanted, found, other, lineOf));
  else if (found?.type !== "enumeration" && (found || !refused.hasParameter(wanted))) {
    problems.add(["mode"], `no enumeration ${wanted} (written subsystem.name)`);
  }
  return found;
}
