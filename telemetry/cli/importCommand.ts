/** The command `import`: makes a dictionary of a definition in another format, and says what it could not carry over. */
import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { parse } from "yaml";
import * as z from "zod";
import { parseDictionary } from "../dictionary";
import { firstOf } from "../firstOf";
import {
  bitOrders,
  type Format,
  formatFinding,
  formats,
  importDefinition,
  type Imported,
  ImportError,
  mostFileBytes,
  textIn,
} from "../import";
import { dictionarySize, ruleSizes, sizeProblems } from "../objectSizes";
import { reasonOf } from "../reasonOf";
import { ruleFile } from "../rules";
import { readWhole } from "../wholeFile";
import { command } from "./command";
import { positive, text, UsageError } from "./settings";

/** Lines that are told of what is not, or otherwise, in the dictionary. */
const mostFindings = 10_000;

const small = z.coerce.number().int().min(1);

export const importCommand = command(
  {
    name: "import",
    summary:
      "Makes a dictionary of a definition in XTCE, of COSMOS or in CSV. Exit code 1: made, but not everything could be carried over.",
    before: { name: "FORMAT", meaning: `${formats.join(", ")}` },
    argument: "FILE...",
    argumentMeaning: "the definition; in XTCE and of COSMOS also in several files",
    settings: {
      output: text
        .optional()
        .meta({ short: "o" })
        .describe("dictionary to write; without it, standard output"),
      apid: z
        .string()
        .transform((list) => list.split(/[\s,]+/).map(Number))
        .pipe(z.array(z.int().min(0).max(2046), { error: "must be numbers from 0 to 2046, as 5 or 5,6" }))
        .optional()
        .describe("APIDs, as 5 or 5,6, of packets for which the definition has none, as CSV, or too many"),
      packet: text.optional().describe("name of the packet of a CSV file; default: that of the file"),
      period: positive
        .max(86_400)
        .default(10)
        .describe("seconds between two packets, where the definition has no rate"),
      time: text
        .optional()
        .describe(
          "time code of all packets without one, as in a dictionary: '{ code: CUC, epoch: \"2000-01-01T00:00:00Z\" }'",
        ),
      checksum: z.enum(["crc16", "iso16"]).optional().describe("check at the end of all packets"),
      bitOrder: z
        .enum(bitOrders)
        .optional()
        .describe(
          "what bitOrder=leastSignificantBitFirst of XTCE means: the bits of each byte, or of the field, are reversed, or it is ignored; without it such fields are left out",
        ),
      constants: z
        .string()
        .transform((list) => list.split(/[\s,]+/).filter(Boolean))
        .pipe(
          z.array(
            z.string().regex(/^[\w:]+=[^=]+$/, {
              error:
                "must be NAME=VALUE, several with a comma between, as Config::ENDIAN=LITTLE_ENDIAN,COUNT=4",
            }),
          ),
        )
        .transform((list) => new Map(list.map((each) => each.split("=") as [string, string])))
        .optional()
        .describe(
          "values of constants and other names in templates (ERB) of COSMOS, as Config::ENDIAN=LITTLE_ENDIAN,COUNT=4",
        ),
      mostElements: small.max(4096).default(64).describe("most elements of arrays whose length varies"),
      mostBytes: small.max(65_536).default(4096).describe("most bytes of texts whose length varies"),
    },
  },
  async ({ output, time, apid, ...options }, { print, complain }, file, format, others) => {
    const from = formatOf(format);
    if (file === undefined) throw new UsageError("name the FILE of the definition");
    if (from === "csv" && others.length > 0) throw new UsageError("import csv has one FILE");
    const imported = convert(from, [file, ...others], {
      ...{ ...options, apids: apid, time: time === undefined ? undefined : timeOf(time) },
    });
    const { text: dictionary, findings, origins } = imported;
    const sizes = sizesOf(dictionary);
    const said = findings.all.map((finding) => formatFinding(file, finding));
    for (const line of firstOf(said, mostFindings, "findings")) complain(`${line}\n`);
    for (const problem of sizes) complain(`${output ?? "the dictionary"}: ${problem}\n`);
    if (output === undefined) await print(dictionary);
    else {
      await writeFileAtomic(output, dictionary).catch((error: unknown) => {
        throw new UsageError(`cannot write ${output}: ${reasonOf(error)}`);
      });
    }
    const left = findings.leftOutCount;
    const summary =
      left === 0 ? "everything was carried over" : `${left} could not be carried over, see above`;
    complain(
      `perigee-telemetry: ${file}: ${origins.length} fields in ${packetsOf(imported)} packets; ${summary}\n`,
    );
    return left > 0 || sizes.length > 0 ? 1 : 0;
  },
);

function formatOf(format: string | undefined): Format {
  const known = formats.find((each) => each === format);
  if (known) return known;
  throw new UsageError(
    `import FORMAT FILE: the format is one of ${formats.join(", ")}, not ${format ?? "nothing"}`,
  );
}

function convert(
  format: Format,
  [first = "", ...others]: readonly string[],
  options: Parameters<typeof importDefinition>[2],
): Imported {
  try {
    return importDefinition(format, textOf(first), {
      ...{ ...options, file: first },
      others: others.map((file) => ({ file, text: textOf(file) })),
      beside: (name) => textBeside(join(dirname(first), name)),
    });
  } catch (error) {
    if (error instanceof ImportError) throw new UsageError(`${first} ${error.message}`);
    throw error;
  }
}

/** @throws UsageError for a file that cannot be read or is too long */
function textOf(file: string): string {
  try {
    return textIn(readWhole(file, mostFileBytes));
  } catch (error) {
    if (error instanceof ImportError) throw new UsageError(`${file} ${error.message}`);
    throw new UsageError(`cannot read ${file}: ${reasonOf(error)}`);
  }
}

const textBeside = (file: string): string | undefined =>
  statSync(file, { throwIfNoEntry: false })?.isFile() === true ? textOf(file) : undefined;

/** Time code as a dictionary has it; whether it is right, the dictionary's check says. */
function timeOf(written: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = parse(written);
    if (typeof value === "object" && value !== null) return value as Readonly<Record<string, unknown>>;
  } catch {
    // Said below.
  }
  throw new UsageError(
    `--time: ${written} is no time code, such as { code: CUC, epoch: "2000-01-01T00:00:00Z" }`,
  );
}

const packetsOf = ({ origins }: Imported): number => new Set(origins.map(({ packet }) => packet)).size;

/** What is too big for the cluster, although the exporter itself can use it. */
function sizesOf(text: string): string[] {
  return sizeProblems([dictionarySize(text), ...ruleSizes(ruleFile(parseDictionary(text)))]);
}
