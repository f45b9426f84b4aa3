/** A field of a definition as a parameter of a dictionary file. */
import type {
  Criterion,
  ForeignCalibration,
  ForeignContext,
  ForeignField,
  ForeignLimits,
} from "./definition";
import type { Findings } from "./findings";
import { freeName, proseOf, stateNameOf } from "./names";
import { unitNameOf } from "./unitNames";

type Source = Record<string, unknown>;

const isNumber = ({ type }: ForeignField): boolean =>
  type === "unsigned" || type === "signed" || type === "float" || type === "derived";

/** Keys of a parameter that the field itself has; name and place are the packet's matter. */
export function fieldSource(
  field: ForeignField,
  context: {
    readonly period: number;
    readonly nameOf: (field: string) => string;
    /** Field of the dictionary's mode. */
    readonly mode: string | undefined;
    readonly stateOf: (field: string, label: string) => string;
    /** Conditions of a context; a text for those that cannot be. */
    readonly whenOf: (criteria: readonly Criterion[]) => Source | string;
    /** Formula in the dictionary's names. */
    readonly formulaOf: (field: ForeignField) => string;
    /** Greatest size of what varies. */
    readonly mostElements: number;
    readonly mostBytes: number;
  },
  findings: Findings,
): Source {
  const { type, bits, encoding, isLittle, isBitField, isHidden, formula } = field;
  const hasUnit = isNumber(field) && isHidden !== true;
  const states = field.type === "enumeration" ? statesOf(field, findings) : undefined;
  const isText = type === "string" || type === "binary";
  return {
    description: proseOf(field.description, field.name),
    type,
    ...(formula && { formula: context.formulaOf(field) }),
    ...(isText ? textSize(field, context) : sizeOf(field)),
    ...(encoding !== undefined && { encoding }),
    ...(isLittle === true &&
      !isText &&
      (bits > 8 || type === "float" || isBitField === true) && { byteOrder: "little" }),
    ...(field.byteOrder && { byteOrder: [...field.byteOrder] }),
    ...(field.isLsbFirst === true && { bitOrder: "lsb-first" }),
    ...countOf(field, context),
    ...(states && states.source),
    ...(hasUnit && calibrationSource(field, context, findings)),
    ...(hasUnit && { unit: unitNameOf(field.unit) }),
    ...(isHidden !== true && hasUnit && limitsOf(field, context, findings)),
    ...(isHidden !== true && alarmsOf(field, states?.alarms, context.period)),
    ...(isHidden === true && { hidden: true }),
  };
}

const sizeOf = ({ type, bits, encoding }: ForeignField): Source =>
  type === "derived" ||
  (type === "boolean" && bits === 1) ||
  (type === "float" && bits === 32 && encoding === undefined)
    ? {}
    : { bits };

function textSize(
  { bits, size }: ForeignField,
  { nameOf, mostBytes }: { nameOf: (field: string) => string; mostBytes: number },
): Source {
  if (size === undefined) return { bytes: bits / 8 };
  if (size === "rest") return { bytes: "rest", most: mostBytes };
  const { field, times, plus } = size;
  const name = nameOf(field);
  return { bytes: times === 1 && plus === 0 ? name : { field: name, times, plus }, most: mostBytes };
}

function countOf(
  { count, interleaved }: ForeignField,
  { nameOf, mostElements }: { nameOf: (field: string) => string; mostElements: number },
): Source {
  if (count === undefined) return {};
  if (interleaved === true) return { interleaved: true };
  if (typeof count === "number") return { count };
  return { count: count === "rest" ? "rest" : nameOf(count.field), most: mostElements };
}

function calibrationSource(field: ForeignField, { whenOf }: WithContexts, findings: Findings): Source {
  const { calibration, calibrationByContext = [] } = field;
  const contexts =
    field.count === undefined ? contextsOf(field, calibrationByContext, whenOf, calibrationOf, findings) : [];
  if (field.count !== undefined && calibrationByContext.length > 0) {
    findings.leftOut(
      field.place,
      "its calibrations by context: it is an array; the default one always holds",
    );
  }
  if (contexts.length === 0) return calibration ? { calibration: calibrationOf(calibration) } : {};
  // Where no context holds the number is as it is sent, unless there is a default.
  return { calibration: { contexts, ...calibrationOf(calibration ?? { polynomial: [0, 1] }) } };
}

interface WithContexts {
  readonly whenOf: (criteria: readonly Criterion[]) => Source | string;
}

/** Contexts as a dictionary has them; those that it cannot have are reported. */
function contextsOf<Value>(
  { place }: ForeignField,
  contexts: readonly ForeignContext<Value>[],
  whenOf: WithContexts["whenOf"],
  sourceOf: (value: Value) => Source,
  findings: Findings,
): Source[] {
  return contexts.flatMap(({ when, value }) => {
    const found = whenOf(when);
    if (typeof found !== "string") return [{ when: found, ...sourceOf(value) }];
    findings.leftOut(place, `what holds in a context: ${found}`);
    return [];
  });
}

/** A curve without the coefficients that do nothing. */
function calibrationOf(calibration: ForeignCalibration): Source {
  if (!("polynomial" in calibration)) return calibration;
  const polynomial = [...calibration.polynomial];
  while (polynomial.length > 1 && polynomial.at(-1) === 0) polynomial.pop();
  return { polynomial };
}

/** True for a calibration that changes nothing. */
export function isIdentity(calibration: ForeignField["calibration"]): boolean {
  if (!calibration || !("polynomial" in calibration)) return false;
  const [constant = 0, slope = 0, ...rest] = calibration.polynomial;
  return constant === 0 && slope === 1 && rest.every((each) => each === 0);
}

/** States by number or range, and their alarms. */
export function statesOf(
  field: ForeignField,
  findings: Findings,
): { source: Source; names: ReadonlyMap<string, string>; alarms: Source } {
  const taken = new Map<string, string>();
  const names = new Map<string, string>();
  const states: Record<string, string> = {};
  const alarms: Record<string, string[]> = {};
  const isTaken = (name: string): boolean => taken.has(name);
  for (const { from, to, label, alarm } of field.states ?? []) {
    const wanted = stateNameOf(label, from);
    const name = freeName(wanted, isTaken);
    if (name !== wanted) {
      findings.note(
        field.place,
        `the states of ${taken.get(wanted) ?? ""} and ${from} would both be ${wanted}; ${from} is ${name}`,
      );
    }
    taken.set(name, String(from));
    if (!names.has(label)) names.set(label, name);
    states[from === to ? String(from) : `${from}..${to}`] = name;
    if (alarm !== undefined) (alarms[alarm] ??= []).push(name);
  }
  if (field.otherState !== undefined) {
    const name = freeName(stateNameOf(field.otherState, 0), isTaken);
    states.other = name;
    if (field.otherAlarm !== undefined) (alarms[field.otherAlarm] ??= []).push(name);
  }
  const isNegative = (field.states ?? []).some(({ from }) => from < 0);
  const isSigned = field.encoding === "twos-complement";
  return {
    source: { ...(isSigned && !isNegative ? { encoding: "twos-complement" } : {}), states },
    names,
    alarms,
  };
}

function alarmsOf(field: ForeignField, ofStates: Source | undefined, period: number): Source {
  const alarms: Record<string, unknown> = { ...ofStates };
  if (field.type === "boolean") {
    for (const severity of ["yellow", "red"] as const) {
      const those = (["on", "off"] as const).filter((state) => field.alarms?.[state] === severity);
      if (those.length > 0) alarms[severity] = those;
    }
  }
  if (Object.keys(alarms).length === 0) return {};
  const persistence = persistenceOf(field.limits?.violations, period);
  return { alarms: { ...alarms, ...persistence } };
}

const persistenceOf = (violations: number | undefined, period: number): Source =>
  violations === undefined || violations <= 1 ? {} : { persistence: (violations - 1) * period };

function limitsOf(
  field: ForeignField,
  {
    period,
    mode,
    stateOf,
    whenOf,
  }: WithContexts & {
    period: number;
    mode: string | undefined;
    stateOf: (field: string, label: string) => string;
  },
  findings: Findings,
): Source {
  const { limits, limitsByMode, modeField, limitsByContext = [] } = field;
  const byMode: Source = {};
  const isByMode = limitsByMode && modeField !== undefined && modeField === mode;
  if (isByMode) {
    for (const [label, set] of limitsByMode) byMode[stateOf(modeField, label)] = boundsOf(set);
  }
  const contexts = isByMode ? [] : contextsOf(field, limitsByContext, whenOf, boundsOf, findings);
  const normal = limits ? boundsOf(limits) : {};
  const hasOthers = Object.keys(byMode).length > 0 || contexts.length > 0;
  if (Object.keys(normal).length === 0 && !hasOthers) return {};
  return {
    limits: {
      ...normal,
      ...persistenceOf(limits?.violations, period),
      ...(Object.keys(byMode).length > 0 && { byMode }),
      ...(contexts.length > 0 && { contexts }),
    },
  };
}

function boundsOf({ yellow, red }: ForeignLimits): Source {
  const bounds = (each: ForeignLimits["yellow"]): Source | undefined =>
    each && (each.low ?? each.high) !== undefined
      ? {
          ...(each.low !== undefined && { low: each.low }),
          ...(each.high !== undefined && { high: each.high }),
        }
      : undefined;
  const [of, at] = [bounds(yellow), bounds(red)];
  return { ...(of && { yellow: of }), ...(at && { red: at }) };
}
