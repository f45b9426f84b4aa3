/** Columns of a CSV definition: the names they go by, and the rows below them. */
import { CsvError, parse } from "csv-parse/sync";
import { ImportError } from "../findings";

/** Columns that mean something, with the names that the form of ccsdspy and mission databases give them. */
const aliases = {
  name: ["name", "mnemonic", "parameter", "field"],
  type: ["data_type", "datatype", "type"],
  bits: ["bit_length", "data_size", "bits", "size_bits", "length_bits"],
  offset: ["bit_offset", "start_bit"],
  byteOffset: ["byte_offset", "start_byte"],
  byteOrder: ["byte_order", "endianness"],
  description: ["description", "notes"],
  unit: ["unit", "units", "mnemonic_unit"],
  states: ["states", "state", "enum", "enums", "enumeration", "enumerations", "enum_values"],
  calibration: ["calibration", "conversion_formula", "mnemonic_calibration_values"],
  packet: ["packet", "packet_name"],
  apid: ["apid"],
  subsystem: ["subsystem"],
  encoding: ["encoding"],
  yellowLow: ["yellow_low"],
  yellowHigh: ["yellow_high"],
  redLow: ["red_low"],
  redHigh: ["red_high"],
} as const;

type Column = keyof typeof aliases;

/** A row, with the columns that mean something, trimmed; empty ones are left out. */
export interface CsvRow {
  readonly line: number;
  readonly cells: Readonly<Partial<Record<Column, string>>>;
}

export interface CsvTable {
  readonly rows: readonly CsvRow[];
  readonly columns: ReadonlySet<Column>;
  /** Columns that mean nothing here. */
  readonly unknown: readonly string[];
}

const mostRows = 100_000;

/** @throws ImportError for a text that is no CSV, or without the columns that it takes */
export function readTable(text: string): CsvTable {
  const [head, ...rows] = recordsOf(text);
  const names = head?.record.map(columnName) ?? [];
  const meant = names.map(columnOf);
  const columns = new Set(meant.filter((each) => each !== undefined));
  for (const needed of ["name", "type", "bits"] as const) {
    if (!columns.has(needed)) {
      throw new ImportError(
        `has no column for the ${needed} (${aliases[needed].join(", ")}); it has ${shortList(names)}`,
      );
    }
  }
  return {
    columns,
    unknown: names.filter((name, i) => meant[i] === undefined && name !== ""),
    rows: rows.map(({ record, line }) => {
      const cells: Partial<Record<Column, string>> = {};
      meant.forEach((column, i) => {
        const cell = record[i]?.trim() ?? "";
        if (column !== undefined && cell !== "") cells[column] ??= cell;
      });
      return { line, cells };
    }),
  };
}

/** The first names of a row, which may be numbers of a file that is no definition. */
function shortList(names: readonly string[]): string {
  const some = names.slice(0, 12).map((name) => name.slice(0, 40));
  return `${some.join(", ") || "none"}${names.length > some.length ? ` and ${names.length - some.length} more` : ""}`;
}

interface CsvRecord {
  readonly record: readonly string[];
  readonly line: number;
}

/** Rows of the file without comments. */
function recordsOf(text: string): CsvRecord[] {
  const rows = parsed(text, delimiterOf(text));
  if (rows.length > mostRows) throw new ImportError(`has more than ${mostRows} rows`);
  // The head may begin with # too.
  return rows.filter(({ record }) => !/^\s*#/.test(record[0] ?? "") || meantBy(record) > 1);
}

/** Number of cells that are the name of a column which means something. */
const meantBy = (record: readonly string[]): number =>
  record.filter((cell) => columnOf(columnName(cell)) !== undefined).length;

/** What stands between the cells: a comma, unless the names of the columns are told apart by something else. */
function delimiterOf(text: string): string {
  const head = text
    .split(/\r?\n/, 100)
    .find((line) => /[^\s#]/.test(line) && meantBy(line.split(/[,;\t]/)) > 1);
  const meant = (delimiter: string): number => meantBy((head ?? "").split(delimiter));
  return [";", "\t"].find((each) => meant(each) > meant(",")) ?? ",";
}

function parsed(text: string, delimiter: string): CsvRecord[] {
  try {
    const records = parse(text, {
      ...{ bom: true, info: true, relax_column_count: true, skip_empty_lines: true, to: mostRows + 1 },
      delimiter,
      // A blank before a quote, as in `NAME, "uint(4)"`; a tab between cells is no blank.
      ltrim: delimiter !== "\t",
    }) as unknown as { record: string[]; info: { lines: number } }[];
    // The library names the line on which a record ends.
    return records.map(({ record, info }) => ({
      record,
      line: info.lines - record.join("").split("\n").length + 1,
    }));
  } catch (error) {
    if (error instanceof CsvError) throw new ImportError(`is no CSV: ${error.message}`);
    throw error;
  }
}

/** Name of a column in lower case: `Start Byte` is start_byte, `#datatype` datatype. */
const columnName = (written: string): string =>
  written
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "_")
    .replaceAll(/^_+|_+$/g, "");

const columnOf = (name: string): Column | undefined =>
  (Object.keys(aliases) as Column[]).find((column) => (aliases[column] as readonly string[]).includes(name));
