/** Packets of a definition as the text of a dictionary file, which the dictionary's own check has accepted. */
import { stringify } from "yaml";
import { bodyOf, type Row } from "./body";
import { refusedBy, withdrawn } from "./checked";
import { contextSource, type NamedField } from "./contextSource";
import type { Criterion, Definition, ForeignField } from "./definition";
import type { PlacedDerived } from "./derived";
import { FieldNames, Metrics } from "./fieldNames";
import { fieldSource, isIdentity, statesOf } from "./fieldSource";
import { type Findings, ImportError, nothingLeft } from "./findings";
import { formulaSource } from "./formulaSource";
import { primaryHeaderBits } from "./header";
import { modeOf } from "./mode";
import { freeName, identifierOf, proseOf } from "./names";
import { type PlacedField } from "./places";
import { type PlannedPacket } from "./plan";
import { conditionOf, mergedByField } from "./whenSource";

type Source = Record<string, unknown>;

export interface WriteOptions {
  /** Seconds between two packets where the definition does not say it. */
  readonly period: number;
  /** Time of all packets, as in a dictionary file; none where neither it nor the definition has one. */
  readonly time?: Source | undefined;
  readonly checksum?: string | undefined;
  readonly mostElements: number;
  readonly mostBytes: number;
}

/** Where a field of the definition is in the dictionary. */
export interface Origin {
  readonly foreignPacket: string;
  readonly foreignField: string;
  readonly packet: string;
  readonly subsystem: string;
  readonly parameter: string;
}

export function writeDictionary(
  definition: Definition,
  { plans, derived }: { readonly plans: readonly PlannedPacket[]; readonly derived: PlacedDerived },
  options: WriteOptions,
  findings: Findings,
): { text: string; origins: Origin[] } {
  return new Writer(definition, plans, derived, options, findings).write();
}

class Writer {
  private rows: Row[] = [];
  private readonly packetNames = new Map<PlannedPacket, string>();
  private readonly fieldNames = new Map<PlannedPacket, FieldNames>();
  private readonly named = new Map<PlannedPacket, readonly NamedField[]>();
  private readonly metrics = new Metrics();
  /** Fields by which others are counted or packets chosen: found by their names alone. */
  private readonly meant: ReadonlySet<string>;
  private readonly mode: ForeignField | undefined;
  private modeName: string | undefined;

  constructor(
    private readonly definition: Definition,
    private readonly plans: readonly PlannedPacket[],
    private readonly derived: PlacedDerived,
    private readonly options: WriteOptions,
    private readonly findings: Findings,
  ) {
    this.mode = modeOf(plans);
    this.meant = new Set(
      plans.flatMap(({ when, fields }) => [...when.map(({ field }) => field), ...fields.flatMap(meantBy)]),
    );
  }

  write(): { text: string; origins: Origin[] } {
    // Names first: a field may be counted by one behind it, and a context may be of any packet.
    for (const plan of this.plans) this.nameFields(plan);
    this.rows = this.plans.map((plan) => this.row(plan));
    for (let round = 0; round < 20; round++) {
      if (this.rows.length === 0) throw nothingLeft(this.findings);
      const text = this.text();
      const refused = refusedBy(text, this.rows);
      if (!refused) return { text, origins: this.origins() };
      this.rows = withdrawn(this.rows, refused, this.findings);
    }
    throw new ImportError("cannot be made a dictionary that its own check accepts");
  }

  private origins(): Origin[] {
    return this.rows.flatMap(({ plan, source, parameters }) =>
      parameters.flatMap(({ field, source: parameter }) =>
        field
          ? [
              {
                foreignPacket: plan.foreign.name,
                foreignField: field.name,
                packet: String(source.name),
                subsystem: String(parameter.subsystem ?? source.subsystem),
                parameter: String(parameter.name),
              },
            ]
          : [],
      ),
    );
  }

  private nameFields(plan: PlannedPacket): void {
    const { foreign, base, suffix } = plan;
    const taken = new Set(this.packetNames.values());
    const wanted = identifierOf(`${qualifiedTail(foreign.name)}${suffix}`, "packet");
    const name = freeName(wanted, (each) => taken.has(each));
    if (name !== wanted) this.findings.note(foreign.place, `the name ${wanted} is taken; it is ${name}`);
    this.packetNames.set(plan, name);
    const subsystem = identifierOf(foreign.subsystem ?? name, "packet");
    const names = new FieldNames(this.metrics, this.meant, base && this.fieldNames.get(base));
    this.fieldNames.set(plan, names);
    const fields = [...plan.fields.map(({ field }) => field), ...(this.derived.get(plan) ?? [])];
    const named = fields.map((field) => {
      const given = names.add(field, { name, subsystem });
      if (given.name !== given.wanted) {
        this.findings.note(field.place, `the name ${given.wanted} is taken; in ${name} it is ${given.name}`);
      }
      if (field === this.mode) this.modeName = `${given.subsystem}.${given.name}`;
      return { field, name: given.name, subsystem: given.subsystem };
    });
    this.named.set(plan, named);
  }

  private row(plan: PlannedPacket): Row {
    const { foreign, base } = plan;
    const name = this.packetNames.get(plan) ?? "";
    const subsystem = identifierOf(foreign.subsystem ?? name, "packet");
    const names = this.fieldNames.get(plan) ?? new FieldNames(this.metrics, this.meant);
    const period = periodOf(plan) ?? this.options.period;
    const parameters = this.parameters(plan, { subsystem, period }, names);
    const when = this.whenOf(plan.when, names);
    const source: Source = {
      ...(base ? { extends: this.packetNames.get(base) } : { apid: plan.apid }),
      name,
      description: proseOf(foreign.description, foreign.name),
      subsystem,
      period,
      ...(!base && this.headerOf(plan)),
      ...(plan.isAbstract && { abstract: true }),
      ...(Object.keys(when).length > 0 && { when }),
    };
    return { plan, source, parameters };
  }

  private headerOf(plan: PlannedPacket): Source {
    const { foreign, fields, flag } = plan;
    const own = [foreign, ...basesOf(foreign)].find(({ time }) => time)?.time;
    const first = own && fields.find(({ field }) => field.name === own.field)?.bit;
    const isPlaced = own && first !== undefined && first % 8 === 0;
    const time = isPlaced
      ? { ...own.source, at: (first - primaryHeaderBits) / 8 }
      : (this.options.time ?? "none");
    if (own && !isPlaced) {
      this.findings.note(foreign.place, `its time ${own.field} is not at a whole byte: it has no time`);
    }
    const secondaryHeader = flag === "clear" ? "none" : { bytes: 0, ...(flag === "any" && { flag }) };
    return { secondaryHeader, time };
  }

  private parameters(
    plan: PlannedPacket,
    own: { subsystem: string; period: number },
    names: FieldNames,
  ): Row["parameters"] {
    const named = [...withBases(plan), ...this.plans].flatMap((each) => this.named.get(each) ?? []);
    const context = {
      period: own.period,
      nameOf: (field: string): string => names.find(field) ?? identifierOf(field, "field"),
      mode: this.mode?.name,
      stateOf: (_field: string, label: string): string =>
        (this.mode && statesOf(this.mode, this.findings).names.get(label)) ?? label,
      whenOf: (criteria: readonly Criterion[]): Source | string => contextSource(criteria, named),
      formulaOf: (field: ForeignField): string => formulaSource(field, named, this.findings),
      mostElements: this.options.mostElements,
      mostBytes: this.options.mostBytes,
    };
    return (this.named.get(plan) ?? []).map(({ field, name, subsystem }) => {
      const plain = isIdentity(field.calibration) ? { ...field, calibration: undefined } : field;
      const source = {
        name,
        ...(subsystem !== own.subsystem && { subsystem }),
        ...fieldSource(plain, context, this.findings),
      };
      return { source, field };
    });
  }

  private whenOf(criteria: readonly Criterion[], names: FieldNames): Source {
    const when: Source = {};
    for (const { field, numbers } of mergedByField(criteria)) {
      when[names.find(field) ?? field] = conditionOf(numbers);
    }
    return when;
  }

  private text(): string {
    const { name, version, description } = this.definition;
    const mode = this.modeName;
    const isThere = (wanted: string): boolean =>
      this.rows.some(({ source, parameters }) =>
        parameters.some(
          ({ source: each }) =>
            `${String(each.subsystem ?? source.subsystem)}.${String(each.name)}` === wanted,
        ),
      );
    return stringify(
      {
        name: oneLine(name, 64) || "imported",
        version: oneLine(version ?? "", 32) || "1",
        ...(description !== undefined &&
          proseOf(description, "") !== "" && { description: proseOf(description, "") }),
        time: "none",
        ...(this.options.checksum !== undefined && { checksum: this.options.checksum }),
        ...(mode !== undefined && isThere(mode) && { mode }),
        packets: this.rows.map((row) => ({ ...row.source, ...bodyOf(row) })),
      },
      { lineWidth: 0, aliasDuplicateObjects: false },
    );
  }
}

const withBases = (plan: PlannedPacket): PlannedPacket[] =>
  plan.base ? [plan, ...withBases(plan.base)] : [plan];

/** Fields that say a size or a count of this one. */
function meantBy({ field: { size, count } }: PlacedField): string[] {
  return [
    ...(typeof size === "object" ? [size.field] : []),
    ...(typeof count === "object" ? [count.field] : []),
  ];
}

const qualifiedTail = (name: string): string => name.replaceAll(/[|/:]+/g, "_");

const oneLine = (text: string, most: number): string => proseOf(text, "").slice(0, most).trim();

function basesOf(packet: PlannedPacket["foreign"]): PlannedPacket["foreign"][] {
  return packet.base ? [packet.base, ...basesOf(packet.base)] : [];
}

const periodOf = ({ foreign }: PlannedPacket): number | undefined =>
  [foreign, ...basesOf(foreign)].find(({ period }) => period !== undefined)?.period;
