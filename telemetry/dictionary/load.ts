/** Loader of dictionaries: YAML text to the checked dictionary, or to an error with all problems. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Document, LineCounter, parseDocument } from "yaml";
import type { z } from "zod";
import { checkDictionary } from "./check";
import type { Dictionary, Packet, Parameter } from "./dictionary";
import { alignmentProblem, calibrateToBase, layOut } from "./layout";
import { convertLimits } from "./limits";
import { metricName } from "./metricName";
import { readDictionaryText } from "./mounted";
import { DictionaryError, type Path, Problems } from "./problem";
import {
  dictionarySchema,
  type DictionarySource,
  packetSchema,
  type PacketSource,
  parameterSchema,
  type ParameterSource,
} from "./schema";
import { noUnit, units } from "./units";

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
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  throwIfNotYaml(document, file);
  const problems = new Problems(file, document, lines);
  const value: unknown = document.toJS();
  const source = accept(dictionarySchema, value, [], problems) ?? withPacketsOf(value);
  const dictionary = new Reader(source, problems).read();
  problems.throwIfAny();
  return dictionary;
}

/** Placeholder for an invalid dictionary, so that the problems of its packets are reported too. */
function withPacketsOf(value: unknown): DictionarySource {
  const isRecord = typeof value === "object" && value !== null;
  const packets: unknown[] =
    isRecord && "packets" in value && Array.isArray(value.packets) ? value.packets : [];
  const mode = isRecord && "mode" in value && typeof value.mode === "string" ? { mode: value.mode } : {};
  const time = {
    code: "CUC",
    epoch: "1958-01-01T00:00:00Z",
    coarseBytes: 4,
    fineBytes: 0,
    preamble: false,
    leapSeconds: 0,
  } as const;
  return { name: "", version: "", description: "", time, packets, ...mode };
}

function throwIfNotYaml(document: Document, file: string): void {
  if (document.errors.length === 0) return;
  throw new DictionaryError(
    document.errors.map((error) => ({
      file,
      line: error.linePos?.[0].line ?? 1,
      column: error.linePos?.[0].col ?? 1,
      key: "",
      // Line and column are separate fields.
      message: error.message.split("\n")[0]?.replace(/ at line \d+, column \d+:$/, "") ?? error.code,
    })),
  );
}

function accept<S extends z.ZodType>(
  schema: S,
  value: unknown,
  path: Path,
  problems: Problems,
): z.infer<S> | undefined {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  for (const issue of result.error.issues) {
    const inside = issue.path.filter((part) => typeof part !== "symbol");
    const keys = issue.code === "unrecognized_keys" ? issue.keys : [];
    if (keys.length === 0) problems.add([...path, ...inside], issue.message);
    for (const key of keys) problems.add([...path, ...inside, key], "unknown key");
  }
  return undefined;
}

/** Builder of the checked dictionary. Stores the path of each part, so that every check can report its line. */
class Reader {
  private readonly parameters: Parameter[] = [];
  private readonly places = new Map<Packet | Parameter, Path>();

  constructor(
    private readonly source: DictionarySource,
    private readonly problems: Problems,
  ) {}

  read(): Dictionary {
    const { name, version, description } = this.source;
    const packets = this.source.packets.flatMap((each, i) => this.readPacket(each, ["packets", i]));
    const subsystems = [...new Set(this.parameters.map((parameter) => parameter.subsystem))];
    const dictionary = {
      name,
      version,
      description,
      packets,
      parameters: this.parameters,
      subsystems,
      mode: this.findMode(),
    };
    checkDictionary(dictionary, (part, key, message) => {
      this.problems.add([...(this.places.get(part) ?? []), ...key], message);
    });
    return dictionary;
  }

  private findMode(): Parameter | undefined {
    const wanted = this.source.mode;
    if (wanted === undefined) return undefined;
    const found = this.parameters.find((each) => `${each.subsystem}.${each.name}` === wanted);
    if (found?.type !== "enumeration") {
      this.problems.add(["mode"], `no enumeration ${wanted} (written subsystem.name)`);
    }
    return found;
  }

  private readPacket(value: unknown, path: Path): Packet[] {
    const source = accept(packetSchema, value, path, this.problems);
    if (!source) {
      this.checkParametersOfRefusedPacket(value, path);
      return [];
    }
    const accepted = source.parameters.flatMap((each, i) => {
      const place = [...path, "parameters", i];
      const parameter = accept(parameterSchema, each, place, this.problems);
      return parameter ? [{ parameter, place }] : [];
    });
    const extents = layOut(accepted.map((each) => each.parameter));
    const ends = extents.map((extent) => extent.bitOffset + extent.bitSize);
    const parameters = accepted.map(({ parameter, place }, i) => {
      const extent = extents[i] ?? { bitOffset: 0, bitSize: 1 };
      const problem = alignmentProblem(parameter, extent);
      if (problem) this.problems.add([...place, "name"], problem);
      return this.readParameter(parameter, extent, source, place);
    });
    const packet: Packet = {
      apid: source.apid,
      name: source.name,
      description: source.description,
      subsystem: source.subsystem,
      periodSeconds: source.period,
      time: source.time ?? this.source.time,
      userDataBytes: source.bytes ?? Math.max(1, Math.ceil(Math.max(0, ...ends) / 8)),
      parameters,
      line: this.problems.lineOf(path),
    };
    this.places.set(packet, path);
    return [packet];
  }

  /** Check of the parameters of an invalid packet, so that a wrong key in it does not hide their problems. */
  private checkParametersOfRefusedPacket(value: unknown, path: Path): void {
    if (
      typeof value !== "object" ||
      value === null ||
      !("parameters" in value) ||
      !Array.isArray(value.parameters)
    ) {
      return;
    }
    value.parameters.forEach((each: unknown, i) =>
      accept(parameterSchema, each, [...path, "parameters", i], this.problems),
    );
  }

  private readParameter(
    source: ParameterSource,
    extent: { bitOffset: number; bitSize: number },
    packet: PacketSource,
    place: Path,
  ): Parameter {
    const unit = (source.unit === undefined ? undefined : units[source.unit]) ?? noUnit;
    const subsystem = source.subsystem ?? packet.subsystem;
    const parameter: Parameter = {
      index: this.parameters.length,
      apid: packet.apid,
      packet: packet.name,
      periodSeconds: packet.period,
      name: source.name,
      subsystem,
      description: source.description,
      metric: metricName({ subsystem, name: source.name, unit, kind: source.kind }),
      kind: source.kind,
      type: source.type,
      ...extent,
      byteOrder: source.byteOrder,
      calibration: calibrateToBase(source.calibration, unit),
      unit,
      states: new Map(Object.entries(source.states ?? {}).map(([raw, state]) => [Number(raw), state])),
      limits: source.limits && convertLimits(source.limits, unit),
      line: this.problems.lineOf(place),
    };
    this.parameters.push(parameter);
    this.places.set(parameter, place);
    return parameter;
  }
}
