/** Limits of a parameter, by mode and context: limits in force, and the limit that a value crosses. */
import { type Context, contextOf, holds, type ValueOf } from "./context";
import type { LimitsSource } from "./parameterSchema";
import { toBaseUnit, type Unit } from "./units";

export type Severity = "yellow" | "red";
export type Bound = "low" | "high";

/** One limit of a parameter, in base units. */
export interface Limit {
  readonly severity: Severity;
  readonly bound: Bound;
  readonly value: number;
}

/** Limits of a parameter, in base units. */
export interface Limits {
  /** Limits when the mode has no limits of its own, and while the mode is unknown. */
  readonly normal: readonly Limit[];
  /** Limits by state of the dictionary's mode parameter; they replace the normal ones. */
  readonly byMode: ReadonlyMap<string, readonly Limit[]>;
  /** Limits by context; the first that holds replaces all others. */
  readonly contexts: readonly { readonly context: Context; readonly limits: readonly Limit[] }[];
  /** Minimum time that a limit must stay crossed to raise an alarm. */
  readonly persistenceSeconds: number;
}

type LimitSetSource = Pick<LimitsSource, "yellow" | "red">;

const severities: readonly Severity[] = ["yellow", "red"];
const bounds: readonly Bound[] = ["low", "high"];

function limitsOf(source: LimitSetSource, unit: Unit): Limit[] {
  return severities.flatMap((severity) =>
    bounds.flatMap((bound) => {
      const value = source[severity]?.[bound];
      return value === undefined ? [] : [{ severity, bound, value: toBaseUnit(value, unit) }];
    }),
  );
}

/** Limits of a dictionary file, converted to base units. */
export function convertLimits(source: LimitsSource, unit: Unit): Limits {
  const byMode = Object.entries(source.byMode ?? {}).map(
    ([mode, set]) => [mode, limitsOf(set, unit)] as const,
  );
  const contexts = (source.contexts ?? []).map(({ when, ...set }) => ({
    context: contextOf(when),
    limits: limitsOf(set, unit),
  }));
  return {
    ...{ normal: limitsOf(source, unit), byMode: new Map(byMode), contexts },
    persistenceSeconds: source.persistence,
  };
}

const none: readonly Limit[] = [];

/** All sets of limits that may be in force. */
export const limitSets = ({ normal, byMode, contexts }: Limits): (readonly Limit[])[] => [
  normal,
  ...byMode.values(),
  ...contexts.map(({ limits }) => limits),
];

/** True where the limits in force change. */
export const areLimitsFixed = ({ byMode, contexts }: Limits): boolean => byMode.size + contexts.length === 0;

/**
 * Limits in force: of the first context that holds, else of the mode, else the normal ones.
 * @param mode undefined: unknown
 * @param valueOf values of the parameters that contexts are on; default: none is known
 */
export function limitsInForce(
  parameter: { readonly limits?: Limits | undefined },
  mode: string | undefined,
  valueOf: ValueOf = () => NaN,
): readonly Limit[] {
  const limits = parameter.limits;
  if (!limits) return none;
  const found = limits.contexts.find(({ context }) => holds(context, valueOf));
  if (found) return found.limits;
  return (mode === undefined ? undefined : limits.byMode.get(mode)) ?? limits.normal;
}

/**
 * The worst limit that a value crosses. A value equal to a limit does not cross it.
 * @returns undefined when the value is inside all limits
 */
export function crossedLimit(value: number, limits: readonly Limit[]): Limit | undefined {
  let worst: Limit | undefined;
  for (const limit of limits) {
    const isCrossed = limit.bound === "low" ? value < limit.value : value > limit.value;
    if (isCrossed && (worst === undefined || limit.severity === "red")) worst = limit;
  }
  return worst;
}
