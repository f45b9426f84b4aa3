/** Length and parameters of a packet of a dictionary file, each at its place. */
import { type BitRange, bitsOf } from "../dictionary";
import type { ForeignField } from "./definition";
import { primaryHeaderBits } from "./header";
import { type PlacedField, sizeOf, varies } from "./places";
import { type PlannedPacket } from "./plan";

type Source = Record<string, unknown>;

/** A packet of the file, with the field that each of its parameters is made of. */
export interface Row {
  readonly plan: PlannedPacket;
  readonly source: Source;
  readonly parameters: { readonly source: Source; readonly field?: ForeignField }[];
}

/** Length and parameters of a packet, each with its place where it does not follow what is before it. */
export function bodyOf({ plan, parameters }: Row): Source {
  const bits = new Map(plan.fields.map((placed) => [placed.field, placed]));
  let next = endOf(plan.base);
  const before = occupied(plan.base);
  const followed = new Set(plan.fields.filter((_, i) => plan.fields[i + 1]?.bit === undefined));
  const placed = parameters.flatMap(({ source: parameter, field }) => {
    const at = field && bits.get(field);
    if (!field || !at) return [parameter];
    const bitOffset = at.bit === undefined ? undefined : at.bit - primaryHeaderBits;
    const own = bitOffset === undefined ? [] : rowsOf(field, bitOffset);
    const isOverlap = overlaps(before, own);
    const isNext = bitOffset === next && !isOverlap;
    if (!isOverlap) before.push(...own);
    // What follows something that varies is placed only if that has no place of its own.
    const isFilled = varies(field) && followed.has(at) && !isOverlap && (bitOffset ?? 0) > (next ?? Infinity);
    const gap = at.bit === undefined ? at.gap : isFilled ? (bitOffset ?? 0) - (next ?? 0) : 0;
    if (varies(field)) next = undefined;
    else if (bitOffset !== undefined && !isOverlap) next = bitOffset + sizeOf(field);
    const { name, ...rest } = parameter;
    return [
      ...fillers(gap, parameter.name),
      {
        name,
        ...(!isNext && !isFilled && bitOffset !== undefined && { bitOffset }),
        ...rest,
        ...(isOverlap && { overlaps: true }),
      },
    ];
  });
  return {
    // Bytes may follow that the definition does not name.
    bytes: { from: plan.foreign.isShort === true ? 1 : leastBytes(plan) },
    parameters: placed,
  };
}

/** Bits of a field; one of varying length may reach as far as the packet. */
function rowsOf(field: ForeignField, from: number): BitRange[] {
  if (varies(field)) return [{ from, to: Infinity }];
  const byteOrder = field.isBitField === true ? "little" : "big";
  return bitsOf({ bitOffset: from, byteOrder }, sizeOf(field));
}

/** Bit of the data behind the last field of a packet; undefined: behind something that varies. */
function endOf(plan: PlannedPacket | undefined): number | undefined {
  if (!plan) return 0;
  const last = plan.fields.at(-1);
  if (!last) return endOf(plan.base);
  if (last.bit === undefined || varies(last.field)) return undefined;
  return last.bit - primaryHeaderBits + sizeOf(last.field);
}

function allFields(plan: PlannedPacket | undefined): PlacedField[] {
  return plan ? [...allFields(plan.base), ...plan.fields] : [];
}

const overlaps = (taken: readonly BitRange[], rows: readonly BitRange[]): boolean =>
  rows.some(({ from, to }) => taken.some((each) => each.from < to && from < each.to));

/** Rows of bits that the fields of a packet have, without those that show others again. */
function occupied(plan: PlannedPacket | undefined): BitRange[] {
  const taken: BitRange[] = [];
  for (const { field, bit } of allFields(plan)) {
    const rows = bit === undefined ? [] : rowsOf(field, bit - primaryHeaderBits);
    if (!overlaps(taken, rows)) taken.push(...rows);
  }
  return taken;
}

/** Bytes behind the primary header that the fields of fixed size need at least. */
function leastBytes(plan: PlannedPacket): number {
  const fields = allFields(plan);
  const fixed = fields.map(({ field, bit }) =>
    bit === undefined ? 0 : bit - primaryHeaderBits + (varies(field) ? 0 : sizeOf(field)),
  );
  const behind = fields.reduce(
    (sum, { field, bit, gap }) => sum + (bit === undefined ? gap + (varies(field) ? 0 : sizeOf(field)) : 0),
    0,
  );
  return Math.max(1, Math.ceil((Math.max(0, ...fixed) + behind) / 8));
}

/** Fields without a metric for bits that no field has, behind what varies. */
export function fillers(bits: number, name: unknown): Source[] {
  const part = bits > 64 ? bits % 8 : 0;
  const sizes = [part, bits - part].filter((size) => size > 0);
  return sizes.map((size, i) => ({
    name: `${i === 0 ? "before" : "right_before"}_${String(name)}`.slice(0, 64),
    ...{ description: "Not used", hidden: true },
    ...(size <= 64 ? { type: "unsigned", bits: size } : { type: "binary", bytes: size / 8 }),
  }));
}
