import type { Bound, Dictionary, Limit, Parameter, Severity } from "../../../../../telemetry/dictionary";
import { shownNumber, words } from "../../../../../telemetry/rules/shownValue";
import type { AlertCase, Firing } from "../alertCase";
import { series, spacecraft } from "./series";

/** The samples are 5 s apart; the time is longer than any persistence of the dictionary. */
const intervalSeconds = 5;
const interval = `${intervalSeconds}s`;
const lastingSeconds = 75;
const lasting = `${lastingSeconds}s`;
const families = { yellow: "BusParameterYellow", red: "BusParameterRed" } as const;

/**
 * Cases for every limit of a dictionary at once: what a limit does, all parameters do.
 * @param crossed what the cases that fire cover, for counting
 */
export function limitCases(dictionary: Dictionary): { cases: AlertCase[]; crossed: Crossing[] } {
  const kinds = (["yellow", "red"] as const).flatMap((severity) =>
    (["low", "high"] as const).map((bound) => ({ severity, bound })),
  );
  const crossed = kinds.flatMap(({ severity, bound }) => crossings(dictionary, severity, bound));
  const beyond = kinds.map(({ severity, bound }): AlertCase => {
    const those = crossed.filter((each) => each.limit.severity === severity && each.limit.bound === bound);
    return {
      alert: families[severity],
      it: `fires for every parameter beyond its ${severity} ${bound} limit`,
      series: { ...limitSeries(dictionary), ...valueSeries(those, (each) => `${each.value}x60`) },
      interval,
      bound,
      at: lasting,
      firing: those.map(firingOf),
    };
  });
  return { cases: [...beyond, ...silentCases(dictionary, crossed)], crossed };
}

/** A parameter beyond one of its normal limits. */
export interface Crossing {
  readonly parameter: Parameter;
  readonly limit: Limit;
  readonly value: number;
}

function crossings(dictionary: Dictionary, severity: Severity, bound: Bound): Crossing[] {
  return dictionary.parameters.flatMap((parameter) =>
    (parameter.limits?.normal ?? [])
      .filter((limit) => limit.severity === severity && limit.bound === bound)
      .map((limit) => ({ parameter, limit, value: beyond(parameter, limit) })),
  );
}

/** Beyond this limit, but not beyond a further one. */
function beyond(parameter: Parameter, limit: Limit): number {
  const further = parameter.limits?.normal.find(
    (each) => each.bound === limit.bound && each.severity === "red" && limit.severity === "yellow",
  );
  if (further) return (limit.value + further.value) / 2;
  const step = Math.abs(limit.value) * 0.1 || 1;
  return limit.bound === "low" ? limit.value - step : limit.value + step;
}

function silentCases(dictionary: Dictionary, crossed: readonly Crossing[]): AlertCase[] {
  const limits = limitSeries(dictionary);
  const onTheLimit = (severity: Severity, bound: Bound): AlertCase => ({
    alert: families[severity],
    it: `is silent while every parameter is on its ${severity} ${bound} limit, not beyond it`,
    series: {
      ...limits,
      ...valueSeries(
        crossed.filter(({ limit }) => limit.severity === severity && limit.bound === bound),
        ({ limit }) => `${limit.value}x60`,
      ),
    },
    interval,
    bound,
    at: lasting,
    firing: [],
  });
  const tooShort = (severity: Severity, bound: Bound): AlertCase => ({
    alert: families[severity],
    it: `is silent while no parameter has been beyond its ${severity} ${bound} limit for its persistence`,
    series: {
      ...limits,
      ...valueSeries(
        crossed.filter(
          ({ limit, parameter }) =>
            limit.severity === severity && limit.bound === bound && parameter.limits?.persistenceSeconds,
        ),
        (each) => `${each.limit.value}x${samplesBefore(each.parameter)} ${each.value}x60`,
      ),
    },
    interval,
    bound,
    at: lasting,
    firing: [],
  });
  return (["yellow", "red"] as const).flatMap((severity) =>
    (["low", "high"] as const).flatMap((bound) => [onTheLimit(severity, bound), tooShort(severity, bound)]),
  );
}

/** Samples inside the limit, after the first, for which the persistence is over one sample too late. */
function samplesBefore({ limits }: Parameter): number {
  const persistenceSamples = Math.ceil((limits?.persistenceSeconds ?? 0) / intervalSeconds);
  return lastingSeconds / intervalSeconds - persistenceSamples;
}

function limitSeries(dictionary: Dictionary): Record<string, string> {
  return Object.fromEntries(
    dictionary.parameters.flatMap((parameter) =>
      (parameter.limits?.normal ?? []).map(({ severity, bound, value }) => [
        series("bus_parameter_limit", { parameter: parameter.metric, severity, bound }),
        `${value}x60`,
      ]),
    ),
  );
}

function valueSeries(
  crossed: readonly Crossing[],
  values: (each: Crossing) => string,
): Record<string, string> {
  return Object.fromEntries(crossed.map((each) => [series(each.parameter.metric), values(each)]));
}

function firingOf({ parameter, limit, value }: Crossing): Firing {
  const { bound, severity } = limit;
  const side = bound === "low" ? "below" : "above";
  const { base } = parameter.unit;
  return {
    labels: { spacecraft, parameter: parameter.metric, bound },
    summary: `perigee-1: ${parameter.subsystem} ${words(parameter.name)} ${side} its ${severity} limit`,
    description: `${parameter.description}: ${shownNumber(value, base)}, ${side} the ${severity} ${bound} limit of ${shownNumber(limit.value, base)}.`,
  };
}
