/** Packets of a definition as packets of a dictionary: one root for each APID, and what extends it. */
import { claimsOf, sharedApids } from "./claims";
import type { Criterion, Definition, Entry, ForeignField, ForeignPacket } from "./definition";
import type { Findings } from "./findings";
import {
  apidList,
  type HeaderConditions,
  isInHeader,
  noHeaderConditions,
  oddInHeader,
  otherThanHeader,
  primaryHeaderBits,
  withHeaderCondition,
} from "./header";
import { complement, contains, everything, intersection, type Intervals, only, union } from "./intervals";
import { withKnownCounts, withLengths } from "./lengths";
import { narrowFirst } from "./order";
import { place, type Placed, type PlacedField, shifted } from "./places";
import { parted, withTail } from "./tail";

/** A packet of the dictionary to be. */
export interface PlannedPacket {
  readonly foreign: ForeignPacket;
  /** APID of a root where the definition has several for it, to tell their names apart. */
  readonly suffix: string;
  readonly apid: number;
  readonly flag: HeaderConditions["flag"];
  readonly base?: PlannedPacket | undefined;
  readonly isAbstract: boolean;
  readonly when: readonly Criterion[];
  /** Its own fields; those of its base are the base's. */
  readonly fields: readonly PlacedField[];
}

type Cut = NonNullable<Placed["cut"]>;

/** What is known on the way down to a packet. */
interface State {
  readonly header: HeaderConditions;
  /** Entries from the start of the packet, and those of them that a planned base has. */
  readonly entries: readonly Entry[];
  readonly inBase: ReadonlySet<Entry>;
  /** Entries from the end of the packet, which stand behind those of what is based on it. */
  readonly tail: readonly Entry[];
  readonly base?: PlannedPacket | undefined;
  readonly when: readonly Criterion[];
  readonly suffix: string;
}

/** @param givenApids APIDs of packets for which the definition has none, or too many */
export function planPackets(
  definition: Definition,
  givenApids: readonly number[],
  findings: Findings,
): PlannedPacket[] {
  return new Planner(definition, givenApids, findings).plan();
}

class Planner {
  private readonly planned: PlannedPacket[] = [];
  private readonly children: ReadonlyMap<ForeignPacket | undefined, readonly ForeignPacket[]>;

  constructor(
    definition: Definition,
    private readonly givenApids: readonly number[],
    private readonly findings: Findings,
  ) {
    this.children = Map.groupBy(definition.packets, ({ base }) => base);
  }

  plan(): PlannedPacket[] {
    const start: State = {
      header: noHeaderConditions,
      entries: [],
      inBase: new Set(),
      tail: [],
      when: [],
      suffix: "",
    };
    for (const root of this.childrenOf(undefined)) this.visit(root, start);
    return narrowFirst(this.planned);
  }

  private childrenOf(packet: ForeignPacket | undefined): readonly ForeignPacket[] {
    return this.children.get(packet) ?? [];
  }

  private visit(packet: ForeignPacket, before: State): void {
    const { entries, tail } = this.entriesOf(packet, before);
    const placed = place(entries);
    if (placed.cut) this.reportCut(placed.cut, packet.entries);
    const conditions = this.conditionsOf(packet, before, placed.fields);
    if (!conditions) return;
    const state = { ...before, ...conditions, entries, tail };
    if (state.base) return this.place(packet, state, placed.fields);
    const children = this.childrenOf(packet);
    if (packet.isAbstract && children.length === 0) return this.noteUnused(packet);
    // What is only the primary header begins packets, but is none.
    const isOnlyHeader = placed.fields.every(isInHeader);
    const isPart = children.length > 0 && (packet.isAbstract || isOnlyHeader);
    const apids = this.apidsOf(state.header.apids, isPart);
    if (!apids || (isOnlyHeader && isPart)) {
      if (!isPart) this.refuseApids(packet, state.header.apids);
      return children.forEach((child) => this.visit(child, state));
    }
    // What is based on it, and has an APID of its own, is not sent by the APIDs that were given for all.
    const isGiven = !state.header.apids || !apidList(state.header.apids);
    const claims = claimsOf(isGiven ? children : [], placed.fields, (each) => this.childrenOf(each));
    const shared = sharedApids(packet, apids, claims, placed.fields, this.findings);
    for (const apid of apids) {
      const owners = [...claims].filter(([, claimed]) => contains(claimed, apid));
      if (owners.length > 0 && !shared.includes(apid)) continue;
      const header = { ...state.header, apids: only(apid) };
      const suffix = apids.length > 1 ? `${before.suffix}_${apid}` : before.suffix;
      const others = [...claims.keys()].filter((child) => !owners.some(([owner]) => owner === child));
      this.place(packet, { ...state, header, suffix }, placed.fields, apid, others);
    }
    const left = complement(shared.reduce<Intervals>((set, apid) => union(set, only(apid)), []));
    for (const [child, claimed] of claims) {
      const own = intersection(claimed, left);
      const of = { ...state.header, apids: intersection(state.header.apids ?? everything, left) };
      if (own.length > 0) this.visit(child, { ...state, header: shared.length > 0 ? of : state.header });
    }
  }

  /** Entries of a packet; what others are based on passes those from its end on to them. */
  private entriesOf(packet: ForeignPacket, before: State): Pick<State, "entries" | "tail"> {
    const all = withKnownCounts([...before.entries, ...packet.entries, ...before.tail], this.findings);
    if (this.childrenOf(packet).length === 0) return { entries: withTail(all, this.findings), tail: [] };
    const { head, tail } = parted(all);
    for (const { place: at } of packet.isAbstract ? [] : tail.filter((entry) => entry.kind === "field")) {
      const message = `its place is said from the end: only packets that are based on ${packet.name} have it`;
      this.findings.leftOut(at, message);
    }
    return { entries: head, tail };
  }

  /** APIDs of a packet, by its conditions or else those given for all; undefined: they are not known here. */
  private apidsOf(apids: Intervals | undefined, isPart: boolean): readonly number[] | undefined {
    const few = apids && apidList(apids);
    if (few || isPart) return few;
    const given = this.givenApids.filter((apid) => !apids || contains(apids, apid));
    return given.length > 0 ? given : undefined;
  }

  private refuseApids(packet: ForeignPacket, apids: Intervals | undefined): void {
    const which = apids ? "it has too many APIDs for a packet each" : "no condition says its APID";
    const isGiven = this.givenApids.length > 0;
    const way = isGiven ? "and it has none of those that --apid names" : "name those that are sent by --apid";
    this.findings.leftOut(packet.place, `${which}${isGiven ? ", " : "; "}${way}`);
  }

  private refuseHeader({ place: at }: ForeignPacket, { field, bit = 0 }: PlacedField): void {
    const there = `${field.name} at bit ${bit}`;
    this.findings.leftOut(
      at,
      `it is no CCSDS packet: ${there} is no part of a primary header; nor is what is based on it`,
    );
  }

  private noteUnused({ place: at }: ForeignPacket): void {
    this.findings.note(at, "is abstract, and no packet is based on it: it is never sent");
  }

  /** Plans the packet itself, where it is one or others extend it, and then what is based on it. */
  private place(
    packet: ForeignPacket,
    state: State,
    placed: readonly PlacedField[],
    apid = state.base?.apid ?? 0,
    others: readonly ForeignPacket[] = [],
  ): void {
    const children = this.childrenOf(packet).filter((child) => !others.includes(child));
    if (packet.isAbstract && children.length === 0) return this.noteUnused(packet);
    const other = state.base ? undefined : otherThanHeader(placed);
    if (other) return this.refuseHeader(packet, other);
    for (const { field } of oddInHeader(placed)) {
      this.findings.leftOut(field.place, "lies in the primary header, of which no parameter is made");
    }
    const own = placed.filter((each) => !isInHeader(each) && !state.inBase.has(each.field));
    const fields = this.withoutMisplaced(withLengths(placed, own, this.findings));
    if (!this.isPlanned(packet, children, fields, state)) {
      return children.forEach((each) => this.visit(each, state));
    }
    if (fields.length === 0 && !state.base) {
      this.findings.leftOut(packet.place, "has no fields behind the primary header");
      return;
    }
    const plan: PlannedPacket = {
      ...{ foreign: packet, suffix: state.suffix, apid, flag: state.header.flag, base: state.base },
      ...{ isAbstract: packet.isAbstract, when: state.when, fields },
    };
    this.planned.push(plan);
    for (const child of children) {
      this.visit(child, { ...state, base: plan, inBase: new Set(state.entries), when: [] });
    }
  }

  /** What is abstract and has one child only, or one that is always meant, is a part of its children. */
  private isPlanned(
    packet: ForeignPacket,
    children: readonly ForeignPacket[],
    fields: readonly PlacedField[],
    { base, when }: State,
  ): boolean {
    if (!packet.isAbstract) {
      if (!base || when.length > 0) return true;
      this.findings.leftOut(packet.place, `no condition tells it from ${base.foreign.name}`);
      return false;
    }
    const isOnlyPart = children.length === 1 || children.some(({ criteria }) => criteria.length === 0);
    return !isOnlyPart && fields.length > 0 && (!base || when.length > 0);
  }

  /** Conditions of the packet added to those before it; undefined after one was reported that cannot be said. */
  private conditionsOf(
    packet: ForeignPacket,
    { header: before, when: already }: State,
    placed: readonly PlacedField[],
  ): Pick<State, "header" | "when"> | undefined {
    let header = before;
    const when = [...already];
    for (const criterion of packet.criteria) {
      const found = placed.find(({ field }) => field.name === criterion.field);
      const problem = problemOf(found);
      if (!found || problem !== undefined) {
        return this.refuse(
          packet,
          criterion,
          problem ?? `its condition is on ${criterion.field}, which it has not`,
        );
      }
      if (!isInHeader(found)) {
        when.push(criterion);
        continue;
      }
      const sent = asSent(found.field, criterion);
      const next = withHeaderCondition(header, sent, { bit: found.bit ?? 0, bits: found.field.bits });
      if (typeof next === "string") return this.refuse(packet, criterion, `${criterion.field}: ${next}`);
      header = next;
    }
    return { header, when };
  }

  private refuse(packet: ForeignPacket, { place: at }: Criterion, message: string): undefined {
    this.findings.leftOut(
      { ...packet.place, file: at.file, line: at.line },
      `${message}; nor is what is based on it`,
    );
    return undefined;
  }

  /** Report of what is behind something of unknown length, for the entries of one packet. */
  private reportCut({ place: at, lost: all }: Cut, own: readonly Entry[]): void {
    const lost = all.filter((field) => own.includes(field));
    if (lost.length === 0) return;
    const names = lost.slice(0, 5).map(({ name }) => name);
    const more = lost.length > names.length ? ` and ${lost.length - names.length} more` : "";
    this.findings.leftOut(
      at,
      `its length is not known; so ${names.join(", ")}${more} behind it cannot be placed`,
    );
  }

  /** Fields without those that a dictionary cannot have where they are. */
  private withoutMisplaced(fields: readonly PlacedField[]): PlacedField[] {
    return fields.flatMap((each) => {
      const { field, bit = 0, gap } = each;
      // Those that lie in it are no fields of the data.
      const isSplit = each.bit !== undefined && each.bit < primaryHeaderBits;
      if (isSplit) this.findings.leftOut(field.place, "begins in the primary header and ends behind it");
      if (isSplit) return [];
      const isPlain = field.isLittle === true && field.isBitField !== true;
      const isShifted = isPlain && field.bits > 8 && (bit + gap) % 8 !== 0;
      return [isShifted ? { ...each, field: shifted(field) } : each];
    });
  }
}

/** The condition on a word of the header as it is sent: a header's bytes are in network order, whatever the field's. */
function asSent({ isLittle, bits }: ForeignField, criterion: Criterion): Criterion {
  if (isLittle !== true || bits !== 16) return criterion;
  const numbers = criterion.numbers.map(({ from, to }) => {
    const [low, high] = [from % 256, Math.floor(from / 256)];
    // A range is none any more: no packet of telemetry has it.
    return from === to ? { from: low * 256 + high, to: low * 256 + high } : { from: -1, to: -1 };
  });
  return { ...criterion, numbers };
}

function problemOf(found: PlacedField | undefined): string | undefined {
  if (!found) return undefined;
  const { field, bit } = found;
  if (bit === undefined) return `its condition is on ${field.name}, behind a field whose length varies`;
  if (field.count !== undefined) return `its condition is on the array ${field.name}`;
  const isInteger = field.type !== "float" && field.type !== "string" && field.type !== "binary";
  return isInteger ? undefined : `its condition is on ${field.name}, which is no whole number`;
}
