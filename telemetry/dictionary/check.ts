/** Checks across the parts of a dictionary: unique names, overlapping fields, states, calibrations, limits. */
import type { Dictionary, Packet, Parameter } from "./dictionary";
import type { Limit } from "./limits";
import { exporterMetricNames } from "./metricName";
import type { Path } from "./problem";

/** Function that reports a problem of a packet or parameter. */
export type Report = (part: Packet | Parameter, key: Path, message: string) => void;

/** Checks across the parts of a dictionary; reports every problem. */
export function checkDictionary(dictionary: Dictionary, report: Report): void {
  checkUnique(
    dictionary.packets,
    (packet) => packet.apid,
    (packet, first) =>
      report(packet, ["apid"], `APID ${packet.apid} is already packet ${first.name} (line ${first.line})`),
  );
  checkUnique(
    dictionary.packets,
    (packet) => packet.name,
    (packet, first) =>
      report(
        packet,
        ["name"],
        `${packet.name} is already the name of APID ${first.apid} (line ${first.line})`,
      ),
  );
  checkUnique(
    dictionary.parameters,
    (parameter) => parameter.metric,
    (parameter, first) =>
      report(
        parameter,
        ["name"],
        `gives the metric ${parameter.metric}, as ${first.packet}.${first.name} does (line ${first.line})`,
      ),
  );
  for (const packet of dictionary.packets) checkExtents(packet, report);
  for (const parameter of dictionary.parameters) checkParameter(parameter, dictionary, report);
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

function checkExtents(packet: Packet, report: Report): void {
  const last = packet.userDataBytes * 8;
  let widest: Parameter | undefined;
  for (const parameter of [...packet.parameters].sort((a, b) => a.bitOffset - b.bitOffset)) {
    const end = parameter.bitOffset + parameter.bitSize;
    if (end > last) {
      report(
        parameter,
        ["name"],
        `${parameter.name} ends at bit ${end}, the packet ${packet.name} at bit ${last} (${packet.userDataBytes} bytes)`,
      );
    }
    const widestEnd = widest ? widest.bitOffset + widest.bitSize : 0;
    if (widest && parameter.bitOffset < widestEnd) {
      report(
        parameter,
        ["name"],
        `${parameter.name} (bits ${parameter.bitOffset} to ${end - 1}) overlaps ${widest.name} ` +
          `(bits ${widest.bitOffset} to ${widestEnd - 1}, line ${widest.line})`,
      );
    }
    if (end > widestEnd) widest = parameter;
  }
}

function checkParameter(parameter: Parameter, dictionary: Dictionary, report: Report): void {
  if (Object.values<string>(exporterMetricNames).includes(parameter.metric)) {
    report(parameter, ["name"], `gives the metric ${parameter.metric}, which is the exporter's own`);
  }
  checkStates(parameter, report);
  const { calibration, limits } = parameter;
  if (
    calibration.kind === "table" &&
    calibration.raw.some((raw, i) => i > 0 && raw <= (calibration.raw[i - 1] ?? -Infinity))
  ) {
    report(parameter, ["calibration", "table"], "raw values must rise from point to point");
  }
  if (!limits) return;
  checkOrder(parameter, limits.normal, ["limits"], report);
  const modes = new Set(dictionary.mode?.states.values());
  for (const [mode, set] of limits.byMode) {
    checkOrder(parameter, set, ["limits", "byMode", mode], report);
    if (!dictionary.mode) {
      report(
        parameter,
        ["limits", "byMode"],
        "the dictionary names no mode parameter (mode: subsystem.name)",
      );
    } else if (!modes.has(mode)) {
      report(
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
      report(parameter, ["states", String(raw)], `${state} is already the name of ${first}`),
  );
  for (const [raw] of parameter.states) {
    if (raw >= 2 ** parameter.bitSize) {
      report(parameter, ["states", String(raw)], `${raw} does not fit in ${parameter.bitSize} bits`);
    }
  }
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
      report(
        parameter,
        key,
        `limits out of order: ${before.name} (${before.value}) must be below ${limit.name} (${limit.value}), in base units`,
      );
    }
  });
}
