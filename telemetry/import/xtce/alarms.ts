/** Alarms of XTCE: ranges of numbers and labels of enumerations, in two severities instead of five. */
import type { ForeignBounds, ForeignField, ForeignLimits, Place } from "../definition";
import type { Findings } from "../findings";
import { child, childrenOf, type Element, numberOf } from "../xml";

type Severity = "yellow" | "red";

/** The five levels, from the mildest on, in the two of a dictionary. */
const severities: Readonly<Record<string, Severity>> = {
  watch: "yellow",
  warning: "yellow",
  distress: "yellow",
  critical: "red",
  severe: "red",
};

const severityOf = (level: string | undefined): Severity | undefined =>
  level === undefined ? undefined : severities[level.toLowerCase()];

/** Limits in the range form: outside of them is the alarm. */
export function readRanges(
  alarm: Element | undefined,
  place: Place,
  findings: Findings,
): ForeignLimits | undefined {
  const ranges = child(alarm, "StaticAlarmRanges") ?? child(alarm, "StaticAlarmRange");
  const violations = numberOf(alarm, "minViolations");
  for (const other of childrenOf(
    alarm,
    "ChangeAlarmRanges",
    "ChangePerSecondAlarmRanges",
    "AlarmMultiRanges",
    "AlarmConditions",
    "CustomAlarm",
  )) {
    findings.leftOut({ ...place, line: other.line }, `its alarm ${other.name}`);
  }
  if (!ranges) return undefined;
  if (ranges.attributes.rangeForm === "inside") {
    findings.leftOut({ ...place, line: ranges.line }, "its alarm inside of a range");
    return undefined;
  }
  const limits: Partial<Record<Severity, ForeignBounds>> = {};
  for (const [level, severity] of Object.entries(severities)) {
    const range = ranges.children.find(({ name }) => name.toLowerCase() === `${level}range`);
    if (!range) continue;
    const bounds = boundsOf(range, place, findings);
    const before = limits[severity];
    if (before) {
      findings.leftOut(
        { ...place, line: range.line },
        `its level ${level}: ${severity} begins at a milder one`,
      );
    }
    limits[severity] = { low: before?.low ?? bounds.low, high: before?.high ?? bounds.high };
  }
  return { ...limits, violations };
}

function boundsOf(range: Element, place: Place, findings: Findings): ForeignBounds {
  const bound = (end: "min" | "max"): number | undefined => {
    const exclusive = numberOf(range, `${end}Exclusive`);
    if (exclusive !== undefined) {
      const message = `the value ${exclusive} itself is an alarm there; here what is beyond it`;
      findings.note({ ...place, line: range.line }, message);
    }
    return numberOf(range, `${end}Inclusive`) ?? exclusive;
  };
  return { low: bound("min"), high: bound("max") };
}

/** Severity of each label, and that of all others. */
export function readLabelAlarms(alarm: Element | undefined): {
  readonly byLabel: ReadonlyMap<string, Severity>;
  readonly other: Severity | undefined;
} {
  const list = child(alarm, "EnumerationAlarmList") ?? alarm;
  const byLabel = new Map<string, Severity>();
  for (const each of childrenOf(list, "EnumerationAlarm")) {
    const severity = severityOf(each.attributes.alarmLevel);
    const label = each.attributes.enumerationLabel ?? each.attributes.enumerationValue;
    if (severity !== undefined && label !== undefined) byLabel.set(label, severity);
  }
  return { byLabel, other: severityOf(alarm?.attributes.defaultAlarmLevel) };
}

/**
 * Limits by context, where each context is one label of one enumeration.
 * @returns undefined where there are none, or others, which are reported
 */
export function readContextLimits(
  type: Element,
  place: Place,
  findings: Findings,
): Pick<ForeignField, "limitsByMode" | "modeField"> | undefined {
  const byMode = new Map<string, ForeignLimits>();
  let modeField: string | undefined;
  for (const context of childrenOf(child(type, "ContextAlarmList"), "ContextAlarm")) {
    const match = child(context, "ContextMatch");
    const comparisons = [
      ...childrenOf(match, "Comparison"),
      ...childrenOf(child(match, "ComparisonList"), "Comparison"),
    ];
    const [only] = comparisons;
    const isEqual = (only?.attributes.comparisonOperator ?? "==") === "==";
    const field = only?.attributes.parameterRef;
    const isOneMode = comparisons.length === 1 && isEqual && (modeField ?? field) === field;
    const limits = isOneMode ? readRanges(context, place, findings) : undefined;
    if (!limits || field === undefined) {
      findings.leftOut(
        { ...place, line: context.line },
        "an alarm by a context that is not one state of one parameter",
      );
      continue;
    }
    modeField = field;
    byMode.set(only?.attributes.value ?? "", limits);
  }
  return modeField === undefined ? undefined : { limitsByMode: byMode, modeField };
}
