/** Reader of the lines of COSMOS, one after the other: packets, items, and what the lines below them say. */
import type { ForeignField, ForeignPacket } from "../definition";
import type { Findings } from "../findings";
import { numberIn } from "../xml";
import { formulaOfCode } from "./code";
import type { DerivedItem } from "./derivedItems";
import { finished } from "./finished";
import { isItem, type Item, readItem } from "./items";
import type { CosmosLine } from "./lines";
import { modified, sizedBy } from "./modifiers";
import { OpenPacket } from "./openPacket";
import { nameIn } from "./template";
import { timeFrom } from "./time";

/** Lines below a packet that change nothing of what is in it. */
const ofPacket = new Set([
  ...["META", "HIDDEN", "DISABLED", "IGNORE_OVERLAP", "ALLOW_SHORT", "PROCESSOR", "KEY", "SUBPACKETIZER"],
]);

/** Lines below an item or a packet that take no bits, so that what a template puts into them moves nothing. */
const movesNothing =
  /^(?:META|STATE|UNITS|LIMITS|LIMITS_RESPONSE|FORMAT_STRING|DESCRIPTION|KEY|HIDDEN|DISABLED|PROCESSOR|OVERLAP)\b/i;

/** Lines of a packet that are no items, and take bits all the same. */
const takesBits = /STRUCTURE$|^MACRO_|^APPEND_/;

/** Lines that begin something else than telemetry, with all below them. */
const notTelemetry = new Set(["COMMAND", "SELECT_COMMAND", "LIMITS_GROUP"]);

export class Reader {
  readonly targets: string[] = [];
  private readonly all: OpenPacket[] = [];
  private open: OpenPacket | undefined;
  /** Item that the next lines may say more of, and its place among the entries; undefined: none. */
  private at: number | undefined;
  private segments: { from: number; polynomial: number[] }[] = [];
  /** Derived item, of which the lines below may be the packet's time, or its code. */
  private derived: DerivedItem | undefined;
  /** Line with which code begins that converts what is read. */
  private conversion: CosmosLine | undefined;
  /** True for an item of which a line says how its raw number is converted. */
  private isConverted = false;
  /** Lines of code that are read; undefined: none are. */
  private code: string[] | undefined;
  /** True below an item that is left out, whose lines are left out with it. */
  private isSilent = false;
  /** True below what is no packet, or one that is left out. */
  private isOutside = false;

  constructor(private readonly findings: Findings) {}

  read(line: CosmosLine): void {
    const { keyword } = line;
    if (this.code) {
      if (/^GENERIC_\w+_CONVERSION_END$/.test(keyword)) this.endCode();
      else this.code.push(line.text);
      return;
    }
    if (keyword === "TELEMETRY" || keyword === "SELECT_TELEMETRY") this.begin(line);
    else if (keyword === "ERB") this.template(line);
    else if (notTelemetry.has(keyword)) this.leave();
    else if (this.isOutside) return;
    else if (isItem(keyword)) this.item(line);
    else if (keyword === "SELECT_ITEM" || keyword === "DELETE_ITEM") this.select(line);
    else this.more(line);
  }

  endFile(): void {
    if (this.code) this.endCode();
    this.leave();
    this.isOutside = false;
  }

  packets(): ForeignPacket[] {
    return this.all.filter(({ isLeftOut }) => !isLeftOut).map((each) => each.packet(this.findings));
  }

  private leave(): void {
    this.endItem();
    this.open = undefined;
    this.isOutside = true;
  }

  private begin({ file, line, keyword, words }: CosmosLine): void {
    this.leave();
    const [target = "", name = "", endianness = "", description] = words;
    const place = { file, line, what: `Packet ${target} ${name}` };
    this.isOutside = false;
    if (keyword === "SELECT_TELEMETRY") {
      this.open = this.all.find((each) => each.target === target && each.name === name);
      if (this.open) return;
      this.findings.leftOut(place, "changes of a packet that is not in the files before");
      this.isOutside = true;
      return;
    }
    if (!this.targets.includes(target)) this.targets.push(target);
    const isLittle = endianness.toUpperCase() === "LITTLE_ENDIAN";
    this.open = new OpenPacket(target, name, place, isLittle, description);
    const before = this.all.findIndex((each) => each.target === target && each.name === name);
    if (before >= 0) {
      this.findings.note(place, "is defined again: the definition before it does not count");
      this.all.splice(before, 1);
    }
    this.all.push(this.open);
  }

  /** What a template puts there may be items, or a packet: nothing behind it can be placed. */
  private template({ file, line, text, words: [written = ""] }: CosmosLine): void {
    const place = { file, line, what: "ERB" };
    if (/^(?:TELEMETRY|COMMAND)\b/i.test(written)) {
      this.leave();
      const name = nameIn(text);
      const way = name === undefined ? "" : `; --constants ${name}=VALUE says it`;
      if (/^T/i.test(written)) {
        this.findings.leftOut(place, `what a template puts there: ${written}; the packet is left out${way}`);
      }
      return;
    }
    if (this.isOutside) return;
    if (movesNothing.test(written)) {
      if (!this.isSilent) this.findings.leftOut(place, `what a template puts there: ${written}`);
      return;
    }
    if (this.all.length === 0 && !/\b(?:do|if|unless|for|while|case|else|end)\b/.test(written)) {
      this.findings.note(place, `a template in front of all packets: ${written}`);
      return;
    }
    this.endItem();
    this.findings.leftOut(place, `what a template puts there: ${written}`);
    this.open?.entries.push({ kind: "unknown", place });
  }

  private item(line: CosmosLine): void {
    this.endItem();
    const { open } = this;
    const place = { file: line.file, line: line.line, what: `Item ${line.words[0] ?? ""}` };
    if (!open) {
      this.findings.leftOut(place, "is in no packet");
      this.isSilent = true;
      return;
    }
    const end = line.keyword.startsWith("APPEND_") ? open.toItsEnd(place) : undefined;
    const item = readItem(line, open.isLittle, end, this.findings);
    open.add(item);
    if (item.criterion) open.criteria.push(item.criterion);
    this.at = item.field ? open.entries.length - 1 : undefined;
    if (item.isDerived) this.derived = { ...item, lines: [], code: undefined };
    this.isSilent = !item.field;
  }

  private select({ file, line, keyword, words: [name = ""] }: CosmosLine): void {
    this.endItem();
    const found = this.open?.indexOf(name) ?? -1;
    if (found < 0) {
      this.findings.leftOut(
        { file, line, what: `Item ${name}` },
        "changes of an item that the packet has not",
      );
      this.isSilent = true;
    } else if (keyword === "SELECT_ITEM") this.at = found;
    else this.open?.delete(found);
  }

  private more(line: CosmosLine): void {
    const { keyword, words } = line;
    if (/^GENERIC_\w+_CONVERSION_START$/.test(keyword)) this.code = [];
    if (keyword === "GENERIC_WRITE_CONVERSION_START") return;
    if (keyword === "GENERIC_READ_CONVERSION_START") this.conversion = line;
    const field = this.field();
    this.isConverted ||= /READ_CONVERSION(?:_START)?$/.test(keyword);
    if (this.derived && keyword === "READ_CONVERSION" && this.readTime(words)) return;
    if (this.derived && !/CONVERSION|CONVERTED/.test(keyword)) this.derived.lines.push(line);
    if (field && this.conversion === line) return;
    if (field && keyword === "SEG_POLY_READ_CONVERSION") {
      const [from = NaN, ...polynomial] = words.map((word) => numberIn(word) ?? NaN);
      this.segments.push({ from, polynomial });
      return;
    }
    if (field && this.open && keyword === "VARIABLE_BIT_SIZE") return this.size(field, this.open, line);
    const changed = field && modified(field, line, this.findings);
    if (changed) return this.replace(changed);
    if (this.isSilent && !ofPacket.has(keyword) && !takesBits.test(keyword)) return;
    this.packetLine(line);
  }

  /** Code that is one expression becomes a formula, of the item's own number or of others. */
  private endCode(): void {
    const { code = [], conversion } = this;
    this.code = undefined;
    this.conversion = undefined;
    if (!conversion) return;
    if (this.derived) this.derived.code = code;
    const field = this.field();
    if (!field) return;
    const own = { text: "x", isFloat: field.type === "float" };
    const isNumber = ["unsigned", "signed", "float", "enumeration"].includes(field.type);
    // Of an array each element is converted by itself.
    const formula = isNumber ? formulaOfCode(code, own, () => undefined) : undefined;
    if (formula) this.replace({ ...field, calibration: { formula: formula.text } });
    else this.replace(modified(field, conversion, this.findings) ?? field);
  }

  private packetLine({ file, keyword, words, line }: CosmosLine): void {
    if (keyword === "ALLOW_SHORT" && this.open) this.open.isShort = true;
    if (ofPacket.has(keyword)) return;
    const place = { file, line, what: this.open ? this.open.place.what : keyword };
    const isOther = keyword === "ACCESSOR" && !/^binary/i.test(words[0] ?? "");
    if (this.open && (keyword === "VIRTUAL" || isOther)) {
      this.findings.leftOut(place, isOther ? `its accessor ${words[0] ?? ""}` : "is virtual: never sent");
      this.open.isLeftOut = true;
      return;
    }
    if (keyword === "ACCESSOR") return;
    this.findings.leftOut(place, `the line ${keyword}`);
    if (!takesBits.test(keyword)) return;
    this.endItem();
    this.isSilent = true;
    this.open?.entries.push({ kind: "unknown", place });
  }

  private size(field: ForeignField, { entries }: OpenPacket, line: CosmosLine): void {
    const place = { ...field.place, file: line.file, line: line.line };
    const sized = sizedBy(field, line, entries, place, this.findings);
    if (sized) return this.replace(sized);
    if (this.at !== undefined) entries[this.at] = { kind: "unknown", place };
    this.at = undefined;
    this.isSilent = true;
  }

  /** True where the conversion of a derived item says, or shows again, what the packet's time is. */
  private readTime(words: readonly string[]): boolean {
    const time = this.open && timeFrom(words, this.open.entries);
    if (!time || !this.open || !this.derived) return false;
    const before = this.open.time;
    // Others are times of something in the packet, unless there is no time of this name.
    const isOwn = (item: Pick<Item, "name">): boolean => item.name.toUpperCase() === "PACKET_TIME";
    if (before && before.field !== time.field) {
      if (!isOwn(this.derived) || isOwn(before.item)) return false;
      this.findings.leftOut(before.item.place, "is derived");
    }
    if (before?.field !== time.field) this.open.time = { ...time, item: this.derived };
    this.derived = undefined;
    return true;
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
    if (field) {
      this.replace(
        finished(field, { segments: this.segments, isConverted: this.isConverted }, this.findings),
      );
    }
    if (this.derived) this.open?.derived.push(this.derived);
    this.derived = undefined;
    this.segments = [];
    this.isConverted = false;
    this.at = undefined;
    this.isSilent = false;
  }
}
