/** Types of a checked dictionary: packets, parameters and calibrations, in base units. */
import type { Limits } from "./limits";
import type { TimeCode } from "./schema";
import type { Unit } from "./units";

export type { TimeCode } from "./schema";

/** Conversion of a field's raw number to the parameter's value in base units. */
export type Calibration =
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
  | { readonly kind: "table"; readonly raw: readonly number[]; readonly value: readonly number[] };

type FieldType = "unsigned" | "signed" | "float" | "enumeration" | "boolean";

/** A parameter: one field of one packet, checked, with every default filled in. */
export interface Parameter {
  /** Position in `Dictionary.parameters`. */
  readonly index: number;
  readonly apid: number;
  readonly packet: string;
  readonly periodSeconds: number;
  readonly name: string;
  readonly subsystem: string;
  readonly description: string;
  /** Name of the Prometheus metric. */
  readonly metric: string;
  readonly kind: "gauge" | "counter";
  readonly type: FieldType;
  /** Bits from the start of the data after the secondary header; bit 0 is the most significant of the first byte. */
  readonly bitOffset: number;
  readonly bitSize: number;
  readonly byteOrder: "big" | "little";
  /** Calibration to base units, not to the file's unit. */
  readonly calibration: Calibration;
  readonly unit: Unit;
  /** State names by raw value for an enumeration; empty for the other types. */
  readonly states: ReadonlyMap<number, string>;
  /** Limits in base units. */
  readonly limits?: Limits | undefined;
  /** Line in the dictionary file, from 1. */
  readonly line: number;
}

export interface Packet {
  readonly apid: number;
  readonly name: string;
  readonly description: string;
  readonly subsystem: string;
  readonly periodSeconds: number;
  readonly time: TimeCode;
  /** Bytes after the secondary header. */
  readonly userDataBytes: number;
  readonly parameters: readonly Parameter[];
  readonly line: number;
}

export interface Dictionary {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly packets: readonly Packet[];
  /** Every packet's parameters, in the file's order. */
  readonly parameters: readonly Parameter[];
  readonly subsystems: readonly string[];
  /** Enumeration that selects the limits by mode. */
  readonly mode?: Parameter | undefined;
}
