/** Parameters of XTCE as fields: the type of each, with its encoding, calibration, unit, states and alarms. */
import type { Entry, ForeignField, ForeignState, Place, VaryingSize } from "../definition";
import type { Findings } from "../findings";
import { child, childrenOf, descend, type Element, numberIn, numberOf } from "../xml";
import { readContextLimits, readLabelAlarms, readRanges } from "./alarms";
import { readCalibrator } from "./calibrators";
import { type Database, descriptionOf, type Named, placeOf, type System } from "./database";
import { type Encoded, encodingOf, readEncoding } from "./encodings";
import { scaleOf } from "./time";

/** Elements of arrays that are written one by one. */
const mostElements = 4096;

/** Fields of a parameter: one, or the members of its structure. */
export class ParameterReader {
  /** Types of absolute times, by the field. */
  readonly times = new Map<string, Element>();

  constructor(
    private readonly database: Database,
    private readonly findings: Findings,
  ) {}

  typeOf({ element, system }: Named): Named | undefined {
    const reference = element.attributes.parameterTypeRef ?? "";
    return this.database.type(reference, system);
  }

  entries(parameter: Named): Entry[] {
    const name = fieldNameOf(parameter);
    const place = placeOf(parameter.element, "Parameter");
    const type = this.typeOf(parameter);
    if (!type) {
      this.findings.leftOut(
        place,
        `its type ${parameter.element.attributes.parameterTypeRef ?? ""} is not in the file`,
      );
      return [{ kind: "unknown", place }];
    }
    const description = descriptionOf(parameter.element) ?? descriptionOf(type.element);
    return this.ofType(type, { name, place, description });
  }

  private ofType(type: Named, own: Pick<ForeignField, "name" | "place" | "description">, depth = 0): Entry[] {
    if (depth > 20) return [this.leaveOut(own.place, undefined, "its type contains itself")];
    if (type.element.name === "AggregateParameterType") return this.members(type, own, depth);
    if (type.element.name === "ArrayParameterType") return this.array(type, own, depth);
    return this.plain(type, own);
  }

  private members(
    type: Named,
    own: Pick<ForeignField, "name" | "place" | "description">,
    depth: number,
  ): Entry[] {
    return childrenOf(child(type.element, "MemberList"), "Member").flatMap((member) => {
      const of = this.database.type(member.attributes.typeRef ?? "", type.system);
      const name = `${own.name}.${member.attributes.name ?? ""}`;
      const place = { ...own.place, what: `${own.place.what}.${member.attributes.name ?? ""}` };
      if (!of) {
        return [
          this.leaveOut(place, undefined, `its type ${member.attributes.typeRef ?? ""} is not in the file`),
        ];
      }
      const said = descriptionOf(member) ?? descriptionOf(of.element);
      const description = said ?? (own.description && `${own.description}: ${member.attributes.name ?? ""}`);
      return this.ofType(of, { name, place, description }, depth + 1);
    });
  }

  private array(
    type: Named,
    own: Pick<ForeignField, "name" | "place" | "description">,
    depth: number,
  ): Entry[] {
    const of = this.database.type(type.element.attributes.arrayTypeRef ?? "", type.system);
    if (!of) return [this.leaveOut(own.place, undefined, "the type of its elements is not in the file")];
    const sizes = childrenOf(child(type.element, "DimensionList"), "Dimension").map(dimensionOf);
    const [only] = sizes;
    const element = (i: number): Entry[] =>
      this.ofType(
        of,
        {
          ...own,
          name: `${own.name}[${i}]`,
          ...(own.description && { description: `${own.description}, ${i}` }),
        },
        depth + 1,
      );
    const first = this.ofType(of, own, depth + 1);
    const [number] = first;
    const isNumber =
      first.length === 1 && number?.kind === "field" && ["unsigned", "signed", "float"].includes(number.type);
    if (sizes.every((size) => typeof size === "number") && sizes.length > 0) {
      const count = sizes.reduce((product, size) => product * size, 1);
      if (sizes.length > 1) {
        this.findings.note(own.place, `its ${sizes.length} dimensions are one, of ${count} elements`);
      }
      if (count < 1 || count > mostElements) {
        return [this.leaveOut(own.place, undefined, `${count} elements`)];
      }
      if (isNumber) return [{ ...number, count }];
      return Array.from({ length: count }, (_, i) => element(i)).flat();
    }
    if (isNumber && sizes.length === 1 && typeof only === "object") {
      return [{ ...number, count: { field: this.nameOf(only.field, type.system) } }];
    }
    return [
      this.leaveOut(
        own.place,
        undefined,
        "an array whose size varies, not of numbers or not by one parameter",
      ),
    ];
  }

  private leaveOut(place: Place, bits: number | undefined, why: string): Entry {
    this.findings.leftOut(place, why);
    return bits === undefined ? { kind: "unknown", place } : { kind: "gap", bits };
  }

  /** Name of the field that a reference means. */
  private nameOf(reference: string, system: System): string {
    const found = this.database.parameter(reference, system);
    return found ? [fieldNameOf(found.parameter), ...found.member].join(".") : reference;
  }

  /** Size by a parameter of the file; one by a field of the text's own stays. */
  private sizeField(size: VaryingSize, system: System): VaryingSize {
    return size === "rest" ? size : { ...size, field: this.nameOf(size.field, system) };
  }

  private plain(type: Named, own: Pick<ForeignField, "name" | "place" | "description">): Entry[] {
    const element = this.complete(type);
    const encoding = encodingOf(element);
    const encoded = encoding
      ? readEncoding(encoding, own.name, own.place, this.findings)
      : withoutEncoding(element);
    if ("skip" in encoded) return [this.leaveOut(own.place, encoded.skip, encoded.why)];
    const { form, before = [], endsAnywhere } = encoded;
    const size = form.size === undefined ? undefined : this.sizeField(form.size, type.system);
    const field: ForeignField = { kind: "field", ...own, ...form, size };
    const read = this.meaning(field, element, encoding, type.system);
    return [
      ...before,
      read,
      ...(endsAnywhere === true ? [{ kind: "unknown", place: own.place } as const] : []),
    ];
  }

  /** Type with what it has from the type that it is based on. */
  private complete({ element, system }: Named, depth = 0): Element {
    const base = element.attributes.baseType;
    const found = base === undefined || depth > 20 ? undefined : this.database.type(base, system);
    if (!found) return element;
    const inherited = this.complete(found, depth + 1);
    const own = new Set(element.children.map(({ name }) => name));
    return {
      ...element,
      attributes: { ...inherited.attributes, ...element.attributes },
      children: [...element.children, ...inherited.children.filter(({ name }) => !own.has(name))],
    };
  }

  /** Field with what its type says that its number means. */
  private meaning(
    field: ForeignField,
    type: Element,
    encoding: Element | undefined,
    system: System,
  ): ForeignField {
    switch (type.name) {
      case "EnumeratedParameterType":
        return this.enumeration(field, type);
      case "BooleanParameterType":
        return this.boolean(field, type);
      case "AbsoluteTimeParameterType":
        this.times.set(field.name, type);
        return timeField(field, type);
      case "RelativeTimeParameterType":
        return timeField(field, type);
      case "IntegerParameterType":
      case "FloatParameterType":
        return this.number(field, type, encoding, system);
      default:
        return field;
    }
  }

  private number(
    field: ForeignField,
    type: Element,
    encoding: Element | undefined,
    system: System,
  ): ForeignField {
    if (field.type === "string" || field.type === "binary") {
      this.findings.leftOut(
        field.place,
        `it is a number written as ${field.type}: it is shown as it is sent`,
      );
      return field;
    }
    const { place, bits } = field;
    const calibration = readCalibrator(encoding, bits, field.type === "signed", place, this.findings);
    const limits = readRanges(child(type, "DefaultAlarm"), place, this.findings);
    const context = readContextLimits(type, place, this.findings);
    if (typeof calibration === "string") {
      const lost = limits || context ? ", and it has no limits" : "";
      this.findings.leftOut(
        place,
        `${calibration}: the number is shown as it is sent, without its unit${lost}`,
      );
      return field;
    }
    const mode =
      context?.modeField === undefined ? undefined : this.database.parameter(context.modeField, system);
    return {
      ...field,
      calibration,
      unit: unitOf(type),
      limits,
      ...(mode && { limitsByMode: context?.limitsByMode, modeField: fieldNameOf(mode.parameter) }),
    };
  }

  private enumeration(field: ForeignField, type: Element): ForeignField {
    if (
      field.type === "string" ||
      field.type === "binary" ||
      field.type === "float" ||
      field.encoding !== undefined ||
      field.bits > 32
    ) {
      this.findings.leftOut(
        field.place,
        `its states: it is ${field.type} of ${field.bits} bits, shown as it is sent`,
      );
      return field;
    }
    const { byLabel, other } = readLabelAlarms(child(type, "DefaultAlarm"));
    if (child(type, "ContextAlarmList")) {
      this.findings.leftOut(field.place, "alarms on its states by context");
    }
    const states = childrenOf(child(type, "EnumerationList"), "Enumeration").flatMap(
      (each): ForeignState[] => {
        const from = numberIn(each.attributes.value ?? "");
        const label = each.attributes.label ?? "";
        if (from === undefined) return [];
        return [{ from, to: numberOf(each, "maxValue") ?? from, label, alarm: byLabel.get(label) ?? other }];
      },
    );
    const [lowest, highest] = rangeOf(field);
    const fitting = states.filter(({ from, to }) => from >= lowest && to <= highest);
    for (const { label, from } of states.filter((state) => !fitting.includes(state))) {
      this.findings.leftOut(field.place, `its state ${label}: ${from} does not fit in ${field.bits} bits`);
    }
    if (fitting.length === 0) {
      this.findings.note(field.place, "has no states: it is a number");
      return field;
    }
    const isSigned = field.type === "signed";
    return {
      ...field,
      type: "enumeration",
      states: fitting,
      encoding: isSigned ? "twos-complement" : undefined,
    };
  }

  private boolean(field: ForeignField, type: Element): ForeignField {
    if (
      (field.type !== "unsigned" && field.type !== "signed") ||
      field.encoding !== undefined ||
      field.bits > 32
    ) {
      this.findings.leftOut(field.place, `it is ${field.type} of ${field.bits} bits: shown as it is sent`);
      return field;
    }
    const { byLabel } = readLabelAlarms(child(type, "DefaultAlarm"));
    const [on, off] = [type.attributes.oneStringValue ?? "True", type.attributes.zeroStringValue ?? "False"];
    const alarms = { on: byLabel.get(on), off: byLabel.get(off) };
    const said = field.description ?? field.name;
    const isNamed = !/^true$/i.test(on) || !/^false$/i.test(off);
    return {
      ...field,
      ...{ type: "boolean", encoding: undefined },
      ...(isNamed && { description: `${said} (1: ${on}, 0: ${off})` }),
      alarms: { ...(alarms.on && { on: alarms.on }), ...(alarms.off && { off: alarms.off }) },
    };
  }
}

/** Name by which conditions and sizes mean a parameter: its own, behind those of its systems below the root. */
export const fieldNameOf = ({ system, name }: Named): string =>
  [...system.path.split("/").slice(2), name].join("/");

/** A time as a number of seconds; an absolute one that the packet's time is made of has no metric besides. */
function timeField(field: ForeignField, type: Element): ForeignField {
  const { scale, offset } = scaleOf(type);
  if (field.type === "string" || field.type === "binary" || Number.isNaN(scale)) return field;
  return { ...field, calibration: { polynomial: [offset, scale] }, unit: "s" };
}

/** Integers and floats without an encoding are sent as the type says. */
function withoutEncoding(type: Element): Encoded {
  const bits = numberOf(type, "sizeInBits") ?? 32;
  if (type.name === "IntegerParameterType" && bits <= 64) {
    return { form: { type: type.attributes.signed === "false" ? "unsigned" : "signed", bits } };
  }
  if (type.name === "FloatParameterType" && [32, 64].includes(bits)) return { form: { type: "float", bits } };
  return { skip: undefined, why: "has no encoding" };
}

function rangeOf({ type, bits }: ForeignField): [number, number] {
  return type === "signed" ? [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] : [0, 2 ** bits - 1];
}

/** Number of elements: fixed, or the parameter that says it. */
function dimensionOf(dimension: Element): number | { field: string } | undefined {
  const start = numberIn(descend(dimension, "StartingIndex", "FixedValue")?.text ?? "0");
  const end = numberIn(descend(dimension, "EndingIndex", "FixedValue")?.text ?? "");
  if (start !== undefined && end !== undefined) return end - start + 1;
  const dynamic = descend(dimension, "EndingIndex", "DynamicValue");
  const field = child(dynamic, "ParameterInstanceRef")?.attributes.parameterRef;
  const adjustment = child(dynamic, "LinearAdjustment");
  const isCount =
    (numberOf(adjustment, "slope") ?? 1) === 1 && (numberOf(adjustment, "intercept") ?? 0) === -1;
  return field !== undefined && start === 0 && isCount ? { field } : undefined;
}

/** Unit of a set: those with a negative power behind the stroke. */
function unitOf(type: Element): string | undefined {
  const units = childrenOf(child(type, "UnitSet"), "Unit");
  const [only] = units;
  if (units.length === 1 && (numberOf(only, "power") ?? 1) === 1) return only?.text;
  const part = (unit: Element): string => {
    const power = Math.abs(numberOf(unit, "power") ?? 1);
    return power === 1 ? unit.text : `${unit.text}${power}`;
  };
  const isBelow = (unit: Element): boolean => (numberOf(unit, "power") ?? 1) < 0;
  const above = units.filter((unit) => !isBelow(unit)).map(part);
  const below = units.filter(isBelow).map(part);
  if (units.length === 0) return undefined;
  return [above.join("*") || "1", ...(below.length > 0 ? [below.join("*")] : [])].join("/");
}
