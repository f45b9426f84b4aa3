/** Containers of XTCE as packets: their entries, what they inherit from, and which packets they are. */
import type { Criterion, Entry, ForeignPacket, Place } from "../definition";
import type { Findings } from "../findings";
import { sizeOf, varies } from "../places";
import { child, childrenOf, descend, type Element, numberIn, numberOf, placeIn } from "../xml";
import { type CriteriaReader } from "./criteria";
import { type Database, descriptionOf, type Named, placeOf } from "./database";
import { type ParameterReader } from "./parameters";
import { packetTime, periodOf } from "./time";

/** Repetitions of an entry that are written one by one. */
const mostRepetitions = 4096;

export class ContainerReader {
  readonly packets: ForeignPacket[] = [];
  /** Parameters that are in a container. */
  readonly used = new Set<Named>();
  private readonly done = new Map<Named, ForeignPacket | undefined>();
  private readonly bases: ReadonlySet<Named | undefined>;

  constructor(
    private readonly database: Database,
    private readonly parameters: ParameterReader,
    private readonly criteria: CriteriaReader,
    private readonly findings: Findings,
  ) {
    this.bases = new Set([...database.containers.values()].map((each) => this.baseOf(each)));
  }

  readAll(): ForeignPacket[] {
    const inlined = new Set(
      [...this.database.containers.values()].flatMap(({ element, system }) =>
        childrenOf(child(element, "EntryList"), "ContainerRefEntry").map((each) =>
          this.database.container(each.attributes.containerRef ?? "", system),
        ),
      ),
    );
    for (const container of this.database.containers.values()) {
      // What others contain is no packet of its own, unless it inherits or is inherited from.
      const isPart =
        inlined.has(container) && !this.bases.has(container) && !child(container.element, "BaseContainer");
      if (!isPart) this.read(container, 0);
    }
    return this.packets;
  }

  private baseOf({ element, system }: Named): Named | undefined {
    const reference = child(element, "BaseContainer")?.attributes.containerRef;
    return reference === undefined ? undefined : this.database.container(reference, system);
  }

  private read(container: Named, depth: number): ForeignPacket | undefined {
    if (this.done.has(container)) return this.done.get(container);
    this.done.set(container, undefined);
    const { element, system, name } = container;
    const place = placeOf(element, "SequenceContainer");
    const baseElement = child(element, "BaseContainer");
    const named = this.baseOf(container);
    const base = named && depth < 50 ? this.read(named, depth + 1) : undefined;
    if (baseElement && !base) {
      this.findings.leftOut(
        place,
        `its base ${baseElement.attributes.containerRef ?? ""} is ${named ? "left out" : this.database.nowhere}`,
      );
      return undefined;
    }
    const criteria = this.criteria.read(child(baseElement, "RestrictionCriteria"), system, place);
    if (typeof criteria === "string") {
      this.findings.leftOut(place, `${criteria}; nor is what is based on it`);
      return undefined;
    }
    const { entries, optional } = this.entries(container, 0);
    const isAbstract = element.attributes.abstract === "true";
    const whole = this.withOptional(container, isAbstract, entries, optional);
    const packet: ForeignPacket = {
      ...{ name, place, base, isAbstract },
      description: descriptionOf(element),
      subsystem: system.below.join("_") || undefined,
      criteria: [...criteria, ...whole.criteria],
      entries: whole.entries,
      period: periodOf(element),
      time: packetTime(whole.entries, this.parameters.times),
    };
    this.done.set(container, packet);
    this.packets.push(packet);
    if (optional && !this.bases.has(container)) this.addOptional(packet, optional);
    return packet;
  }

  /**
   * Entries of a container of which the last are only there on a condition. What others are based on, and is never sent
   * as it is, has them: so it is with a secondary header. Behind those of another one nothing can be placed.
   */
  private withOptional(
    container: Named,
    isAbstract: boolean,
    entries: readonly Entry[],
    optional: Optional | undefined,
  ): { entries: readonly Entry[]; criteria: readonly Criterion[] } {
    if (!optional || !this.bases.has(container)) return { entries, criteria: [] };
    const { place, criteria } = optional;
    if (!isAbstract) return { entries: [...entries, { kind: "unknown", place }], criteria: [] };
    this.findings.leftOut(place, "it is only there on a condition: packets without it are left out");
    return { entries: [...entries, ...optional.entries], criteria };
  }

  /** A packet with the entries at its end that are only there on a condition. */
  private addOptional(base: ForeignPacket, { criteria, entries, place }: Optional): void {
    const name = `${base.name}_with_${entries.find((entry) => entry.kind === "field")?.name ?? "more"}`;
    this.packets.push({ ...base, name, place, base, criteria, entries, time: undefined });
  }

  private entries(
    { element, system, name }: Named,
    depth: number,
  ): { entries: Entry[]; optional?: Optional } {
    const entries: Entry[] = [];
    const list = childrenOf(child(element, "EntryList"));
    const isBased = child(element, "BaseContainer") !== undefined;
    for (const [i, entry] of list.entries()) {
      const what = `${entry.name} ${referenceOf(entry)} of ${name}`;
      const place = { file: entry.file, line: entry.line, what };
      const condition = child(entry, "IncludeCondition");
      if (condition) {
        const optional = this.optional(list.slice(i), { element, system, name }, place, depth);
        return optional ? { entries, optional } : { entries: [...entries, { kind: "unknown", place }] };
      }
      entries.push(
        ...this.placed(entry, { element, system, name }, place, entries, isBased || depth === 0, depth),
      );
    }
    return { entries };
  }

  /** Entries at the end of a list, where all have the same condition. */
  private optional(
    list: readonly Element[],
    container: Named,
    place: Place,
    depth: number,
  ): Optional | undefined {
    const written = (entry: Element): string => JSON.stringify(shape(child(entry, "IncludeCondition")));
    const isSame = list.every((entry) => written(entry) === written(list[0] ?? entry));
    const criteria = this.criteria.read(child(list[0], "IncludeCondition"), container.system, place);
    if (!isSame || depth > 0 || typeof criteria === "string") {
      const why = typeof criteria === "string" ? criteria : "what follows it is there on other conditions";
      this.findings.leftOut(place, `it is only there on a condition: ${why}`);
      return undefined;
    }
    const entries = list.flatMap((entry) =>
      this.placed(entry, container, placeIn(place, entry), [], true, depth),
    );
    return { criteria, entries, place };
  }

  /** Fields of an entry, at their place. */
  private placed(
    entry: Element,
    container: Named,
    place: Place,
    before: readonly Entry[],
    isWhole: boolean,
    depth: number,
  ): Entry[] {
    const fields = this.repeated(entry, container, place, depth);
    const location = child(entry, "LocationInContainerInBits");
    if (!location) return fields;
    const bits = numberIn(child(location, "FixedValue")?.text ?? "");
    const from = location.attributes.referenceLocation ?? "previousEntry";
    if (bits === undefined || (from !== "previousEntry" && from !== "containerStart")) {
      this.findings.leftOut(place, `its place is said from ${from}, or by a parameter`);
      return [{ kind: "unknown", place }];
    }
    if (from === "previousEntry") {
      if (bits < 0 && fields.every(({ kind }) => kind === "unknown")) {
        this.findings.note(place, `is taken for the ${-bits} bits before it, as it goes back to their first`);
        return [];
      }
      return [{ kind: "gap", bits }, ...fields];
    }
    if (isWhole) {
      return fields.map((field, i) => (i === 0 && field.kind === "field" ? { ...field, at: bits } : field));
    }
    // In a container within another one, its start is where its first entry is.
    const end = before.reduce((sum, each) => sum + lengthOf(each), 0);
    if (!Number.isNaN(end)) return [{ kind: "gap", bits: bits - end }, ...fields];
    this.findings.leftOut(place, "its place is said from the start of a container whose length varies");
    return [{ kind: "unknown", place }];
  }

  private repeated(entry: Element, container: Named, place: Place, depth: number): Entry[] {
    const repeat = child(entry, "RepeatEntry");
    if (!repeat) return this.single(entry, container, place, depth);
    const count = numberIn(descend(repeat, "Count", "FixedValue")?.text ?? "");
    if (count === undefined || count > mostRepetitions) {
      this.findings.leftOut(place, "it is repeated by the number in a parameter");
      return [{ kind: "unknown", place }];
    }
    const gap = numberIn(descend(repeat, "Offset", "FixedValue")?.text ?? "0") ?? 0;
    return Array.from({ length: count }, (_, i) => [
      ...(i > 0 && gap > 0 ? [{ kind: "gap", bits: gap } as const] : []),
      ...this.single(entry, container, place, depth).map((each) =>
        each.kind === "field" ? { ...each, name: `${each.name}[${i}]` } : each,
      ),
    ]).flat();
  }

  private single(entry: Element, { system }: Named, place: Place, depth: number): Entry[] {
    switch (entry.name) {
      case "ParameterRefEntry":
      case "ArrayParameterRefEntry": {
        const found = this.database.parameter(referenceOf(entry), system);
        if (!found || found.member.length > 0) {
          this.findings.leftOut(place, `is ${this.database.nowhere}`);
          return [{ kind: "unknown", place }];
        }
        this.used.add(found.parameter);
        return this.parameters.entries(found.parameter, child(entry, "DimensionList"));
      }
      case "ContainerRefEntry": {
        const found = this.database.container(referenceOf(entry), system);
        if (!found || depth > 20) {
          this.findings.leftOut(place, found ? "contains itself" : `is ${this.database.nowhere}`);
          return [{ kind: "unknown", place }];
        }
        const base = this.baseOf(found);
        const inherited = base ? this.entries(base, depth + 1).entries : [];
        const { entries, optional } = this.entries(found, depth + 1);
        const all = [...inherited, ...entries, ...(optional ? [{ kind: "unknown", place } as const] : [])];
        return [...all, ...restOf(found.element, all, place)];
      }
      case "FixedValueEntry":
        return [{ kind: "gap", bits: numberOf(entry, "sizeInBits") ?? 8 }];
      default:
        this.findings.leftOut(place, "entries of this kind");
        return [{ kind: "unknown", place }];
    }
  }
}

/** Entries at the end of a container that are only there on a condition. */
interface Optional {
  readonly criteria: readonly Criterion[];
  readonly entries: readonly Entry[];
  readonly place: Place;
}

const referenceOf = (entry: Element): string =>
  entry.attributes.parameterRef ?? entry.attributes.containerRef ?? entry.attributes.name ?? "";

/** Element without its lines, to compare two. */
const shape = (element: Element | undefined): unknown =>
  element && [element.name, element.attributes, element.text, element.children.map(shape)];

/** What a container within another one takes behind its entries, where its own size is said. */
function restOf(container: Element, entries: readonly Entry[], place: Place): readonly Entry[] {
  const size = numberIn(descend(container, "BinaryEncoding", "SizeInBits", "FixedValue")?.text ?? "");
  const length = entries.reduce((sum, each) => sum + lengthOf(each), 0);
  if (size === undefined || size === length) return [];
  return Number.isNaN(length) ? [{ kind: "unknown", place }] : [{ kind: "gap", bits: size - length }];
}

function lengthOf(entry: Entry): number {
  if (entry.kind === "gap") return entry.bits;
  return entry.kind === "unknown" || varies(entry) ? NaN : sizeOf(entry);
}
