/**
 * The telemetry dictionary: contents of the spacecraft's packets, and their meaning.
 *
 *   schema.ts, packetSchema.ts, parameterSchema.ts, parameterRules.ts, timeSchema.ts, unitSchema.ts, texts.ts   shape of the file
 *   load.ts, plainValue.ts, document.ts, accept.ts   file -> YAML -> checked dictionary
 *   readPacket.ts, header.ts, conditions.ts, layout.ts   packets: headers, layouts, places of fields
 *   readParameter.ts, calibration.ts, bitOrder.ts, structures.ts, states.ts, stateAlarms.ts, rawRange.ts   parameters
 *   check.ts, checkLayouts.ts               checks across parts          stored.ts      which packets are stored ones
 *   problem.ts     problems with file, line and key          dictionary.ts  the checked dictionary's types
 *   units.ts       units and Prometheus base units           limits.ts      yellow and red limits, by mode
 *   derived.ts, formula/   parameters that are computed from others; formulas
 *   contextSchema.ts, context.ts, resolveContexts.ts, finder.ts   limits and calibrations chosen by other parameters
 *   eventSchema.ts, events.ts, eventFields.ts   packets that say what happened on board
 *   metricName.ts  parameter -> metric name                  default.yaml   the dictionary shipped with Perigee
 *   memory.ts      memory that a dictionary takes            mounted.ts     the file in pods, compressed if big
 *   scrapeInterval.ts  scrape interval of the exporter
 */
export { holds, type ValueOf } from "./context";
export { formulaUnitProblems } from "./derived";
export type {
  Calibration,
  Condition,
  Curve,
  Dictionary,
  Field,
  Packet,
  Parameter,
  TimeCode,
  TimeField,
  VaryingField,
  VaryingLength,
} from "./dictionary";
export type { PacketEvent } from "./events";
export { eventSeverities, type EventSeverity } from "./eventSchema";
export { type BitRange, bitsOf } from "./layout";
export {
  areLimitsFixed,
  type Bound,
  crossedLimit,
  type Limit,
  limitSets,
  limitsInForce,
  type Severity,
} from "./limits";
export { defaultDictionaryPath, defaultDictionaryText, loadDictionary, parseDictionary } from "./load";
export { extraMemoryMiB, fleetMemoryMiB } from "./memory";
export { exporterMetricNames, metricNameOf } from "./metricName";
export { isCompressed, mostConfigMapBytes, mountedDictionary, readDictionaryText } from "./mounted";
export { DictionaryError, formatProblem, mostListed } from "./problem";
export { rawRange } from "./rawRange";
export { scrapeIntervalSeconds } from "./scrapeInterval";
export { stateNames } from "./stateAlarms";
export { cucPreambleBytes, timeBytes } from "./timeSchema";
export { type BaseUnit, isUnit } from "./units";
