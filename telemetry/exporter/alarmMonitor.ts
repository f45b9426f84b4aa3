/** Alarms in the exporter: yellow or red when a limit stays crossed, or a state lasts, for its persistence. */
import {
  crossedLimit,
  type Dictionary,
  type Limit,
  limitsInForce,
  type Parameter,
  type Severity,
  type ValueOf,
} from "../dictionary";

/** Severity of a limit that has been crossed for the parameter's persistence. */
export type Alarm = Severity;

/** Monitor of the limits; stores the time since which each parameter is outside them. */
export class AlarmMonitor {
  /** Start times in seconds since 1970, by `parameter.index`; NaN: inside. Outside red is also outside yellow. */
  private readonly outsideSince: Float64Array;
  private readonly redSince: Float64Array;

  constructor(dictionary: Dictionary) {
    this.outsideSince = new Float64Array(dictionary.parameters.length).fill(NaN);
    this.redSince = new Float64Array(dictionary.parameters.length).fill(NaN);
  }

  /**
   * Updates the start times with the new values of a packet.
   * @param valueOf values of parameters that are known now, for limits by context
   */
  update(
    parameters: readonly Parameter[],
    values: Float64Array,
    mode: string | undefined,
    now: number,
    valueOf?: ValueOf,
  ): void {
    for (const parameter of parameters) {
      const { index, limits, alarms } = parameter;
      if (!limits && !alarms) continue;
      const severity = limits
        ? worstCrossed(parameter, values, mode, valueOf)?.severity
        : alarms?.byState.get(values[index] ?? NaN);
      mark(this.outsideSince, index, severity !== undefined, now);
      mark(this.redSince, index, severity === "red", now);
    }
  }

  alarm(parameter: Parameter, now: number): Alarm | undefined {
    const persistence = (parameter.limits ?? parameter.alarms)?.persistenceSeconds ?? 0;
    const hasLasted = (since: number | undefined): boolean =>
      since !== undefined && now - since >= persistence;
    if (hasLasted(this.redSince[parameter.index])) return "red";
    return hasLasted(this.outsideSince[parameter.index]) ? "yellow" : undefined;
  }
}

/** The worst limit that the value crosses, or that any element of an array does. */
function worstCrossed(
  parameter: Parameter,
  values: Float64Array,
  mode: string | undefined,
  valueOf: ValueOf | undefined,
): Limit | undefined {
  const { index, array } = parameter;
  const limits = limitsInForce(parameter, mode, valueOf);
  if (!array) return crossedLimit(values[index] ?? NaN, limits);
  let worst: Limit | undefined;
  for (let i = 0; i < array.most && worst?.severity !== "red"; i++) {
    worst = crossedLimit(values[array.slot + i] ?? NaN, limits) ?? worst;
  }
  return worst;
}

function mark(since: Float64Array, index: number, isOutside: boolean, now: number): void {
  if (!isOutside) since[index] = NaN;
  else if (Number.isNaN(since[index])) since[index] = now;
}
