/** Telemetry definitions of COSMOS as a definition: packets, their items, and what the lines below them say. */
import type { Criterion, Definition, Entry, ForeignField, ForeignPacket, Place } from "../definition";
import { type Findings, ImportError } from "../findings";
import { numberIn } from "../xml";
import { isItem, readItem } from "./items";
import { type CosmosLine, linesOf } from "./lines";
import { modified, tableOf } from "./modifiers";

/** Lines below a packet that change nothing of what is in it. */
const ofPacket = new Set([
  ...["META", "HIDDEN", "DISABLED", "IGNORE_OVERLAP", "ALLOW_SHORT", "PROCESSOR", "KEY", "SUBPACKETIZER"],
]);

/** A packet while its lines are read. */
interface Open {
  readonly target: string;
  readonly name: string;
  readonly place: Place;
  readonly isLittle: boolean;
  readonly description: string | undefined;
  readonly entries: Entry[];
  readonly criteria: Criterion[];
  isLeftOut: boolean;
}

/** @throws ImportError for a text without TELEMETRY */
export function readCosmos(text: string, name: string, findings: Findings): Definition {
  const reader = new Reader(findings);
  for (const line of linesOf(text)) reader.read(line);
  const packets = reader.finish();
  if (packets.length === 0) throw new ImportError("has no TELEMETRY packet");
  return { name: reader.targets.join(" ") || name, packets };
}

class Reader {
  readonly targets: string[] = [];
  private readonly packets: ForeignPacket[] = [];
  private open: Open | undefined;
  /** Item that the next lines may say more of, and its place among the entries; undefined: none. */
  private at: number | undefined;
  private segments: { from: number; polynomial: number[] }[] = [];
  private isInCode = false;
  /** True below an item that is left out, whose lines are left out with it. */
  private isSilent = false;

  constructor(private readonly findings: Findings) {}

  read(line: CosmosLine): void {
    const { keyword } = line;
    if (this.isInCode) {
      this.isInCode = keyword !== "GENERIC_READ_CONVERSION_END";
      return;
    }
    if (keyword === "ERB") this.template(line);
    else if (keyword === "TELEMETRY") this.begin(line);
    else if (isItem(keyword)) this.item(line);
    else this.more(line);
  }

  finish(): ForeignPacket[] {
    this.endItem();
    const { open } = this;
    this.open = undefined;
    if (open && !open.isLeftOut) {
      const { name, place, description, criteria, entries } = open;
      this.packets.push({ name, place, description, criteria, entries, isAbstract: false });
    }
    return this.packets;
  }

  private begin({ line, words: [target = "", name = "", endianness = "", description] }: CosmosLine): void {
    this.finish();
    if (!this.targets.includes(target)) this.targets.push(target);
    this.open = {
      ...{ target, name, place: { line, what: `Packet ${target} ${name}` }, description },
      isLittle: endianness.toUpperCase() === "LITTLE_ENDIAN",
      ...{ entries: [], criteria: [], isLeftOut: false },
    };
  }

  /** What a template puts there may be items, or a packet: nothing behind it can be placed. */
  private template({ line, words: [written = ""] }: CosmosLine): void {
    this.endItem();
    const place = { line, what: "ERB" };
    this.findings.leftOut(place, `what a template puts there: ${written}`);
    if (/^TELEMETRY\b/i.test(written)) {
      this.finish();
      return;
    }
    this.open?.entries.push({ kind: "unknown", place });
  }

  private item(line: CosmosLine): void {
    this.endItem();
    if (!this.open) {
      this.findings.leftOut({ line: line.line, what: `Item ${line.words[0] ?? ""}` }, "is in no packet");
      this.isSilent = true;
      return;
    }
    const item = readItem(line, this.open.isLittle, this.findings);
    this.open.entries.push(...item.entries);
    if (item.criterion) this.open.criteria.push(item.criterion);
    this.at = item.field ? this.open.entries.length - 1 : undefined;
    this.isSilent = !item.field;
  }

  private more(line: CosmosLine): void {
    const { keyword, words } = line;
    if (keyword === "GENERIC_READ_CONVERSION_START") this.isInCode = true;
    const field = this.field();
    if (field && keyword === "SEG_POLY_READ_CONVERSION") {
      const [from = NaN, ...polynomial] = words.map((word) => numberIn(word) ?? NaN);
      this.segments.push({ from, polynomial });
      return;
    }
    const changed = field && modified(field, line, this.findings);
    if (changed) return this.replace(changed);
    if (this.isSilent && !ofPacket.has(keyword)) return;
    this.packetLine(line);
  }

  private packetLine({ keyword, words, line }: CosmosLine): void {
    if (ofPacket.has(keyword)) return;
    const place = { line, what: this.open ? this.open.place.what : keyword };
    if (
      this.open &&
      (keyword === "VIRTUAL" || (keyword === "ACCESSOR" && !/^binary/i.test(words[0] ?? "")))
    ) {
      this.findings.leftOut(
        place,
        keyword === "VIRTUAL" ? "is virtual: never sent" : `its accessor ${words[0] ?? ""}`,
      );
      this.open.isLeftOut = true;
      return;
    }
    if (keyword === "ACCESSOR") return;
    this.findings.leftOut(place, `the line ${keyword}`);
  }

  private field(): ForeignField | undefined {
    const entry = this.at === undefined ? undefined : this.open?.entries[this.at];
    return entry?.kind === "field" ? entry : undefined;
  }

  private replace(field: ForeignField): void {
    if (this.at !== undefined && this.open) this.open.entries[this.at] = field;
  }

  /** Ends an item: its segments, of which each line names one, become a table. */
  private endItem(): void {
    const field = this.field();
    if (field && this.segments.length > 0) {
      const table = tableOf(this.segments, field);
      if (table) this.replace({ ...field, calibration: { table } });
      else {
        const why = "its SEG_POLY_READ_CONVERSION, which is no row of lines that meet";
        this.findings.leftOut(
          field.place,
          `${why}: the number is shown as it is sent, without its unit and limits`,
        );
        this.replace({ ...field, unit: undefined, limits: undefined });
      }
    }
    this.segments = [];
    this.at = undefined;
    this.isSilent = false;
  }
}
