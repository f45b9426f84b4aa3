/** Entries of XTCE containers as fields: parameters, other containers, their places and repetitions. */
import type { Criterion, Entry, ForeignField, Place } from "../definition";
import type { Findings } from "../findings";
import { complement, intersection } from "../intervals";
import { lengthOf, lengthOfAll } from "../places";
import { countedBy } from "../structures";
import { fromEndOn } from "../tail";
import { child, childrenOf, descend, type Element, numberIn, numberOf, placeIn } from "../xml";
import { type CriteriaReader } from "./criteria";
import { type Database, type Named } from "./database";
import { countFieldOf } from "./encodings";
import { type ParameterReader } from "./parameters";

/** Entries that repetitions of one are written as, one by one. */
const mostRepeated = 4096;

/** Entries at the end of a container that are only there on a condition. */
export interface Optional {
  readonly criteria: readonly Criterion[];
  readonly entries: readonly Entry[];
  readonly place: Place;
}

export class EntryReader {
  /** Parameters that are in a container. */
  readonly used = new Set<Named>();
  /** Containers that are being read, one in another. */
  private readonly around = new Set<Named>();

  constructor(
    private readonly database: Database,
    private readonly parameters: ParameterReader,
    private readonly criteria: CriteriaReader,
    private readonly findings: Findings,
  ) {}

  /** @param inherited entries of what a container within another one is based on */
  read(
    container: Named,
    depth: number,
    inherited: readonly Entry[] = [],
  ): { entries: Entry[]; optional?: Optional } {
    const { element, name } = container;
    const entries: Entry[] = [];
    const list = childrenOf(child(element, "EntryList"));
    for (const [i, entry] of list.entries()) {
      const what = `${entry.name} ${referenceOf(entry)} of ${name}`;
      const place = { file: entry.file, line: entry.line, what };
      const condition = child(entry, "IncludeCondition");
      if (condition && !this.isOwnCount(condition, entry, container, place, depth)) {
        const optional = this.optional(list.slice(i), container, place, depth);
        return optional ? { entries, optional } : { entries: [...entries, { kind: "unknown", place }] };
      }
      const before = depth === 0 ? entries : [...inherited, ...entries];
      for (const each of this.placed(entry, container, place, before, depth === 0, depth)) entries.push(each);
    }
    return { entries };
  }

  /** True where an entry is only there if the number of its elements is not 0, which says nothing new. */
  private isOwnCount(
    condition: Element,
    entry: Element,
    container: Named,
    place: Place,
    depth: number,
  ): boolean {
    const criteria = this.criteria.read(condition, container.system, place);
    if (typeof criteria === "string" || criteria.length !== 1) return false;
    const [criterion] = criteria;
    const isAny =
      intersection(complement(criterion?.numbers ?? []), [{ from: 1, to: Infinity }]).length === 0;
    if (!isAny) return false;
    const fields = this.placed(entry, container, place, [], true, depth).filter(({ kind }) => kind !== "gap");
    return (
      fields.length > 0 &&
      fields.every(
        (field) =>
          field.kind === "field" &&
          (field.interleaved === true ||
            (typeof field.count === "object" && field.count.field === criterion?.field)),
      )
    );
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
    const last = before.at(-1);
    if (last?.kind === "field" && last.fromEnd !== undefined) {
      return this.behind(last, fields, location, place);
    }
    if (!location) return fields;
    const bits = numberIn(child(location, "FixedValue")?.text ?? "");
    const from = location.attributes.referenceLocation ?? "previousEntry";
    if (from === "containerEnd" && bits !== undefined && isWhole) {
      const atEnd = fromEndOn(fields, -bits);
      if (atEnd) return atEnd;
    }
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
      const placed = fields.map((field, i) =>
        i === 0 && field.kind === "field" ? { ...field, at: bits } : field,
      );
      return [{ kind: "gap", bits: 0, at: bits }, ...placed];
    }
    // In a container within another one, its start is where its first entry is.
    const end = lengthOfAll(before);
    if (!Number.isNaN(end)) return [{ kind: "gap", bits: bits - end }, ...fields];
    this.findings.leftOut(place, "its place is said from the start of a container whose length varies");
    return [{ kind: "unknown", place }];
  }

  /** Fields behind one whose place is said from the end of the packet. */
  private behind(
    { fromEnd = NaN, bits, count = 1 }: ForeignField,
    fields: readonly Entry[],
    location: Element | undefined,
    place: Place,
  ): Entry[] {
    const from = location?.attributes.referenceLocation ?? "previousEntry";
    const gap = location ? (numberIn(child(location, "FixedValue")?.text ?? "") ?? NaN) : 0;
    const start = { previousEntry: fromEnd - bits * Number(count) - gap, containerEnd: -gap }[from];
    const atEnd = start === undefined ? undefined : fromEndOn(fields, start);
    if (!atEnd) this.findings.leftOut(place, "its place is said behind one that is at the end of the packet");
    return atEnd ?? [];
  }

  private repeated(entry: Element, container: Named, place: Place, depth: number): Entry[] {
    const repeat = child(entry, "RepeatEntry");
    if (!repeat) return this.single(entry, container, place, depth);
    const count = numberIn(descend(repeat, "Count", "FixedValue")?.text ?? "");
    const dynamic = child(child(repeat, "Count"), "DynamicValue");
    if (dynamic) return this.repeatedBy(dynamic, repeat, entry, container, place, depth);
    const one = this.single(entry, container, place, depth);
    const gap = offsetIn(repeat);
    if (count === undefined || !(gap >= 0) || count * Math.max(1, one.length) > mostRepeated) {
      const times = count === undefined ? "by a number that is not said" : `${count} times`;
      const fields = one.length > 1 ? `, with ${one.length} fields` : "";
      this.findings.leftOut(place, `it is repeated ${times}${fields}`);
      const bits = (count ?? NaN) * (lengthOfAll(one) + gap) - gap;
      return [bits > 0 ? { kind: "gap", bits } : { kind: "unknown", place }];
    }
    return Array.from({ length: count }, (_, i) => [
      ...(i > 0 && gap !== 0 ? [{ kind: "gap", bits: gap } as const] : []),
      ...numbered(one, i),
    ]).flat();
  }

  /** Repetitions by the number in a parameter: arrays that are interleaved. */
  private repeatedBy(
    dynamic: Element,
    repeat: Element,
    entry: Element,
    container: Named,
    place: Place,
    depth: number,
  ): Entry[] {
    const by = countFieldOf(dynamic);
    const adjustment = child(dynamic, "LinearAdjustment");
    const isPlain =
      (numberOf(adjustment, "slope") ?? 1) === 1 &&
      (numberOf(adjustment, "intercept") ?? 0) === 0 &&
      offsetIn(repeat) === 0;
    const name = referenceOf(entry);
    const counted =
      by && isPlain
        ? countedBy(
            { ...by, field: this.parameters.nameOf(by.field, container.system) },
            this.single(entry, container, place, depth),
            { name, place },
            this.findings,
          )
        : "it is repeated by more than the number in a parameter";
    if (typeof counted !== "string") return counted;
    this.findings.leftOut(place, counted);
    return [{ kind: "unknown", place }];
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
        const list = child(entry, "DimensionList");
        return this.parameters.entries(found.parameter, list && { list, system });
      }
      case "ContainerRefEntry": {
        const found = this.database.container(referenceOf(entry), system);
        if (found) return this.contained(found, place, depth);
        this.findings.leftOut(place, `is ${this.database.nowhere}`);
        return [{ kind: "unknown", place }];
      }
      case "FixedValueEntry":
        return [{ kind: "gap", bits: numberOf(entry, "sizeInBits") ?? 8 }];
      default:
        this.findings.leftOut(place, "entries of this kind");
        return [{ kind: "unknown", place }];
    }
  }

  /** Entries of a container within another one, and what it takes behind them. */
  private contained(container: Named, place: Place, depth: number): Entry[] {
    const line = this.database.lineOf(container);
    const isRestricted = line.some(({ element }) => descend(element, "BaseContainer", "RestrictionCriteria"));
    if (isRestricted || this.around.has(container)) {
      const why = "is a part of another container, and only there on a condition";
      this.findings.leftOut(place, isRestricted ? why : "contains itself");
      return [{ kind: "unknown", place }];
    }
    this.around.add(container);
    const own: Entry[] = [];
    let last: Optional | undefined;
    for (const each of line) {
      const { entries, optional } = this.read(each, depth + 1, own);
      own.push(...entries);
      last = optional;
    }
    this.around.delete(container);
    const isBase = this.database.isBase(container);
    if (isBase) {
      const what = "others are based on it: it is there as it is, without what they add";
      this.findings.leftOut(place, what);
    }
    const isOpen = isBase || last !== undefined;
    const all: Entry[] = isOpen ? [...own, { kind: "unknown", place }] : [...own, ...toEnd(own)];
    return [...all, ...restOf(container.element, all, place)];
  }
}

/** Step from behind the last entry to the end of the entry that reaches furthest. */
function toEnd(entries: readonly Entry[]): readonly Entry[] {
  let [next, end] = [0, 0];
  for (const entry of entries) {
    next = ((entry.kind === "unknown" ? undefined : entry.at) ?? next) + lengthOf(entry);
    end = Math.max(end, next);
  }
  return end > next ? [{ kind: "gap", bits: end - next }] : [];
}

/** Entries of one repetition, where what one of them says of another is said of that of the same repetition. */
function numbered(entries: readonly Entry[], i: number): Entry[] {
  const own = new Set(entries.flatMap((entry) => (entry.kind === "field" ? [entry.name] : [])));
  const by = <Counted>(counted: Counted): Counted =>
    typeof counted === "object" && counted !== null && "field" in counted && own.has(String(counted.field))
      ? { ...counted, field: `${String(counted.field)}[${i}]` }
      : counted;
  return entries.map((entry) =>
    entry.kind === "field"
      ? { ...entry, name: `${entry.name}[${i}]`, count: by(entry.count), size: by(entry.size) }
      : entry,
  );
}

/** Bits between two repetitions; NaN where a parameter says them. */
const offsetIn = (repeat: Element): number =>
  child(repeat, "Offset") ? (numberIn(descend(repeat, "Offset", "FixedValue")?.text ?? "") ?? NaN) : 0;

const referenceOf = (entry: Element): string =>
  entry.attributes.parameterRef ?? entry.attributes.containerRef ?? entry.attributes.name ?? "";

/** Element without its lines, to compare two. */
const shape = (element: Element | undefined): unknown =>
  element && [element.name, element.attributes, element.text, element.children.map(shape)];

/** What a container within another one takes behind its entries, where its own size is said. */
function restOf(container: Element, entries: readonly Entry[], place: Place): readonly Entry[] {
  const size = numberIn(descend(container, "BinaryEncoding", "SizeInBits", "FixedValue")?.text ?? "");
  const length = lengthOfAll(entries);
  if (size === undefined || size === length) return [];
  return Number.isNaN(length) ? [{ kind: "unknown", place }] : [{ kind: "gap", bits: size - length }];
}
