/** What numbers mean by the type of their parameter: calibration and unit, states, alarms. */
import type { ForeignField, ForeignState, Place } from "../definition";
import type { Findings } from "../findings";
import { withOwnUnit } from "../numbersOnly";
import { withFittingStates } from "../states";
import { child, childrenOf, type Element, numberIn, numberOf, placeIn } from "../xml";
import { readContextLimits, readLabelAlarms, type ReadMatch, readRanges } from "./alarms";
import { readCalibrator, readContextCalibrators } from "./calibrators";
import { isCalibrated, scaleOf } from "./time";

/** How contexts are read; undefined: they are not, because this field is itself a context's. */
export interface ContextReader {
  readonly readMatch: ReadMatch;
  /** Name of the field that a reference means. */
  readonly nameOf: (reference: string) => string;
}

/** Field with what its type says that its number means. */
export function meaningOf(
  field: ForeignField,
  type: Element,
  encoding: Element | undefined,
  contexts: ContextReader | undefined,
  findings: Findings,
): ForeignField {
  const isNumber = type.name === "IntegerParameterType" || type.name === "FloatParameterType";
  if (!isNumber) reportAlarms(type, field.place, findings);
  if (hasStates(type)) reportCalibrators(encoding, field.place, findings);
  switch (type.name) {
    case "EnumeratedParameterType":
      return withOwnUnit({ ...enumerationField(field, type, findings), unit: unitOf(type) }, findings);
    case "BooleanParameterType":
      return withOwnUnit({ ...booleanField(field, type, findings), unit: unitOf(type) }, findings);
    case "AbsoluteTimeParameterType":
    case "RelativeTimeParameterType":
      return timeField(field, type, findings);
    case "IntegerParameterType":
    case "FloatParameterType":
      return numberField(field, type, encoding, contexts, findings);
    default:
      return withOwnUnit({ ...field, unit: unitOf(type) }, findings);
  }
}

function numberField(
  field: ForeignField,
  type: Element,
  encoding: Element | undefined,
  contexts: ContextReader | undefined,
  findings: Findings,
): ForeignField {
  if (field.type === "string" || field.type === "binary") {
    findings.leftOut(field.place, `it is a number written as ${field.type}: it is shown as it is sent`);
    return field;
  }
  const { place, bits } = field;
  reportValidRanges(type, place, findings);
  const raw = { bits, isSigned: field.type === "signed", isFloat: field.type === "float" };
  const calibration = readCalibrator(encoding, raw);
  const limits = readRanges(child(type, "DefaultAlarm"), place, findings);
  const limitsByContext = contexts ? readContextLimits(type, place, findings, contexts.readMatch) : {};
  const { modeField } = limitsByContext;
  const calibrationByContext = contexts
    ? readContextCalibrators(encoding, raw, place, findings, contexts.readMatch)
    : [];
  if (typeof calibration === "string") {
    const lost = (limits ?? limitsByContext.limitsByContext) ? ", and it has no limits" : "";
    findings.leftOut(place, `${calibration}: the number is shown as it is sent, without its unit${lost}`);
    return field;
  }
  return {
    ...field,
    calibration,
    unit: unitOf(type),
    limits,
    ...limitsByContext,
    ...(modeField !== undefined && { modeField: contexts?.nameOf(modeField) }),
    ...(calibrationByContext.length > 0 && { calibrationByContext }),
  };
}

function enumerationField(field: ForeignField, type: Element, findings: Findings): ForeignField {
  if (
    field.type === "string" ||
    field.type === "binary" ||
    field.type === "float" ||
    field.encoding !== undefined ||
    field.bits > 32
  ) {
    findings.leftOut(
      field.place,
      `its states: it is ${field.type} of ${field.bits} bits, shown as it is sent`,
    );
    return field;
  }
  const { byLabel, other } = readLabelAlarms(child(type, "DefaultAlarm"));
  const states = childrenOf(child(type, "EnumerationList"), "Enumeration").flatMap((each): ForeignState[] => {
    const from = numberIn(each.attributes.value ?? "");
    const label = each.attributes.label ?? "";
    if (from === undefined) return [];
    return [{ from, to: numberOf(each, "maxValue") ?? from, label, alarm: byLabel.get(label) ?? other }];
  });
  reportLabels(
    byLabel,
    states.map(({ label }) => label),
    field,
    findings,
  );
  const encoding = field.type === "signed" ? "twos-complement" : undefined;
  return withFittingStates({ ...field, type: "enumeration", states, encoding }, findings);
}

function booleanField(field: ForeignField, type: Element, findings: Findings): ForeignField {
  if (
    (field.type !== "unsigned" && field.type !== "signed") ||
    field.encoding !== undefined ||
    field.bits > 32
  ) {
    findings.leftOut(field.place, `it is ${field.type} of ${field.bits} bits: shown as it is sent`);
    return field;
  }
  const { byLabel } = readLabelAlarms(child(type, "DefaultAlarm"));
  const [on, off] = [type.attributes.oneStringValue ?? "True", type.attributes.zeroStringValue ?? "False"];
  reportLabels(byLabel, [on, off], field, findings);
  const alarms = { on: byLabel.get(on), off: byLabel.get(off) };
  const said = field.description ?? field.name;
  const isNamed = !/^true$/i.test(on) || !/^false$/i.test(off);
  return {
    ...field,
    ...{ type: "boolean", encoding: undefined, labels: { on, off } },
    ...(isNamed && { description: `${said} (1: ${on}, 0: ${off})` }),
    alarms: { ...(alarms.on && { on: alarms.on }), ...(alarms.off && { off: alarms.off }) },
  };
}

const hasStates = ({ name }: Element): boolean =>
  name === "EnumeratedParameterType" || name === "BooleanParameterType";

/** Report of calibrators of what has states: whether those are states of the calibrated number, no definition says. */
function reportCalibrators(encoding: Element | undefined, place: Place, findings: Findings): void {
  for (const each of childrenOf(encoding, "DefaultCalibrator", "ContextCalibratorList")) {
    const message = `its ${each.name}: its states are taken for those of the number as it is sent`;
    findings.leftOut(placeIn(place, each), message);
  }
}

/** Report of ranges outside of which a number is not valid. */
function reportValidRanges(type: Element, place: Place, findings: Findings): void {
  for (const range of childrenOf(type, "ValidRange", "ValidRangeSet")) {
    findings.leftOut(placeIn(place, range), `its ${range.name}: numbers outside of it count too`);
  }
}

/** Report of alarms that only numbers can have here, and of what counts their violations. */
export function reportAlarms(type: Element, place: Place, findings: Findings): void {
  const alarm = child(type, "DefaultAlarm");
  for (const part of alarm?.children ?? []) {
    const isRead = hasStates(type) && part.name.startsWith("EnumerationAlarm");
    if (!isRead && part.name !== "AncillaryDataSet") {
      findings.leftOut(placeIn(place, part), `its alarm ${part.name}`);
    }
  }
  const violations = numberOf(alarm, "minViolations") ?? 1;
  if (alarm && violations > 1) {
    findings.leftOut(
      placeIn(place, alarm),
      `the ${violations} packets in a row of its alarm: one is enough here`,
    );
  }
  const contexts = child(type, "ContextAlarmList");
  if (contexts) findings.leftOut(placeIn(place, contexts), "its alarms by context");
}

/** Report of alarms on labels that there are not. */
function reportLabels(
  byLabel: ReadonlyMap<string, unknown>,
  labels: readonly string[],
  { place }: ForeignField,
  findings: Findings,
): void {
  for (const label of byLabel.keys()) {
    if (!labels.includes(label)) findings.leftOut(place, `its alarm on ${label}, which it never is`);
  }
}

/** A time as a number of seconds. */
function timeField(field: ForeignField, type: Element, findings: Findings): ForeignField {
  const { scale, offset } = scaleOf(type);
  if (field.type === "string" || field.type === "binary") return field;
  const unit = child(type, "Encoding")?.attributes.units ?? "";
  const odd = isCalibrated(type) ? "a calibrator" : Number.isNaN(scale) ? `the unit ${unit}` : undefined;
  if (odd !== undefined) {
    findings.leftOut(field.place, `${odd} of a time: the number is shown as it is sent`);
    return field;
  }
  return { ...field, calibration: { polynomial: [offset, scale] }, unit: "s" };
}

/** Unit of a set: those with a negative power behind the stroke. */
function unitOf(type: Element): string | undefined {
  const units = childrenOf(child(type, "UnitSet"), "Unit");
  const [only] = units;
  if (units.length === 1 && (numberOf(only, "power") ?? 1) === 1) return only?.text;
  const part = (unit: Element): string => {
    const power = Math.abs(numberOf(unit, "power") ?? 1);
    return power === 1 ? unit.text : `${unit.text}${power}`;
  };
  const isBelow = (unit: Element): boolean => (numberOf(unit, "power") ?? 1) < 0;
  const above = units.filter((unit) => !isBelow(unit)).map(part);
  const below = units.filter(isBelow).map(part);
  if (units.length === 0) return undefined;
  return [above.join("*") || "1", ...(below.length > 0 ? [below.join("*")] : [])].join("/");
}
