/** Names of the fields of a packet: which are taken, and by what others find them. */
import { exporterMetricNames, metricNameOf } from "../dictionary";
import type { ForeignField } from "./definition";
import { freeName, identifierOf, qualified } from "./names";
import { unitNameOf } from "./unitNames";

/** A field's name in the dictionary. */
export interface FieldName {
  readonly subsystem: string;
  readonly name: string;
  /** Name that it would have if that were free. */
  readonly wanted: string;
}

/** Metrics of a dictionary: each is there once. */
export class Metrics {
  private readonly taken = new Set<string>(Object.values(exporterMetricNames));

  static of(field: ForeignField, subsystem: string, name: string): string {
    return metricNameOf(subsystem, name, field.type, unitNameOf(field.unit));
  }

  has(metric: string): boolean {
    return this.taken.has(metric);
  }

  add(metric: string): void {
    this.taken.add(metric);
  }
}

/** Names in one packet. A condition, a count and a size find a field by its name without the subsystem. */
export class FieldNames {
  private readonly ofForeign: Map<string, string>;
  private readonly plain: Set<string>;
  private readonly single: Set<string>;
  private readonly keys: Set<string>;

  constructor(
    private readonly metrics: Metrics,
    /** Fields that are found by their names alone. */
    private readonly meant: ReadonlySet<string>,
    base?: FieldNames,
  ) {
    this.ofForeign = new Map(base?.ofForeign);
    this.plain = new Set(base?.plain);
    this.single = new Set(base?.single);
    this.keys = new Set(base?.keys);
  }

  /** Name of the field that the definition calls so. */
  find(foreign: string): string | undefined {
    return this.ofForeign.get(foreign);
  }

  /** Gives a field a name that no other field of the packet and no other metric has. */
  add(field: ForeignField, packet: { readonly name: string; readonly subsystem: string }): FieldName {
    const { own, qualifier } = qualified(field.name);
    const subsystem = identifierOf(field.subsystem ?? qualifier ?? packet.subsystem, "packet");
    const wanted = wantedName(identifierOf(own, "field"), subsystem, packet.name);
    const isHidden = field.isHidden === true;
    const isSingle = isHidden || this.meant.has(field.name);
    const isTakenHere = (name: string): boolean =>
      this.single.has(name) || this.keys.has(`${subsystem}.${name}`) || (isSingle && this.plain.has(name));
    const metric = (name: string): string => Metrics.of(field, subsystem, name);
    const isTaken = (name: string): boolean =>
      isTakenHere(name) || (!isHidden && this.metrics.has(metric(name)));
    // Another packet has it: the name of this one tells them apart, if it is short enough to read.
    const longer = `${packet.name}_${wanted}`;
    const isReadable = longer.length <= 48 && !packet.name.includes(wanted);
    const name = freeName(isTaken(wanted) && !isTakenHere(wanted) && isReadable ? longer : wanted, isTaken);
    this.ofForeign.set(field.name, name);
    this.plain.add(name);
    if (isSingle) this.single.add(name);
    this.keys.add(`${subsystem}.${name}`);
    if (!isHidden) this.metrics.add(metric(name));
    return { subsystem, name, wanted };
  }
}

/** Name without the subsystem or the packet before it, and without an ending that `kind: counter` gives. */
function wantedName(all: string, subsystem: string, packet: string): string {
  const prefix = [`${subsystem}_`, `${packet}_`].find(
    (each) => all.startsWith(each) && /^[a-z]/.test(all.slice(each.length)),
  );
  const short = prefix === undefined ? all : all.slice(prefix.length);
  return short.replace(/^(.*)_total$/, "total_$1");
}
