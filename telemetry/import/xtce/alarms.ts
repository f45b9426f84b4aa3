/** Alarms of XTCE: ranges of numbers and labels of enumerations, in two severities instead of five. */
import type { Criterion, ForeignBounds, ForeignField, ForeignLimits, Place } from "../definition";
import type { Findings } from "../findings";
import { child, childrenOf, type Element, numberOf, placeIn } from "../xml";

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
    findings.leftOut(placeIn(place, other), `its alarm ${other.name}`);
  }
  if (!ranges) return undefined;
  if (ranges.attributes.rangeForm === "inside") {
    findings.leftOut(placeIn(place, ranges), "its alarm inside of a range");
    return undefined;
  }
  const limits: Partial<Record<Severity, ForeignBounds>> = {};
  for (const [level, severity] of Object.entries(severities)) {
    const range = ranges.children.find(({ name }) => name.toLowerCase() === `${level}range`);
    if (!range) continue;
    const bounds = boundsOf(range, place, findings);
    const before = limits[severity];
    if (before) {
      findings.leftOut(placeIn(place, range), `its level ${level}: ${severity} begins at a milder one`);
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
      findings.note(placeIn(place, range), message);
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

/** Conditions of a context match; a text for those that cannot be carried over. */
export type ReadMatch = (match: Element | undefined) => readonly Criterion[] | string;

/** Limits by context; besides by label of one enumeration, where all of them are. */
export function readContextLimits(
  type: Element,
  place: Place,
  findings: Findings,
  readMatch: ReadMatch,
): Pick<ForeignField, "limitsByContext" | "limitsByMode" | "modeField"> {
  const byMode = new Map<string, ForeignLimits>();
  const modes = new Set<string | undefined>();
  const limitsByContext = childrenOf(child(type, "ContextAlarmList"), "ContextAlarm").flatMap((context) => {
    const match = child(context, "ContextMatch");
    const limits = readRanges(context, place, findings);
    if (!limits) return [];
    const label = labelOf(match);
    modes.add(label?.field);
    if (label) byMode.set(label.value, limits);
    const when = readMatch(match);
    if (typeof when !== "string") return [{ when, value: limits }];
    findings.leftOut(placeIn(place, context), `an alarm by context: ${when}`);
    return [];
  });
  if (limitsByContext.length === 0) return {};
  const [mode, ...others] = modes;
  const isOneMode = mode !== undefined && others.length === 0 && byMode.size === limitsByContext.length;
  return { limitsByContext, ...(isOneMode && { limitsByMode: byMode, modeField: mode }) };
}

/** The one label of one enumeration that a match is. */
function labelOf(match: Element | undefined): { field: string; value: string } | undefined {
  const comparisons = [
    ...childrenOf(match, "Comparison"),
    ...childrenOf(child(match, "ComparisonList"), "Comparison"),
  ];
  const [only] = comparisons;
  const { comparisonOperator = "==", parameterRef, value = "" } = only?.attributes ?? {};
  const isOne = comparisons.length === 1 && comparisonOperator === "==" && parameterRef !== undefined;
  return isOne ? { field: parameterRef, value } : undefined;
}
