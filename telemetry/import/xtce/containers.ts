/** Containers of XTCE as packets: their entries, what they inherit from, and which packets they are. */
import type { Criterion, Entry, ForeignPacket } from "../definition";
import type { Findings } from "../findings";
import { child, childrenOf, descend } from "../xml";
import { type CriteriaReader } from "./criteria";
import { type Database, descriptionOf, type Named, placeOf } from "./database";
import { type EntryReader, type Optional } from "./entries";
import { type ParameterReader } from "./parameters";
import { packetTime, periodOf } from "./time";

export class ContainerReader {
  readonly packets: ForeignPacket[] = [];
  private readonly done = new Map<Named, ForeignPacket | undefined>();

  constructor(
    private readonly database: Database,
    private readonly parameters: ParameterReader,
    private readonly criteria: CriteriaReader,
    private readonly entries: EntryReader,
    private readonly findings: Findings,
  ) {}

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
        inlined.has(container) &&
        !this.database.isBase(container) &&
        !child(container.element, "BaseContainer");
      if (!isPart) this.read(container, 0);
    }
    return this.packets;
  }

  private read(container: Named, depth: number): ForeignPacket | undefined {
    if (this.done.has(container)) return this.done.get(container);
    this.done.set(container, undefined);
    const { element, system, name } = container;
    const place = placeOf(element, "SequenceContainer");
    const baseElement = child(element, "BaseContainer");
    const named = this.database.baseOf(container);
    const base = named && depth < 50 ? this.read(named, depth + 1) : undefined;
    if (baseElement && !base) {
      this.findings.leftOut(
        place,
        `its base ${baseElement.attributes.containerRef ?? ""} is ${named ? "left out" : this.database.nowhere}`,
      );
      return undefined;
    }
    if (descend(baseElement, "RestrictionCriteria", "NextContainer")) {
      this.findings.leftOut(place, "its NextContainer: which packet comes next says nothing here");
    }
    const criteria = this.criteria.of(container, place);
    if (typeof criteria === "string") {
      this.findings.leftOut(place, `${criteria}; nor is what is based on it`);
      return undefined;
    }
    const { entries, optional } = this.entries.read(container, 0);
    const isAbstract = element.attributes.abstract === "true";
    const whole = this.withOptional(container, isAbstract, entries, optional);
    const packet: ForeignPacket = {
      ...{ name, place, base, isAbstract },
      description: descriptionOf(element),
      subsystem: system.below.join("_") || undefined,
      criteria: [...criteria, ...whole.criteria],
      entries: whole.entries,
      period: periodOf(element),
      time: packetTime(whole.entries, this.parameters.times, (at, why) => {
        if (!hasTime(base)) this.findings.leftOut(at, why);
      }),
    };
    this.done.set(container, packet);
    this.packets.push(packet);
    if (optional && !this.database.isBase(container)) this.addOptional(packet, optional);
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
    if (!optional || !this.database.isBase(container)) return { entries, criteria: [] };
    const { place, criteria } = optional;
    if (!isAbstract) {
      this.findings.leftOut(place, "it is only there on a condition, and others are based on its container");
      return { entries: [...entries, { kind: "unknown", place }], criteria: [] };
    }
    this.findings.leftOut(place, "it is only there on a condition: packets without it are left out");
    return { entries: [...entries, ...optional.entries], criteria };
  }

  /** A packet with the entries at its end that are only there on a condition. */
  private addOptional(base: ForeignPacket, { criteria, entries, place }: Optional): void {
    const name = `${base.name}_with_${entries.find((entry) => entry.kind === "field")?.name ?? "more"}`;
    this.packets.push({ ...base, name, place, base, criteria, entries, time: undefined });
  }
}

const hasTime = (packet: ForeignPacket | undefined): boolean =>
  packet !== undefined && (packet.time !== undefined || hasTime(packet.base));
