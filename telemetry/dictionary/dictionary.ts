/** Types of a checked dictionary: packets, parameters and calibrations, in base units. */
import type { Context } from "./context";
import type { Derived } from "./derived";
import type { PacketEvent } from "./events";
import type { Limits } from "./limits";
import type { Checksum } from "./packetSchema";
import type { StateAlarms } from "./stateAlarms";
import type { StoredMark } from "./stored";
import type { TimeCode } from "./timeSchema";
import type { Unit } from "./units";

export type { TimeCode, TimeField } from "./timeSchema";

/** Conversion of a field's raw number to the parameter's value in base units. */
export type Calibration =
  | Curve
  /** Chosen by the values of other parameters: the first whose context holds; undefined: there is no value then. */
  | {
      readonly kind: "context";
      readonly choices: readonly { readonly context: Context; readonly curve: Curve }[];
      readonly otherwise: Curve | undefined;
    };

export type Curve =
  | { readonly kind: "none" }
  /** constant + raw * numerator / denominator. */
  | {
      readonly kind: "linear";
      readonly constant: number;
      readonly numerator: number;
      readonly denominator: number;
    }
  /** Sum of coefficients[i] * raw^i. */
  | { readonly kind: "polynomial"; readonly coefficients: readonly number[] }
  /** Linear interpolation between points; constant before the first and after the last point. Raw values rise. */
  | { readonly kind: "table"; readonly raw: readonly number[]; readonly value: readonly number[] }
  /** A formula of the raw number; NaN or infinite where it has no value. */
  | { readonly kind: "formula"; readonly evaluate: (raw: number) => number };

export type FieldType =
  | "unsigned"
  | "signed"
  | "float"
  | "enumeration"
  | "boolean"
  | "string"
  | "binary"
  /** No field of the packet: computed from other parameters. */
  | "derived";

/** How the bits of a field mean a number or a text. */
export type Encoding =
  | "binary"
  | "bcd"
  | "twos-complement"
  | "ones-complement"
  | "sign-magnitude"
  | "ieee754"
  | "mil-std-1750a"
  | "utf-8"
  | "latin-1"
  | "hex";

/** Place and form of a field in the data after the secondary header. */
export interface Field {
  readonly name: string;
  readonly type: FieldType;
  readonly encoding: Encoding;
  /**
   * Bits from the start of the data. Bit 0 is the most significant of the first byte; for a little-endian field the
   * least significant one, as compilers for little-endian machines lay out bit-fields.
   */
  readonly bitOffset: number;
  /** Segment that `bitOffset` counts from: 0 is the data, n what begins behind the n-th of `Packet.varying`. */
  readonly segment: number;
  /** Bits of one element; of a text whose size varies, of the longest. */
  readonly bitSize: number;
  /** Bits of all elements, at most, with the other members of a structure that it begins; 0 for those. */
  readonly bits: number;
  readonly byteOrder: "big" | "little";
  /** Places of the bits from the first one on, the most significant first, where they are in an order of their own. */
  readonly bitPlaces?: readonly number[] | undefined;
  /** True for another view of bits that another field has too. */
  readonly overlaps: boolean;
}

/** Range of raw numbers of an enumeration that mean one state. */
export interface StateRange {
  readonly from: number;
  readonly to: number;
  /** Number that stands for the state: its key in `Parameter.states`. */
  readonly value: number;
}

/** Elements of an array. Values of the elements follow each other in the values from `slot` on. */
export interface ArrayShape {
  readonly slot: number;
  readonly most: number;
  /** Fixed number, the field with the number, or what fits into the packet. */
  readonly count: number | Field | "rest";
  /** Bits from one element to the next, and from the start of its structure to it; of no structure: bitSize and 0. */
  readonly stride: number;
  readonly offset: number;
}

/** A field whose length varies, which fields behind it follow: an array or a text. */
export interface VaryingField {
  readonly field: Field;
  /** Bytes of one element of an array, or of its structure; 1 for a text. */
  readonly elementBytes: number;
  /** Number of elements or bytes: `times` * the number of a field + `plus`, or what fits. */
  readonly length: VaryingLength | "rest";
}

export interface VaryingLength {
  readonly field: Field;
  readonly times: number;
  readonly plus: number;
}

/** A parameter: one field of one packet, checked, with every default filled in. */
export interface Parameter extends Field {
  /** Position in `Dictionary.parameters`. */
  readonly index: number;
  readonly apid: number;
  readonly packet: string;
  /** Position of the packet in `Dictionary.packets`. */
  readonly packetIndex: number;
  readonly periodSeconds: number;
  readonly subsystem: string;
  readonly description: string;
  /** Name of the Prometheus metric. */
  readonly metric: string;
  readonly kind: "gauge" | "counter";
  /** Calibration to base units, not to the file's unit. */
  readonly calibration: Calibration;
  readonly unit: Unit;
  /** State names by the number that stands for each, for an enumeration; empty for the other types. */
  readonly states: ReadonlyMap<number, string>;
  /** Ranges of numbers with one state; those of one number are only in `states`. */
  readonly stateRanges: readonly StateRange[];
  /** Number that stands for the state of all other raw numbers; undefined: they have no state. */
  readonly otherState: number | undefined;
  readonly array?: ArrayShape | undefined;
  /** Length of a text that varies, in bytes. */
  readonly textLength?: VaryingLength | "rest" | undefined;
  /** Limits in base units. */
  readonly limits?: Limits | undefined;
  readonly alarms?: StateAlarms | undefined;
  /** How the value is computed from others, for the type derived. */
  readonly derived?: Derived | undefined;
}

/** Condition on a field that a layout has: its raw number is in one of the ranges, or (`isNot`) in none. */
export interface Condition {
  /** Offset in bits after the primary header. */
  readonly bitOffset: number;
  readonly field: Field;
  readonly ranges: readonly { readonly from: number; readonly to: number }[];
  readonly isNot: boolean;
}

export interface SecondaryHeader {
  /** Size in bytes; the data begins behind it. */
  readonly bytes: number;
  /** Flag in the primary header: set, not set, or not looked at. */
  readonly flag: "set" | "clear" | "any";
  /** PUS version number in its first byte, checked; undefined: not a PUS header. */
  readonly pusVersion?: number | undefined;
}

/** How the sequence counts of a kind of packet run. */
interface Sequence {
  readonly counted: "apid" | "all" | "none";
  readonly step: number;
}

export interface Packet {
  /** Position in `Dictionary.packets`. */
  readonly index: number;
  readonly apid: number;
  readonly name: string;
  readonly description: string;
  readonly subsystem: string;
  /** Seconds between two packets; Infinity: they come when something happens. */
  readonly periodSeconds: number;
  readonly secondaryHeader: SecondaryHeader;
  /** Time code and its offset in bytes after the primary header; undefined: the packet has no time. */
  readonly time?: { readonly code: TimeCode; readonly at: number } | undefined;
  readonly checksum: Checksum;
  readonly sequence: Sequence;
  readonly stored: StoredMark;
  /** Events that the packet is; mostly none. */
  readonly events: readonly PacketEvent[];
  /** Bytes after the secondary header, without the checksum: of a packet that is made here, and what may come. */
  readonly userDataBytes: number;
  readonly leastBytes: number;
  readonly mostBytes: number;
  /** Packet that this one extends. */
  readonly base?: Packet | undefined;
  readonly isAbstract: boolean;
  /** Conditions for this layout, besides those of its base. */
  readonly conditions: readonly Condition[];
  /** Fields of varying length that others follow, those of its base first. */
  readonly varying: readonly VaryingField[];
  /** Parameters with a metric, those of its base first. */
  readonly parameters: readonly Parameter[];
  /** Fields without a metric, those of its base first. */
  readonly hidden: readonly Field[];
}

export interface Dictionary {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly packets: readonly Packet[];
  /** Every packet's parameters, in the file's order. */
  readonly parameters: readonly Parameter[];
  /** Number of values: one of each parameter by its index, and behind them the elements of arrays. */
  readonly slots: number;
  readonly subsystems: readonly string[];
  /** Derived parameters, each behind those that it is computed from. */
  readonly derived: readonly Parameter[];
  /** Enumeration that selects the limits by mode. */
  readonly mode?: Parameter | undefined;
}
