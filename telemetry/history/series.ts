/** Series of the history: one of each value that a dictionary can have, with a name that no live series has. */
import { isText } from "../decoder";
import type { Dictionary, Packet, Parameter } from "../dictionary";

/**
 * Metric of a parameter in the history. The live metrics and the rules' records begin with other words, so that the two
 * never meet: neither rules nor dashboards of the present see the history.
 */
export const historyMetric = ({ metric }: Pick<Parameter, "metric">): string => `onboard_${metric}`;

export interface HistorySeries {
  readonly parameter: Parameter;
  readonly metric: string;
  /** Labels besides the metric's name: `spacecraft`, and `index` of an element of an array. */
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Series by the slot of their value in `TelemetryState.values`. The dictionary fixes their number. Texts have none: each
 * different one would be a series for ever.
 */
export function historySeries(dictionary: Dictionary, spacecraft: string): Map<number, HistorySeries> {
  const series = new Map<number, HistorySeries>();
  for (const parameter of dictionary.parameters.filter((each) => !isText(each))) {
    const metric = historyMetric(parameter);
    const { array, index } = parameter;
    if (!array) series.set(index, { parameter, metric, labels: { spacecraft } });
    for (let i = 0; array && i < array.most; i++) {
      series.set(array.slot + i, { parameter, metric, labels: { index: String(i), spacecraft } });
    }
  }
  return series;
}

/**
 * Slots of a packet's samples: those with a value. An enumeration is the number of its state, as recorded by
 * `spacecraft:...:raw`.
 * @param slots receives them from its start
 * @returns their number
 */
export function sampleSlots({ parameters }: Packet, values: Float64Array, slots: Uint32Array): number {
  let found = 0;
  for (const parameter of parameters) {
    const { array, index } = parameter;
    const value = values[index] ?? NaN;
    if (Number.isNaN(value) || isText(parameter)) continue;
    if (!array) {
      slots[found++] = index;
      continue;
    }
    for (let slot = array.slot; slot < array.slot + value; slot++) {
      if (!Number.isNaN(values[slot] ?? NaN)) slots[found++] = slot;
    }
  }
  return found;
}

/** The same of several spacecraft: the slots of each behind those of the one before it. */
export function fleetSeries(dictionary: Dictionary, fleet: readonly string[]): Map<number, HistorySeries> {
  return new Map(
    fleet.flatMap((spacecraft, place) =>
      [...historySeries(dictionary, spacecraft)].map(([slot, series]): [number, HistorySeries] => [
        place * dictionary.slots + slot,
        series,
      ]),
    ),
  );
}
