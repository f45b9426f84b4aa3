/** Checks across the parts of a dictionary: unique names, layouts, states, calibrations, limits. */
import { checkLayouts } from "./checkLayouts";
import type { Calibration, Curve, Dictionary, Field, Packet, Parameter } from "./dictionary";
import type { Limit } from "./limits";
import { exporterMetricNames } from "./metricName";
import type { Path } from "./problem";
import { rawRange } from "./rawRange";
import type { Refused } from "./refused";

/** Reporter of a problem, or of what is hardly meant, of a packet, parameter or hidden field. */
export interface Report {
  readonly error: (part: Packet | Field, key: Path, message: string) => void;
  readonly warning: (part: Packet | Field, key: Path, message: () => string) => void;
  /** Line of a part in the file, from 1. */
  readonly lineOf: (part: Packet | Field) => number;
}

/** What the file has beside what was read of it. */
export interface Written {
  readonly refused: Refused;
  /** True where the file names a mode parameter, also one that cannot be it. */
  readonly hasMode: boolean;
}

/** Checks across the parts of a dictionary; reports every problem. */
export function checkDictionary(dictionary: Dictionary, written: Written, report: Report): void {
  checkUnique(
    dictionary.packets,
    (packet) => packet.name,
    (packet, first) =>
      report.error(
        packet,
        ["name"],
        `${packet.name} is already the name of APID ${first.apid} (line ${report.lineOf(first)})`,
      ),
  );
  checkUnique(
    dictionary.parameters,
    (parameter) => parameter.metric,
    (parameter, first) =>
      report.error(
        parameter,
        ["name"],
        `gives the metric ${parameter.metric}, as ${first.packet}.${first.name} does (line ${report.lineOf(first)})`,
      ),
  );
  checkLayouts(dictionary, written.refused, report);
  for (const parameter of dictionary.parameters) checkParameter(parameter, dictionary, written, report);
  checkFamilies(dictionary, report);
}

/** Warning about a gauge, a counter and a text that OpenMetrics, which leaves _total and _info out, would call the same. */
function checkFamilies({ parameters }: Dictionary, report: Report): void {
  const kinds = Map.groupBy(parameters, ({ metric }) => metric.replace(/_(?:total|info)$/, ""));
  for (const [family, [first, ...others]] of kinds) {
    if (!first) continue;
    for (const other of others.filter(({ metric }) => metric !== first.metric)) {
      report.warning(
        other,
        ["name"],
        () =>
          `gives the metric ${other.metric}; ${first.metric} (line ${report.lineOf(first)}) has the same family in OpenMetrics, ${family}`,
      );
    }
  }
}

function checkUnique<T>(
  all: readonly T[],
  key: (each: T) => unknown,
  onDouble: (each: T, first: T) => void,
): void {
  const seen = new Map<unknown, T>();
  for (const each of all) {
    const first = seen.get(key(each));
    if (first === undefined) seen.set(key(each), each);
    else onDouble(each, first);
  }
}

function checkParameter(
  parameter: Parameter,
  dictionary: Dictionary,
  { hasMode }: Written,
  report: Report,
): void {
  if (Object.values<string>(exporterMetricNames).includes(parameter.metric)) {
    report.error(parameter, ["name"], `gives the metric ${parameter.metric}, which is the exporter's own`);
  }
  checkMetricName(parameter, report);
  checkStates(parameter, report);
  const { calibration, limits } = parameter;
  for (const { curve, key } of curvesOf(calibration)) {
    if (curve.kind === "table" && !isRising(curve.raw)) {
      report.error(parameter, ["calibration", ...key, "table"], "raw values must rise from point to point");
    }
  }
  if (!limits) return;
  checkOrder(parameter, limits.normal, ["limits"], report);
  checkReach(parameter, limits.normal, ["limits"], report);
  limits.contexts.forEach(({ limits: set }, i) => {
    checkOrder(parameter, set, ["limits", "contexts", i], report);
    checkReach(parameter, set, ["limits", "contexts", i], report);
  });
  const modes = new Set(dictionary.mode?.states.values());
  for (const [mode, set] of limits.byMode) {
    checkOrder(parameter, set, ["limits", "byMode", mode], report);
    checkReach(parameter, set, ["limits", "byMode", mode], report);
    if (!dictionary.mode && hasMode) continue;
    if (!dictionary.mode) {
      report.error(
        parameter,
        ["limits", "byMode"],
        "the dictionary names no mode parameter (mode: subsystem.name)",
      );
    } else if (!modes.has(mode)) {
      report.error(
        parameter,
        ["limits", "byMode", mode],
        `${mode} is no state of ${dictionary.mode.name}: ${[...modes].join(", ")}`,
      );
    }
  }
}

function checkStates(parameter: Parameter, report: Report): void {
  checkUnique(
    [...parameter.states],
    ([, state]) => state,
    ([raw, state], [first]) =>
      report.error(parameter, ["states", String(raw)], `${state} is already the name of ${first}`),
  );
}

/** Endings of names that Prometheus gives to the series of histograms and summaries. */
const reservedEnding = /_(?:bucket|count|sum|created|info)$/;

function checkMetricName(parameter: Parameter, report: Report): void {
  const { metric, name, unit, type } = parameter;
  const { suffix } = unit.base;
  if (suffix !== "" && (name === suffix || name.endsWith(`_${suffix}`))) {
    report.warning(
      parameter,
      ["name"],
      () => `gives the metric ${metric}, with the unit twice: leave ${suffix} out of the name`,
    );
  }
  const ending = type === "string" || type === "binary" ? null : reservedEnding.exec(metric);
  if (ending) {
    report.warning(
      parameter,
      ["name"],
      () => `gives the metric ${metric}; Prometheus reserves the ending ${ending[0]}`,
    );
  }
}

/** Warning about limits that no number of the field can cross. */
function checkReach(parameter: Parameter, limits: readonly Limit[], key: Path, report: Report): void {
  const { calibration, type } = parameter;
  if (type === "float" || type === "derived" || isCurve(calibration)) return;
  const { lowest, highest } = rawRange(parameter);
  const values =
    calibration.kind === "table" ? calibration.value : [lowest, highest].map((raw) => atRaw(raw, parameter));
  const [least, most] = [Math.min(...values), Math.max(...values)];
  for (const { severity, bound, value } of limits) {
    if (bound === "low" ? value > least : value < most) continue;
    const end = bound === "low" ? `above ${least}` : `below ${most}`;
    report.warning(
      parameter,
      [...key, severity, bound],
      () =>
        `can never be crossed: the values of the field end at ${bound === "low" ? least : most}, and the limit (${value}) is not ${end}, in base units`,
    );
  }
}

const isRising = (raw: readonly number[]): boolean =>
  raw.every((each, i) => i === 0 || each > (raw[i - 1] ?? -Infinity));

/** Curves of a calibration, with the key of each. */
function curvesOf(calibration: Calibration): { curve: Curve; key: Path }[] {
  if (calibration.kind !== "context") return [{ curve: calibration, key: [] }];
  const { choices, otherwise } = calibration;
  return [
    ...choices.map(({ curve }, i) => ({ curve, key: ["contexts", i] })),
    ...(otherwise ? [{ curve: otherwise, key: [] }] : []),
  ];
}

const isCurve = ({ kind }: Parameter["calibration"]): boolean =>
  kind === "polynomial" || kind === "formula" || kind === "context";

function atRaw(raw: number, { calibration }: Parameter): number {
  return calibration.kind === "linear"
    ? calibration.constant + (raw * calibration.numerator) / calibration.denominator
    : raw;
}

/** Check of the order red low <= yellow low < yellow high <= red high, for the limits that exist. */
function checkOrder(parameter: Parameter, limits: readonly Limit[], key: Path, report: Report): void {
  const order = ["red low", "yellow low", "yellow high", "red high"];
  const given = limits
    .map((limit) => ({ name: `${limit.severity} ${limit.bound}`, value: limit.value }))
    .sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
  given.forEach((limit, i) => {
    const before = given[i - 1];
    if (!before) return;
    const mayBeEqual =
      (before.name === "red low" && limit.name === "yellow low") ||
      (before.name === "yellow high" && limit.name === "red high");
    if (mayBeEqual ? before.value > limit.value : before.value >= limit.value) {
      report.error(
        parameter,
        key,
        `limits out of order: ${before.name} (${before.value}) must be below ${limit.name} (${limit.value}), in base units`,
      );
    }
  });
}
