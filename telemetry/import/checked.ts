/** The dictionary's own check of what an import has written: what it refuses is taken out, and named. */
import { DictionaryError, parseDictionary } from "../dictionary";
import { bodyOf, type Row } from "./body";
import type { ForeignField } from "./definition";
import { type Findings, ImportError } from "./findings";
import { varies } from "./places";
import type { PlannedPacket } from "./plan";

/** Messages about packets, and about parameters of packets, by their numbers in the file. */
export interface Refused {
  readonly packets: ReadonlyMap<number, string>;
  readonly parameters: ReadonlyMap<number, ReadonlyMap<number, string>>;
}

/**
 * What the check refuses; undefined: nothing.
 * @throws ImportError for what is wrong with neither a packet nor a parameter
 */
export function refusedBy(text: string): Refused | undefined {
  try {
    parseDictionary(text);
    return undefined;
  } catch (error) {
    if (!(error instanceof DictionaryError)) throw error;
    return byPart(error.problems);
  }
}

function byPart(problems: DictionaryError["problems"]): Refused {
  const packets = new Map<number, string>();
  const parameters = new Map<number, Map<number, string>>();
  for (const { key, message } of problems) {
    const [, packet, parameter] = /^packets\[(\d+)\](?:\.parameters\[(\d+)\])?/.exec(key) ?? [];
    if (packet === undefined) {
      throw new ImportError(`makes a dictionary that cannot be used: ${key}: ${message}`);
    }
    if (parameter === undefined) packets.set(Number(packet), message);
    else {
      const of = parameters.get(Number(packet)) ?? new Map<number, string>();
      parameters.set(Number(packet), of.set(Number(parameter), message));
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
  messages: ReadonlyMap<number, string> | undefined,
  findings: Findings,
): Row {
  if (!messages) return row;
  // Numbers in the file: fillers have one too, but are no fields.
  const written = bodyOf(row).parameters as readonly Readonly<Record<string, unknown>>[];
  const gone = [...messages].flatMap(([i, message]) => {
    const { name, subsystem } = written[i] ?? {};
    const found = row.parameters.find(({ source }) => source.name === name && source.subsystem === subsystem);
    if (found?.field) findings.leftOut(found.field.place, message);
    return found ? [found] : [];
  });
  return { ...row, parameters: row.parameters.filter((each) => !gone.includes(each)) };
}

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
