/** Parameters of XTCE as fields: the type of each, with its encoding, calibration, unit, states and alarms. */
import type { Criterion, Entry, ForeignField, Place, VaryingSize } from "../definition";
import type { Findings } from "../findings";
import { lengthOfAll } from "../places";
import { countedBy } from "../structures";
import { child, childrenOf, type Element, numberOf } from "../xml";
import { type BitOrder } from "./byteOrder";
import {
  type Database,
  descriptionOf,
  fieldNameOf,
  memberName,
  type Named,
  type ParameterReference,
  placeOf,
  type System,
} from "./database";
import { dimensionOf, product } from "./dimensions";
import { type Encoded, type EncodedForm, encodingOf, readEncoding } from "./encodings";
import { type ContextReader, meaningOf, reportAlarms } from "./meaning";

/** Elements of arrays that are written one by one. */
const mostElements = 4096;

interface Dimensions {
  readonly list: Element | undefined;
  readonly system: System;
}

/** Fields of a parameter: one, or the members of its structure. */
export class ParameterReader {
  /** Types of absolute times, by the field. */
  readonly times = new Map<string, Element>();
  /** Reader of the conditions of contexts, which needs this one. */
  criteria:
    | { read(holder: Element | undefined, system: System, place: Place): readonly Criterion[] | string }
    | undefined;
  /** True while the field of a context is looked at: it may have a context of this field. */
  private isInContext = false;

  /** @param bitOrder meaning of bits whose least significant one comes first; undefined: it is not known */
  constructor(
    private readonly database: Database,
    private readonly bitOrder: BitOrder | undefined,
    private readonly findings: Findings,
  ) {}

  typeOf({ element, system }: Named): Named | undefined {
    const reference = element.attributes.parameterTypeRef ?? "";
    return this.database.type(reference, system);
  }

  /** @param dimensions of an array, where its entry says them, with the system in which that stands */
  entries(parameter: Named, dimensions?: Dimensions): Entry[] {
    const name = fieldNameOf(parameter);
    const place = placeOf(parameter.element, "Parameter");
    const type = this.typeOf(parameter);
    if (!type) {
      this.findings.leftOut(
        place,
        `its type ${parameter.element.attributes.parameterTypeRef ?? ""} is ${this.database.nowhere}`,
      );
      return [{ kind: "unknown", place }];
    }
    const description = descriptionOf(parameter.element) ?? descriptionOf(type.element);
    const own = { name, place, description };
    return type.element.name === "ArrayParameterType" && dimensions
      ? this.array(type, own, 0, dimensions)
      : this.ofType(type, own);
  }

  private ofType(type: Named, own: Pick<ForeignField, "name" | "place" | "description">, depth = 0): Entry[] {
    if (depth > 20) return [this.leaveOut(own.place, undefined, "its type contains itself")];
    const isStructure = type.element.name === "AggregateParameterType";
    if (!isStructure && type.element.name !== "ArrayParameterType") return this.plain(type, own);
    reportAlarms(type.element, own.place, this.findings);
    return isStructure ? this.members(type, own, depth) : this.array(type, own, depth);
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
          this.leaveOut(
            place,
            undefined,
            `its type ${member.attributes.typeRef ?? ""} is ${this.database.nowhere}`,
          ),
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
    dimensions: Dimensions = { list: child(type.element, "DimensionList"), system: type.system },
  ): Entry[] {
    const of = this.database.type(type.element.attributes.arrayTypeRef ?? "", type.system);
    if (!of) {
      return [this.leaveOut(own.place, undefined, `the type of its elements is ${this.database.nowhere}`)];
    }
    const sizes = childrenOf(dimensions.list, "Dimension").map(dimensionOf);
    const [only, ...inner] = sizes;
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
    if (sizes.every((size) => typeof size === "number") && sizes.length > 0) {
      const count = product(sizes);
      if (sizes.length > 1) {
        this.findings.note(own.place, `its ${sizes.length} dimensions are one, of ${count} elements`);
      }
      const first = this.ofType(of, own, depth + 1);
      if (!(count >= 1 && count <= mostElements)) {
        const bits = count * lengthOfAll(first);
        return [this.leaveOut(own.place, bits > 0 ? bits : undefined, `${count} elements`)];
      }
      const [number] = first;
      const isNumber =
        first.length === 1 &&
        number?.kind === "field" &&
        ["unsigned", "signed", "float"].includes(number.type);
      if (isNumber) return [{ ...number, count }];
      return Array.from({ length: count }, (_, i) => element(i)).flat();
    }
    if (typeof only !== "object" || !inner.every((size) => typeof size === "number")) {
      return [this.leaveOut(own.place, undefined, "an array whose size varies, not by one parameter alone")];
    }
    const copies = Math.min(product(inner), mostElements);
    const entries =
      inner.length === 0
        ? this.ofType(of, own, depth + 1)
        : Array.from({ length: copies }, (_, i) => element(i)).flat();
    const count = { ...only, field: this.nameOf(only.field, dimensions.system) };
    const counted = countedBy(count, entries, own, this.findings);
    return typeof counted === "string" ? [this.leaveOut(own.place, undefined, counted)] : counted;
  }

  private leaveOut(place: Place, bits: number | undefined, why: string): Entry {
    this.findings.leftOut(place, why);
    return bits === undefined ? { kind: "unknown", place } : { kind: "gap", bits };
  }

  /** Field that a reference means; undefined: no packet can have it. */
  fieldOf(reference: ParameterReference): ForeignField | undefined {
    const name = memberName(reference);
    return this.entries(reference.parameter).find(
      (entry): entry is ForeignField => entry.kind === "field" && entry.name === name,
    );
  }

  /** Name of the field that a reference means. */
  nameOf(reference: string, system: System): string {
    const found = this.database.parameter(reference, system);
    return found ? memberName(found) : reference;
  }

  contextsIn(system: System, place: Place): ContextReader | undefined {
    const { criteria } = this;
    if (!criteria || this.isInContext) return undefined;
    return {
      nameOf: (reference) => this.nameOf(reference, system),
      readMatch: (match) => {
        this.isInContext = true;
        try {
          return criteria.read(match, system, place);
        } finally {
          this.isInContext = false;
        }
      },
    };
  }

  /** Size by a parameter of the file; one by a field of the text's own stays. */
  private sizeField(size: VaryingSize, system: System): VaryingSize {
    return size === "rest" ? size : { ...size, field: this.nameOf(size.field, system) };
  }

  private plain(type: Named, own: Pick<ForeignField, "name" | "place" | "description">): Entry[] {
    const element = this.complete(type);
    const encoding = encodingOf(element);
    const encoded = encoding
      ? readEncoding(encoding, own.name, own.place, this.bitOrder, this.findings)
      : withoutEncoding(element);
    if ("skip" in encoded) return [this.leaveOut(own.place, encoded.skip, encoded.why)];
    const { before = [], endsAnywhere } = encoded;
    const form = this.formOf(encoded.form, own.place);
    const size = form.size === undefined ? undefined : this.sizeField(form.size, type.system);
    const field: ForeignField = { kind: "field", ...own, ...form, size };
    if (element.name === "AbsoluteTimeParameterType") this.times.set(field.name, element);
    const read = meaningOf(field, element, encoding, this.contextsIn(type.system, own.place), this.findings);
    return [
      ...before,
      read,
      ...(endsAnywhere === true ? [{ kind: "unknown", place: own.place } as const] : []),
    ];
  }

  /** F' sends texts one behind the other, also where its generator of XTCE (fprime_xtce 0.1) gives them a fixed room. */
  private formOf(form: EncodedForm, place: Place): EncodedForm {
    if (form.room === undefined || !this.database.isFprime) return form;
    this.findings.note(place, "F' sends it without filling up its size");
    return { ...form, room: undefined };
  }

  /** Type with what it has from the type that it is based on. */
  complete({ element, system }: Named, depth = 0): Element {
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
