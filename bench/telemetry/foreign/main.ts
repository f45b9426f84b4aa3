/**
 * Foreign definitions imported, and their packets decoded beside somebody else's decoder:
 *   npm run bench:foreign
 *   npm run bench:foreign -- --xtce FILE --packets FILE [--skip-bytes N] [--apid N]    your own, beside space_packet_parser
 *   npm run bench:foreign -- --csv FILE --packets FILE --apid N                        beside ccsdspy
 *   npm run bench:foreign -- --cosmos FILE                                             beside COSMOS' Python library
 * Python packages are fetched by pip into the cache folder; nothing is written into the tree. Ends with 1 on a mismatch.
 */
import { spawnSync } from "node:child_process";
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { packetsOf } from "../../../telemetry/cli/packetFile";
import { readApid } from "../../../telemetry/decoder";
import { parseDictionary } from "../../../telemetry/dictionary";
import { formatFinding, importDefinition, ImportError } from "../../../telemetry/import";
import { Comparer, type Comparison, type ForeignPacketValues } from "./compare";
import { Registry } from "./registry";
import { type ForeignSource, type PackageKey, sources, wished } from "./sources";

/** Libraries of each decoder. */
const libraries: Readonly<Record<ForeignSource["decoder"], readonly PackageKey[]>> = {
  spp: ["spacePacketParser"],
  ccsdspy: ["ccsdspy"],
  // Its tests make the packets, and import pytest.
  "ccsdspy-test": ["ccsdspy", "pytest"],
  openc3: ["openc3"],
  fprime: ["fprimeGds"],
};

interface Row {
  readonly source: ForeignSource;
  /** Why it was not run. */
  readonly skipped?: string;
  /** Why the other decoder has no values. */
  readonly uncompared?: string;
  readonly leftOut?: readonly string[];
  readonly comparison?: Comparison;
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);

function ownSources(): ForeignSource[] {
  const { values } = parseArgs({
    options: {
      ...{ xtce: { type: "string" }, csv: { type: "string" }, cosmos: { type: "string" } },
      ...{ packets: { type: "string" }, apid: { type: "string" }, "skip-bytes": { type: "string" } },
      only: { type: "string" },
    },
  });
  const { xtce, csv, cosmos, packets, apid, only } = values;
  const more = {
    ...(packets !== undefined && { packets }),
    ...(apid !== undefined && { apid: Number(apid) }),
    skipBytes: Number(values["skip-bytes"] ?? 0),
  };
  const own: ForeignSource[] = [];
  if (xtce !== undefined) own.push({ name: xtce, format: "xtce", decoder: "spp", definition: xtce, ...more });
  if (csv !== undefined) own.push({ name: csv, format: "csv", decoder: "ccsdspy", definition: csv, ...more });
  if (cosmos !== undefined) {
    own.push({ name: cosmos, format: "cosmos", decoder: "openc3", definition: cosmos, ...more });
  }
  if (own.length > 0) return own;
  return sources.filter(({ name }) => only === undefined || name.includes(only));
}

/** Paths of a source's files; a text says why they cannot be had. */
function locate(source: ForeignSource, registry: Registry, folder: string): Located | string {
  const inPackage = (path: string): string => {
    const [, key, rest = path] = /^(?:(\w+):)?(.+)$/.exec(path) ?? [];
    const from = (key as PackageKey | undefined) ?? source.from;
    if (from === undefined) return path;
    const files = registry.files(from);
    if (typeof files === "string") throw new Error(files);
    return join(files.folder, rest);
  };
  const isTest = source.decoder === "ccsdspy-test";
  try {
    const definition = isTest ? join(folder, "definition.csv") : inPackage(source.definition);
    const read = source.decoderDefinition ?? source.definition;
    const packets = source.packets === undefined ? join(folder, "packets.bin") : inPackage(source.packets);
    return {
      ...{ definition, packets },
      decoderDefinition: isTest ? `${inPackage("")}#${read}` : inPackage(read),
      decoderFile: source.packets === undefined ? folder : packets,
    };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

interface Located {
  readonly definition: string;
  readonly packets: string;
  readonly decoderDefinition: string;
  readonly decoderFile: string;
}

function runSource(source: ForeignSource, registry: Registry, folder: string): Row {
  const missing = libraries[source.decoder].map((each) => registry.install(each)).find(Boolean);
  if (missing !== undefined) return { source, skipped: missing };
  const located = locate(source, registry, folder);
  if (typeof located === "string") return { source, skipped: located };
  const values = join(folder, "values.jsonl");
  const problem = decodeForeign(source, located, registry.python, values);
  if (problem !== undefined) {
    if (!existsSync(located.packets)) return { source, skipped: `the other decoder: ${problem}` };
    writeFileSync(values, "");
  }
  try {
    const packets = [...packetsOf(readFileSync(located.packets), source.skipBytes)];
    const apid = source.apid ?? (packets[0] && readApid(packets[0], 0));
    const imported = importDefinition(source.format, readFileSync(located.definition, "utf8"), {
      ...{ period: 10, mostElements: 4096, mostBytes: 8192, file: located.definition },
      ...(source.format === "csv" && apid !== undefined && { apids: [apid] }),
    });
    const comparer = new Comparer(parseDictionary(imported.text), imported.origins);
    const foreign = readFileSync(values, "utf8").split("\n");
    let i = 0;
    for (const packet of packets) {
      comparer.packet(
        packet,
        (JSON.parse(foreign[i++] || "null") as ForeignPacketValues | null) ?? undefined,
      );
    }
    const leftOut = imported.findings.all.filter(({ kind }) => kind === "left out");
    return {
      ...{ source, comparison: comparer.result },
      ...(problem !== undefined && { uncompared: problem }),
      leftOut: leftOut.map((finding) => formatFinding(source.definition, finding)),
    };
  } catch (error) {
    if (error instanceof ImportError) return { source, leftOut: [error.message], skipped: error.message };
    throw error;
  }
}

function decodeForeign(
  { decoder, skipBytes = 0 }: ForeignSource,
  { decoderDefinition, decoderFile }: Located,
  python: string,
  into: string,
): string | undefined {
  const out = openSync(into, "w");
  const args = [join(__dirname, "decode.py"), decoder, decoderDefinition, decoderFile, String(skipBytes)];
  const { status, stderr } = spawnSync(python, args, { stdio: ["ignore", out, "pipe"], encoding: "utf8" });
  closeSync(out);
  return status === 0 ? undefined : (stderr.trim().split("\n").at(-1) ?? "failed");
}

function report(rows: readonly Row[]): void {
  print("| source | decoder | whole | packets | decoded | values compared | mismatches |");
  print("| --- | --- | --- | --- | --- | --- | --- |");
  for (const { source, leftOut = [], comparison, skipped } of rows) {
    const { packets = 0, decoded = 0, values = 0, mismatches = 0 } = comparison ?? {};
    const whole = skipped !== undefined ? "skipped" : leftOut.length === 0 ? "yes" : `no (${leftOut.length})`;
    print(
      `| ${source.name} | ${source.decoder} | ${whole} | ${packets} | ${decoded} | ${values} | ${mismatches} |`,
    );
  }
  for (const { source, leftOut = [], comparison, skipped, uncompared } of rows) {
    if (uncompared !== undefined) print(`${source.name}: not compared: the other decoder: ${uncompared}`);
    if (skipped !== undefined) print(`${source.name}: skipped: ${skipped}`);
    for (const each of leftOut.slice(0, 5)) print(`${source.name}: ${each}`);
    if (leftOut.length > 5) print(`${source.name}: ... and ${leftOut.length - 5} more`);
    for (const [reason, times] of comparison?.refused ?? []) {
      print(`${source.name}: not decoded: ${reason}, ${times}`);
    }
    const names = [...(comparison?.uncompared ?? [])];
    const some = names.slice(0, 5).join(", ");
    if (names.length > 0) {
      print(`${source.name}: ${names.length} names of the other decoder are no parameters: ${some}`);
    }
    for (const each of comparison?.examples ?? []) print(`${source.name}: MISMATCH ${each}`);
  }
  for (const [name, why] of wished) print(`${name}: not run: ${why}`);
}

function main(): number {
  const registry = new Registry();
  registry.prepare();
  const rows = ownSources().map((source) => {
    const folder = mkdtempSync(join(tmpdir(), "perigee-foreign-"));
    try {
      return runSource(source, registry, folder);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
  report(rows);
  const compared = rows.filter(({ comparison }) => (comparison?.values ?? 0) > 0);
  const values = compared.reduce((sum, { comparison }) => sum + (comparison?.values ?? 0), 0);
  const mismatches = compared.reduce((sum, { comparison }) => sum + (comparison?.mismatches ?? 0), 0);
  const whole = compared.filter(({ leftOut }) => leftOut?.length === 0).length;
  print(
    `${compared.length} sources compared, ${whole} of them whole; ${values} values, ${mismatches} mismatches`,
  );
  return mismatches > 0 || compared.length === 0 ? 1 : 0;
}

process.exitCode = main();
