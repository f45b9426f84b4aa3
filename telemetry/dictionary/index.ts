/**
 * The telemetry dictionary: contents of the spacecraft's packets, and their meaning.
 *
 *   schema.ts     shape of the file, part by part          check.ts      checks across parts
 *   load.ts       file -> checked dictionary                problem.ts    problems with file, line and key
 *   dictionary.ts the checked dictionary's types            limits.ts     yellow and red limits, by mode
 *   units.ts      units and Prometheus base units           metricName.ts parameter -> metric name
 *   layout.ts     positions of fields, calibration          default.yaml  the dictionary shipped with Perigee
 *   memory.ts     memory that a dictionary takes
 *   scrapeInterval.ts  scrape interval of the exporter      mounted.ts    the file in pods, compressed if big
 */
export type { Calibration, Dictionary, Packet, Parameter, TimeCode } from "./dictionary";
export { type Bound, crossedLimit, type Limit, limitsInForce, type Severity } from "./limits";
export { defaultDictionaryPath, defaultDictionaryText, loadDictionary, parseDictionary } from "./load";
export { extraMemoryMiB } from "./memory";
export { exporterMetricNames } from "./metricName";
export { isCompressed, mostConfigMapBytes, mountedDictionary, readDictionaryText } from "./mounted";
export { DictionaryError, formatProblem } from "./problem";
export { scrapeIntervalSeconds } from "./scrapeInterval";
export { type BaseUnit } from "./units";
