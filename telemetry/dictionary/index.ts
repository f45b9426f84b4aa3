/**
 * The telemetry dictionary: what the spacecraft's packets contain and what it means.
 *
 *   schema.ts     shape of the file, part by part          check.ts      what shows only when parts are seen together
 *   load.ts       file -> checked dictionary                problem.ts    problems with file, line and key
 *   dictionary.ts the checked dictionary's types            limits.ts     yellow and red limits, by mode
 *   units.ts      units and Prometheus base units           metricName.ts parameter -> metric name
 *   layout.ts     where fields lie, calibration             default.yaml  the dictionary that comes with Perigee
 *   scrapeInterval.ts  how often its exporter is scraped
 */
export type { Calibration, Dictionary, Packet, Parameter, TimeCode } from "./dictionary";
export { type Bound, crossedLimit, type Limit, limitsInForce, type Severity } from "./limits";
export { defaultDictionaryPath, defaultDictionaryText, loadDictionary, parseDictionary } from "./load";
export { exporterMetricNames } from "./metricName";
export { DictionaryError, formatProblem } from "./problem";
export { scrapeIntervalSeconds } from "./scrapeInterval";
export { type BaseUnit } from "./units";
