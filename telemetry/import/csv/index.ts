/** CSV as a definition: a field a row, in the form of ccsdspy with columns for what else a field has. */
import type { Definition, Entry, ForeignBounds, ForeignField, ForeignPacket, Place } from "../definition";
import { type Findings, ImportError } from "../findings";
import { beginsWithHeader, primaryHeaderBits } from "../header";
import { only } from "../intervals";
import { withOwnLimits, withOwnUnit } from "../numbersOnly";
import { withFittingStates } from "../states";
import { type CsvRow, readTable } from "./columns";
import { calibrationOf, statesOf } from "./meaning";
import { typeOf } from "./types";

/** Field by which a packet's APID is known: it stands for the primary header that the rows leave out. */
const apidName = "primary header.apid";

/**
 * @param name name of the packet where no column says it
 * @throws ImportError for a text without the columns that it takes
 */
export function readCsv(text: string, name: string, findings: Findings): Definition {
  const { rows, unknown } = readTable(text);
  if (unknown.length > 0) {
    findings.note({ line: 1, what: `Columns ${unknown.join(", ")}` }, "are not read");
  }
  const packets = Map.groupBy(rows, ({ cells }) => cells.packet ?? name);
  const read = [...packets].map(([packet, those]) => packetOf(packet, those, findings));
  if (rows.length === 0) throw new ImportError("has no rows");
  return { name, packets: read };
}

function packetOf(name: string, rows: readonly CsvRow[], findings: Findings): ForeignPacket {
  const [first] = rows;
  const place = { line: first?.line ?? 1, what: `Packet ${name}` };
  const isFromStart = beginsWithHeader(rows.map(({ cells }) => ({ bits: Number(cells.bits) })));
  const entries: Entry[] = isFromStart ? [] : primaryHeader(place);
  for (const row of rows) entries.push(...fieldOf(row, isFromStart, findings));
  const apid = rows.map(({ cells }) => cells.apid).find((cell) => cell !== undefined);
  const number = apid === undefined ? undefined : Number(apid);
  if (number !== undefined && !Number.isInteger(number)) {
    throw new ImportError(`has the APID ${apid}, which is no number`, place.line);
  }
  const apidField = entries.find((entry) => entry.kind === "field" && entry.bits === 11) as
    ForeignField | undefined;
  const criteria =
    number === undefined || !apidField ? [] : [{ field: apidField.name, numbers: only(number), place }];
  return { name, place, isAbstract: false, criteria, entries };
}

/** The primary header, for rows that begin behind it. */
function primaryHeader(place: Place): Entry[] {
  const field = { kind: "field", name: apidName, place, type: "unsigned", bits: 11 } as const;
  return [{ kind: "gap", bits: 5 }, field, { kind: "gap", bits: primaryHeaderBits - 16 }];
}

function fieldOf({ line, cells }: CsvRow, isFromStart: boolean, findings: Findings): Entry[] {
  const name = cells.name ?? "";
  const place = { line, what: `Field ${name}` };
  const bits = Number(cells.bits);
  if (!Number.isInteger(bits) || bits < 1) {
    findings.leftOut(place, `its size ${cells.bits ?? "(none)"} is no number of bits`);
    return [{ kind: "unknown", place }];
  }
  const at = offsetOf(cells, isFromStart);
  const gap: Entry[] = [{ kind: "gap", bits }];
  const type = typeOf(cells.type ?? "", cells.byteOrder);
  if (typeof type === "string" || (type.isLittle && bits % 8 !== 0)) {
    findings.leftOut(place, typeof type === "string" ? type : "little-endian bits that are not whole bytes");
    return at === undefined ? gap : [];
  }
  if (type.type === "fill") return at === undefined ? gap : [];
  if (type.dimensions > 1) findings.note(place, `its ${type.dimensions} dimensions are one`);
  const { isLittle, byteOrder, count } = type;
  const isOrdered = byteOrder === undefined || byteOrder.length * 8 === bits;
  const problem = isOrdered
    ? sizeProblem(type.type, bits)
    : `bytes in an order of ${byteOrder.length}: it has ${bits} bits`;
  if (problem !== undefined) {
    findings.leftOut(place, problem);
    return at === undefined ? gap : [];
  }
  const field: ForeignField = {
    ...{ kind: "field", name, place, at, type: type.type, bits, isLittle, byteOrder, count },
    ...{
      description: cells.description,
      subsystem: cells.subsystem,
      unit: cells.unit,
      encoding: cells.encoding,
    },
    limits: limitsOf(cells),
  };
  const whole = withOwnLimits(withMeaning(field, cells, findings), findings);
  return [withOwnUnit(whole, findings)];
}

/** Bits from the start of the packet; bits within a byte where there is a column of bytes. */
function offsetOf(cells: CsvRow["cells"], isFromStart: boolean): number | undefined {
  if (cells.offset === undefined && cells.byteOffset === undefined) return undefined;
  const bits = Number(cells.byteOffset ?? 0) * 8 + Number(cells.offset ?? 0);
  return bits + (isFromStart ? 0 : primaryHeaderBits);
}

function sizeProblem(type: ForeignField["type"], bits: number): string | undefined {
  if (type === "float" && ![16, 32, 64].includes(bits)) return `a float of ${bits} bits`;
  if ((type === "string" || type === "binary") && bits % 8 !== 0) return `a text of ${bits} bits`;
  if (type === "boolean" && bits > 32) return `a boolean of ${bits} bits`;
  return (type === "unsigned" || type === "signed") && bits > 64 ? `an integer of ${bits} bits` : undefined;
}

function withMeaning(
  field: ForeignField,
  { states, calibration }: CsvRow["cells"],
  findings: Findings,
): ForeignField {
  const cell = states ?? calibration;
  if (cell === undefined) return field;
  if (states !== undefined && calibration !== undefined) {
    findings.leftOut(field.place, "its calibration: it has states too");
  }
  const meaning = states === undefined ? calibrationOf(cell) : statesOf(cell);
  if (typeof meaning === "string") {
    findings.leftOut(
      field.place,
      `${meaning}: the number is shown as it is sent, without its unit and limits`,
    );
    return { ...field, unit: undefined, limits: undefined };
  }
  if (!meaning.states) return { ...field, ...meaning };
  const isWhole = (field.type === "unsigned" || field.type === "signed") && field.count === undefined;
  if (!isWhole || field.bits > 32) {
    findings.leftOut(field.place, `its states: it is ${field.type} of ${field.bits} bits, or an array`);
    return field;
  }
  const encoding = field.type === "signed" ? "twos-complement" : undefined;
  return withFittingStates({ ...field, type: "enumeration", encoding, states: meaning.states }, findings);
}

function limitsOf(cells: CsvRow["cells"]): ForeignField["limits"] {
  const bounds = (low: string | undefined, high: string | undefined): ForeignBounds | undefined =>
    (low ?? high) === undefined
      ? undefined
      : {
          low: low === undefined ? undefined : Number(low),
          high: high === undefined ? undefined : Number(high),
        };
  const yellow = bounds(cells.yellowLow, cells.yellowHigh);
  const red = bounds(cells.redLow, cells.redHigh);
  return (yellow ?? red) ? { yellow, red } : undefined;
}
