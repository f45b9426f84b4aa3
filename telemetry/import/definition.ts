/** A foreign definition of a spacecraft's packets in one form, whichever format it was read from. */
import type { Intervals } from "./intervals";

/** Text of a file of a definition. */
export interface SourceText {
  readonly text: string;
  readonly file?: string | undefined;
}

/** Where something is written in the file. */
export interface Place {
  /** The file, where a definition has several. */
  readonly file?: string | undefined;
  /** Line, from 1. */
  readonly line: number;
  /** The element in the format's own words, as `Parameter BATT_V`. */
  readonly what: string;
}

/** Field that says a number of elements or bytes. */
export interface CountField {
  readonly field: string;
  /** True where its raw number is meant, also if it is calibrated. */
  readonly isRaw?: boolean | undefined;
}

/** Size of a text that varies: what fits, or by a field before it, in bytes (`times` * number + `plus`). */
export type VaryingSize = "rest" | (CountField & { readonly times: number; readonly plus: number });

/** Limits in the field's own unit. */
export interface ForeignBounds {
  readonly low?: number | undefined;
  readonly high?: number | undefined;
}

export interface ForeignLimits {
  readonly yellow?: ForeignBounds | undefined;
  readonly red?: ForeignBounds | undefined;
  /** Packets in a row that must cross the limit. */
  readonly violations?: number | undefined;
}

/** State of an enumeration: its raw numbers, and its name as it is written. */
export interface ForeignState {
  readonly from: number;
  readonly to: number;
  readonly label: string;
  readonly alarm?: "yellow" | "red" | undefined;
}

/** What holds while other fields have some raw numbers; of several, the first whose conditions all hold. */
export interface ForeignContext<Value> {
  readonly when: readonly Criterion[];
  readonly value: Value;
}

export type ForeignCalibration =
  | { readonly polynomial: readonly number[] }
  | { readonly table: readonly (readonly [number, number])[] }
  /** With x for the raw number. */
  | { readonly formula: string };

/** Formula of a dictionary in which $0, $1, … stand for the fields that it is computed from. */
interface ForeignFormula {
  readonly text: string;
  readonly inputs: readonly string[];
}

export interface ForeignField {
  readonly kind: "field";
  /** Name by which the definition's conditions and sizes mean it; members of a structure behind a dot. */
  readonly name: string;
  readonly place: Place;
  readonly description?: string | undefined;
  readonly subsystem?: string | undefined;
  readonly type:
    "unsigned" | "signed" | "float" | "enumeration" | "boolean" | "string" | "binary" | "derived";
  /** Bits of one element; 0 where `size` says it. */
  readonly bits: number;
  readonly encoding?: string | undefined;
  readonly isLittle?: boolean | undefined;
  /** Significance of each byte in the order in which they are sent, where it neither rises nor falls; 0 is the least. */
  readonly byteOrder?: readonly number[] | undefined;
  /** True for a little-endian bit field: its place counts the bits of each byte from the least significant one on. */
  readonly isBitField?: boolean | undefined;
  /** True where the least significant bit of each byte, or of what is no whole bytes, is sent first. */
  readonly isLsbFirst?: boolean | undefined;
  /** Bits from the start of the packet, its primary header included; undefined: it follows what is before it. */
  readonly at?: number | undefined;
  /** Bits from its first one to the end of the packet; undefined: its place is counted from the start. */
  readonly fromEnd?: number | undefined;
  readonly size?: VaryingSize | undefined;
  /** Bits of the packet that what takes all the rest leaves at its end. */
  readonly leaves?: number | undefined;
  /** Bits that a text of varying size takes all the same. */
  readonly room?: number | undefined;
  /** Elements of an array: a number, the name of a field, or what fits. */
  readonly count?: number | CountField | "rest" | undefined;
  /** Bits of all members of the structure that an array begins; and true for the other members. */
  readonly stride?: number | undefined;
  readonly interleaved?: boolean | undefined;
  readonly states?: readonly ForeignState[] | undefined;
  /** Label of all numbers that are no state. */
  readonly otherState?: string | undefined;
  readonly otherAlarm?: "yellow" | "red" | undefined;
  readonly calibration?: ForeignCalibration | undefined;
  readonly calibrationByContext?: readonly ForeignContext<ForeignCalibration>[] | undefined;
  /** Unit in the definition's own spelling. */
  readonly unit?: string | undefined;
  readonly limits?: ForeignLimits | undefined;
  /** Limits by label of the enumeration `modeField`. */
  readonly limitsByMode?: ReadonlyMap<string, ForeignLimits> | undefined;
  readonly modeField?: string | undefined;
  /** The same and all others by context. */
  readonly limitsByContext?: readonly ForeignContext<ForeignLimits>[] | undefined;
  /** Names of what a boolean is, as conditions have them. */
  readonly labels?: { readonly on: string; readonly off: string } | undefined;
  /** Alarms of a boolean. */
  readonly alarms?: { readonly on?: "yellow" | "red"; readonly off?: "yellow" | "red" } | undefined;
  /** True for what only says a size, a count or which packet it is. */
  readonly isHidden?: boolean | undefined;
  /** How a derived parameter, which no packet has, is computed. */
  readonly formula?: ForeignFormula | undefined;
}

/** Bits that no field has; negative: a step back. */
interface Gap {
  readonly kind: "gap";
  readonly bits: number;
  /** Where it begins, from the start of the packet; undefined: behind what is before it. */
  readonly at?: number | undefined;
}

/** End of what is known: how long something is cannot be said, so nothing behind it can be placed. */
interface Unknown {
  readonly kind: "unknown";
  readonly place: Place;
}

export type Entry = ForeignField | Gap | Unknown;

/** Condition of a packet on a field before or in it: its raw number is one of these. */
export interface Criterion {
  readonly field: string;
  readonly numbers: Intervals;
  readonly place: Place;
}

/** Time of a packet, as a dictionary file has it, with its place from the start of the packet. */
export interface ForeignTime {
  readonly source: Readonly<Record<string, unknown>>;
  /** Name of the field with which it begins. */
  readonly field: string;
}

/** A packet, or a part that packets begin with. */
export interface ForeignPacket {
  readonly name: string;
  readonly place: Place;
  readonly description?: string | undefined;
  readonly subsystem?: string | undefined;
  /** True for what is never sent as it is. */
  readonly isAbstract: boolean;
  /** What it begins with. */
  readonly base?: ForeignPacket | undefined;
  readonly criteria: readonly Criterion[];
  readonly entries: readonly Entry[];
  /** True where packets may end before their last fields. */
  readonly isShort?: boolean | undefined;
  /** Seconds between two packets. */
  readonly period?: number | undefined;
  readonly time?: ForeignTime | undefined;
  /** Parameters that are computed from its own fields. */
  readonly derived?: readonly ForeignField[];
}

export interface Definition {
  readonly name: string;
  readonly version?: string | undefined;
  readonly description?: string | undefined;
  /** A base comes before what is based on it. */
  readonly packets: readonly ForeignPacket[];
  /** Parameters that are computed from fields of any packets, whose names tell them apart. */
  readonly derived?: readonly ForeignField[];
}
