/** The dictionary's own check of what an import has written: what it refuses is taken out, and named. */
import { DictionaryError, parseDictionary } from "../dictionary";
import { bodyOf, fillers, type Row } from "./body";
import type { ForeignField } from "./definition";
import { type Findings, ImportError } from "./findings";
import { sizeOf, varies } from "./places";
import type { PlannedPacket } from "./plan";
import { sourceLines } from "./sourceLines";
import { unitNameOf } from "./unitNames";

/** Messages about packets, and about parameters of packets, by their numbers in the file. */
export interface Refused {
  readonly packets: ReadonlyMap<number, string>;
  readonly parameters: ReadonlyMap<number, ReadonlyMap<number, Refusal>>;
}

/** Why a parameter is refused, and the keys of it that are wrong: empty where it is the parameter itself. */
interface Refusal {
  readonly message: string;
  readonly keys: readonly string[];
}

/**
 * What the check refuses; undefined: nothing.
 * @throws ImportError for what is wrong with neither a packet nor a parameter
 */
export function refusedBy(text: string, rows: readonly Row[]): Refused | undefined {
  try {
    parseDictionary(text);
    return undefined;
  } catch (error) {
    if (!(error instanceof DictionaryError)) throw error;
    const inSource = sourceLines(text, rows);
    return byPart(error.problems.map((each) => ({ ...each, message: inSource(each.message) })));
  }
}

function byPart(problems: DictionaryError["problems"]): Refused {
  const packets = new Map<number, string>();
  const parameters = new Map<number, Map<number, Refusal>>();
  for (const { key, message } of problems) {
    const [, packet, parameter, of = ""] =
      /^packets\[(\d+)\](?:\.parameters\[(\d+)\](?:\.(\w+))?)?/.exec(key) ?? [];
    if (packet === undefined) {
      throw new ImportError(`makes a dictionary that cannot be used: ${key}: ${message}`);
    }
    if (parameter === undefined) packets.set(Number(packet), message);
    else {
      const refusals = parameters.get(Number(packet)) ?? new Map<number, Refusal>();
      const before = refusals.get(Number(parameter));
      refusals.set(Number(parameter), { message, keys: [...(before?.keys ?? []), of] });
      parameters.set(Number(packet), refusals);
    }
  }
  return { packets, parameters };
}

/** The packets without what was refused, and without those that are based on a refused one. */
export function withdrawn(rows: readonly Row[], { packets, parameters }: Refused, findings: Findings): Row[] {
  const gone = new Set<PlannedPacket>();
  const left = rows.map((row, i) => withoutParameters(row, parameters.get(i), findings));
  const kept = new Set(left.flatMap((row) => row.parameters.map(({ field }) => field)));
  return left
    .map((row) => withoutLost(row, kept, findings))
    .filter(({ plan }, i) => {
      const message = packets.get(i);
      if (message === undefined && !(plan.base && gone.has(plan.base))) return true;
      gone.add(plan);
      findings.leftOut(plan.foreign.place, message ?? "what it is based on is left out");
      return false;
    });
}

function withoutParameters(
  row: Row,
  refusals: ReadonlyMap<number, Refusal> | undefined,
  findings: Findings,
): Row {
  if (!refusals) return row;
  // Numbers in the file: fillers have one too, but are no fields.
  const written = bodyOf(row).parameters as readonly Readonly<Record<string, unknown>>[];
  const instead = new Map<RowParameter, readonly RowParameter[]>();
  for (const [i, refusal] of refusals) {
    const { name, subsystem } = written[i] ?? {};
    const found = row.parameters.find(({ source }) => source.name === name && source.subsystem === subsystem);
    if (found) instead.set(found, inPlaceOf(found, refusal, row, findings));
  }
  return { ...row, parameters: row.parameters.flatMap((each) => instead.get(each) ?? [each]) };
}

type RowParameter = Row["parameters"][number];

/** What stands in place of a parameter that is refused: the number without what is wrong, or else its bits. */
function inPlaceOf(
  parameter: RowParameter,
  { message, keys }: Refusal,
  { plan }: Row,
  findings: Findings,
): readonly RowParameter[] {
  const { source, field } = parameter;
  if (!field) return [];
  const isOnly = (...some: readonly string[]): boolean => keys.every((key) => some.includes(key));
  if (isOnly("limits") && source.limits !== undefined) {
    findings.leftOut(field.place, `its limits: ${message}`);
    return [{ field, source: without(source, "limits") }];
  }
  if (isOnly("calibration", "limits") && source.calibration !== undefined) {
    findings.leftOut(
      field.place,
      `its calibration: ${message}: the number is shown as it is sent, without its unit`,
    );
    return [{ field, source: { ...without(source, "calibration", "limits"), unit: unitNameOf(undefined) } }];
  }
  findings.leftOut(field.place, message);
  const placed = plan.fields.find((each) => each.field === field);
  const follows = placed && placed.bit === undefined && !varies(field) && field.interleaved !== true;
  // What is behind it says no place of its own.
  return follows ? fillers(placed.gap + sizeOf(field), source.name).map((each) => ({ source: each })) : [];
}

const without = (source: RowParameter["source"], ...keys: readonly string[]): RowParameter["source"] =>
  Object.fromEntries(Object.entries(source).filter(([key]) => !keys.includes(key)));

/** The row without fields of which something of varying length that was taken out said the place. */
function withoutLost(row: Row, kept: ReadonlySet<ForeignField | undefined>, findings: Findings): Row {
  const chain: PlannedPacket[] = [];
  for (let plan: PlannedPacket | undefined = row.plan; plan; plan = plan.base) chain.unshift(plan);
  const placed = chain.flatMap(({ fields }) => fields);
  const gone = placed.findIndex(({ field }) => varies(field) && !kept.has(field));
  if (gone < 0) return row;
  // A structure is there as a whole or not at all: without a member its elements would be shorter.
  let start = gone;
  while (placed[start]?.field.interleaved === true) start--;
  const lost = new Set(
    placed.filter(({ bit }, i) => i === start || (i > start && bit === undefined)).map(({ field }) => field),
  );
  const parameters = row.parameters.filter(({ field }) => !field || !lost.has(field));
  for (const { field } of row.parameters) {
    if (!field || parameters.some((each) => each.field === field)) continue;
    findings.leftOut(
      field.place,
      `${placed[gone]?.field.name ?? ""} is left out, on which its place depends`,
    );
  }
  return { ...row, parameters };
}
