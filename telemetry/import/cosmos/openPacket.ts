/** A packet of COSMOS while its lines are read. */
import type { Criterion, Entry, ForeignPacket, ForeignTime, Place } from "../definition";
import type { Findings } from "../findings";
import { lengthOf, sizeOf, varies } from "../places";
import { derivedFields, type DerivedItem } from "./derivedItems";
import type { Item, PacketEnd } from "./items";

export class OpenPacket {
  readonly entries: Entry[] = [];
  readonly criteria: Criterion[] = [];
  readonly derived: DerivedItem[] = [];
  /** The packet's time, and the item that says it. */
  time: (ForeignTime & { readonly item: Pick<Item, "name" | "place"> }) | undefined;
  /** Bit behind the items that say their places, as COSMOS counts. */
  private reach = 0;
  /** Bits that items from the packet's end take there: COSMOS counts them as if they stood before what is appended. */
  private atEnd = 0;
  isLeftOut = false;
  /** True where packets may be shorter than their items. */
  isShort = false;

  constructor(
    readonly target: string,
    readonly name: string,
    readonly place: Place,
    readonly isLittle: boolean,
    private readonly description: string | undefined,
  ) {}

  packet(findings: Findings): ForeignPacket {
    const { name, place, description, criteria, entries, time, isShort } = this;
    const derived = derivedFields(this.derived, entries, findings);
    return { name, place, description, criteria, entries, time, isShort, isAbstract: false, derived };
  }

  /** Place of an item among the entries; COSMOS does not tell capitals from small letters. */
  indexOf(item: string): number {
    return this.entries.findIndex(
      (entry) => entry.kind === "field" && entry.name.toUpperCase() === item.toUpperCase(),
    );
  }

  /** Takes an item out; its bits stay. */
  delete(index: number): void {
    const entry = this.entries[index];
    if (entry?.kind !== "field") return;
    if (entry.fromEnd !== undefined) this.entries.splice(index, 1);
    else if (varies(entry)) this.entries[index] = { kind: "unknown", place: entry.place };
    else if (entry.at === undefined) this.entries[index] = { kind: "gap", bits: sizeOf(entry) };
    else this.entries.splice(index, 1);
  }

  add(item: Item): void {
    this.entries.push(...item.entries);
    const end = item.end ?? 0;
    if (end < 0) this.atEnd = Math.max(this.atEnd, -end);
    else this.reach = Math.max(this.reach, end);
  }

  /**
   * What is appended stands at the end of the packet as far as it is known, not behind the item before it, which may
   * show bits of others again.
   * @returns undefined where not even its place in its byte is known
   */
  toItsEnd(place: Place): PacketEnd | undefined {
    let [next, end]: [number | undefined, number] = [0, this.reach];
    /** Bits behind the last item of varying length. */
    let behind = 0;
    for (const entry of this.entries) {
      if (entry.kind === "field" && entry.fromEnd !== undefined) continue;
      if (entry.kind === "unknown") {
        this.entries.push({ kind: "unknown", place });
        return undefined;
      }
      if (next === undefined) behind += lengthOf(entry) || 0;
      if (entry.kind === "gap") next = next === undefined ? undefined : next + entry.bits;
      else if (entry.at !== undefined && next === undefined) {
        // It shows what is before the item of varying length; that one's end is not here.
        this.entries.push({ kind: "unknown", place });
        return undefined;
      } else if (varies(entry)) {
        next = undefined;
        // Texts are whole bytes; so are all elements together where one is.
        behind = entry.bits % 8 === 0 ? 0 : NaN;
      } else if (next !== undefined) next = (entry.at ?? next) + sizeOf(entry);
      end = Math.max(end, next ?? 0);
    }
    end += this.atEnd;
    if (next !== undefined && next < end) this.entries.push({ kind: "gap", bits: end - next });
    return next === undefined ? { at: undefined, inByte: behind % 8 } : { at: end, inByte: end % 8 };
  }
}
