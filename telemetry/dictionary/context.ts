/** Contexts: conditions on the values of other parameters, which choose limits and calibrations. */
import type { ContextValue, WhenSource } from "./contextSchema";
import type { Parameter } from "./dictionary";
import { stateNames } from "./stateAlarms";
import { toBaseUnit } from "./units";

interface ContextCondition {
  readonly parameter: Parameter;
  /** Ranges of values in base units; numbers of states. */
  readonly ranges: readonly { readonly from: number; readonly to: number }[];
  /** True where the value must be in none of the ranges. */
  readonly isNot: boolean;
}

/** All must hold. Filled in when all packets are read. */
export interface Context {
  /** As it is written, for people. */
  readonly text: string;
  readonly conditions: readonly ContextCondition[];
}

/** Value of a parameter in base units; NaN: not known. */
export type ValueOf = (parameter: Parameter) => number;

/** True when all conditions hold. One on a value that is not known does not, whatever it asks for. */
export function holds({ conditions }: Context, valueOf: ValueOf): boolean {
  return conditions.every(({ parameter, ranges, isNot }) => {
    const value = valueOf(parameter);
    return !Number.isNaN(value) && ranges.some(({ from, to }) => from <= value && value <= to) !== isNot;
  });
}

/** A context before its names are resolved. */
export interface OpenContext extends Context {
  readonly when: WhenSource;
}

export const contextOf = (when: WhenSource): OpenContext => ({ text: textOf(when), conditions: [], when });

function textOf(when: WhenSource): string {
  const one = (value: ContextValue): string => {
    if (Array.isArray(value)) return value.map(one).join(" or ");
    if (typeof value !== "object") return String(value);
    if ("not" in value) return `not ${one(value.not)}`;
    const { from, to } = value;
    return from === undefined ? `up to ${to ?? ""}` : to === undefined ? `from ${from}` : `${from} to ${to}`;
  };
  return Object.entries(when)
    .map(([name, value]) => `${name} is ${one(value)}`)
    .join(" and ");
}

/** @param find parameter by its name in the file; a text says why there is none */
export function resolveContext(
  context: Context,
  find: (name: string) => Parameter | string,
  refuse: (name: string, message: string) => void,
): void {
  const { when } = context as OpenContext;
  const conditions = Object.entries(when).flatMap(([name, wanted]): ContextCondition[] => {
    const parameter = find(name);
    if (typeof parameter === "string") {
      refuse(name, parameter);
      return [];
    }
    return [{ parameter, ...rangesOf(wanted, parameter, (message) => refuse(name, message)) }];
  });
  Object.assign(context, { conditions });
}

function rangesOf(
  wanted: ContextValue,
  parameter: Parameter,
  refuse: (message: string) => void,
): Pick<ContextCondition, "ranges" | "isNot"> {
  if (typeof wanted === "object" && "not" in wanted) {
    return { ...rangesOf(wanted.not, parameter, refuse), isNot: true };
  }
  const names = stateNames(parameter);
  const numberOf = (value: number | string): number => {
    if (typeof value === "number") return toBaseUnit(value, parameter.unit);
    const state = [...names].find(([, name]) => name === value)?.[0];
    if (state === undefined) {
      refuse(`${value} is no state of ${parameter.name}: ${[...names.values()].join(", ") || "it has none"}`);
    }
    return state ?? NaN;
  };
  const values = Array.isArray(wanted) ? wanted : [wanted];
  const ranges = values.map((value) => {
    if (typeof value !== "object") return { from: numberOf(value), to: numberOf(value) };
    return { from: numberOf(value.from ?? -Infinity), to: numberOf(value.to ?? Infinity) };
  });
  return { ranges, isNot: false };
}
