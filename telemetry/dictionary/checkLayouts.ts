/** Checks of packets: layouts of one APID that can be told apart, places of fields and of the time. */
import type { Report } from "./check";
import type { Dictionary, Field, Packet } from "./dictionary";
import { bitsOf } from "./layout";
import type { Refused } from "./refused";
import { timeBytes } from "./timeSchema";

export function checkLayouts({ packets }: Dictionary, refused: Refused, report: Report): void {
  const byApid = Map.groupBy(packets, ({ apid }) => apid);
  for (const those of byApid.values()) {
    checkAlternatives(
      those.filter(({ base }) => !base),
      report,
    );
    checkSameOfApid(those, report);
  }
  for (const packet of packets) {
    checkAlternatives(packets.length > 1 ? packets.filter(({ base }) => base === packet) : [], report);
    checkBase(packet, packets, refused, report);
    checkNames(packet, report);
    checkTime(packet, report);
    checkExtents(packet, report);
    checkVarying(packet, report);
  }
}

/** Check of layouts that are tried in sequence: one that takes every packet hides those behind it. */
function checkAlternatives(alternatives: readonly Packet[], { error, lineOf }: Report): void {
  const seen = new Map<string, Packet>();
  for (const packet of alternatives) {
    const taken = alternatives
      .slice(0, alternatives.indexOf(packet))
      .find(({ conditions }) => conditions.length === 0);
    const first = taken ?? seen.get(conditionKey(packet));
    seen.set(conditionKey(packet), packet);
    if (!first) continue;
    const way = taken ? "say there by `when` which packets are its own" : "by the same conditions";
    error(
      packet,
      ["apid"],
      `APID ${packet.apid} is already packet ${first.name} (line ${lineOf(first)}): ${way}`,
    );
  }
}

const conditionKey = ({ conditions }: Packet): string =>
  JSON.stringify(
    conditions.map(({ field, bitOffset, ranges, isNot }) => [field.bitSize, bitOffset, ranges, isNot]),
  );

function checkBase(packet: Packet, packets: readonly Packet[], refused: Refused, { error }: Report): void {
  if (packet.base && packet.conditions.length === 0) {
    error(packet, ["extends"], `needs a \`when\`: which packets of ${packet.base.name} are these?`);
  }
  const isBase = packets.some(({ base }) => base === packet) || refused.extends(packet.name);
  if (packet.isAbstract && !isBase) {
    error(packet, ["abstract"], "no packet extends it, so that none of its packets can be decoded");
  }
}

function checkSameOfApid(packets: readonly Packet[], { error, lineOf }: Report): void {
  const [first, ...others] = packets;
  if (!first) return;
  for (const packet of others) {
    // The check comes before the choice of the layout, which a damaged packet would mislead.
    if (packet.checksum !== first.checksum) {
      error(
        packet,
        ["checksum"],
        `APID ${packet.apid} has another checksum in ${first.name} (line ${lineOf(first)})`,
      );
    }
    if (JSON.stringify(packet.sequence) === JSON.stringify(first.sequence)) continue;
    error(
      packet,
      ["sequence"],
      `APID ${packet.apid} has another sequence in ${first.name} (line ${lineOf(first)})`,
    );
  }
}

/** Check of the names by which `when` and `count` find a field. Two metrics of one name are reported as such. */
function checkNames({ parameters, hidden }: Packet, { error, lineOf }: Report): void {
  const seen = new Map<string, Field>(parameters.map((parameter) => [parameter.name, parameter]));
  for (const field of hidden) {
    const first = seen.get(field.name);
    if (first) {
      error(field, ["name"], `${field.name} is already a field of this packet (line ${lineOf(first)})`);
    }
    seen.set(field.name, field);
  }
}

/** Check that the time is in the shortest packet, also of a layout that is shorter than what it extends. */
function checkTime(packet: Packet, { error }: Report): void {
  if (!endsBeforeTime(packet) || (packet.base && endsBeforeTime(packet.base))) return;
  const [end, most] = [endOfTime(packet), packet.secondaryHeader.bytes + packet.leastBytes];
  const key = packet.base ? "bytes" : "time";
  const what = packet.base ? "is too short for the time, which " : "";
  error(packet, [key], `${what}ends at byte ${end} after the primary header, the packet at byte ${most}`);
}

const endOfTime = ({ time }: Packet): number => (time ? time.at + timeBytes(time.code) : 0);

function endsBeforeTime(packet: Packet): boolean {
  return endOfTime(packet) > packet.secondaryHeader.bytes + packet.leastBytes;
}

function checkExtents(packet: Packet, { error, lineOf }: Report): void {
  const last = packet.mostBytes * 8;
  const inherited = new Set<Field>([...(packet.base?.parameters ?? []), ...(packet.base?.hidden ?? [])]);
  const fields = [...packet.parameters, ...packet.hidden];
  const rows = fields
    .filter(({ segment, bits }) => segment === 0 && bits > 0)
    .flatMap((field) => bitsOf(field, field.bits).map((row) => ({ field, ...row })));
  let widest: (typeof rows)[number] | undefined;
  const reported = new Set<Field>();
  for (const row of rows.sort((a, b) => a.from - b.from)) {
    const { field } = row;
    const report = (message: string): void => {
      if (!inherited.has(field) && !reported.has(field)) error(field, ["name"], message);
      reported.add(field);
    };
    if (row.to > last) {
      report(
        `${field.name} ends at bit ${row.to}, the packet ${packet.name} at bit ${last} (${packet.mostBytes} bytes)`,
      );
    }
    if (field.overlaps) continue;
    if (widest && row.from < widest.to) {
      report(
        `${field.name} (bits ${row.from} to ${row.to - 1}) overlaps ${widest.field.name} ` +
          `(bits ${widest.from} to ${widest.to - 1}, line ${lineOf(widest.field)}); for a second view of the same bits say overlaps: true`,
      );
    }
    if (!widest || row.to > widest.to) widest = row;
  }
}

/** Check that what fits is followed by nothing that varies too: then neither would have an end. */
function checkVarying({ varying }: Packet, { error }: Report): void {
  const rest = varying.find(({ length }) => length === "rest");
  const behind = rest && varying.find(({ field }) => field.segment > rest.field.segment);
  if (behind) {
    error(
      behind.field,
      ["name"],
      `its length varies, as that of ${rest.field.name} before it, which has no other end`,
    );
  }
}
