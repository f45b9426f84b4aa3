/** Alarms on states: those of an enumeration, and on or off of a boolean. */
import type { Severity } from "./limits";
import type { AlarmsSource } from "./parameterSchema";

/** States of a parameter that are an alarm. */
export interface StateAlarms {
  /** Severity by the number that stands for the state. */
  readonly byState: ReadonlyMap<number, Severity>;
  /** Minimum time that such a state must last to raise an alarm. */
  readonly persistenceSeconds: number;
}

const ofBoolean = new Map([
  [0, "off"],
  [1, "on"],
]);

/** Names of the states of an enumeration or a boolean, by the number that stands for each. */
export function stateNames({
  type,
  states,
}: {
  readonly type: string;
  readonly states: ReadonlyMap<number, string>;
}): ReadonlyMap<number, string> {
  return type === "boolean" ? ofBoolean : states;
}

/** @param report called with the severity and a message for a state that is none, or in both lists */
export function readAlarms(
  source: AlarmsSource,
  names: ReadonlyMap<number, string>,
  report: (severity: Severity, message: string) => void,
): StateAlarms {
  const numbers = new Map([...names].map(([number, name]) => [name, number]));
  const byState = new Map<number, Severity>();
  for (const severity of ["yellow", "red"] as const) {
    for (const name of source[severity] ?? []) {
      const number = numbers.get(name);
      if (number === undefined) {
        report(severity, `${name} is no state of it: ${[...numbers.keys()].join(", ")}`);
      } else if (byState.has(number)) report(severity, `${name} is named twice`);
      else byState.set(number, severity);
    }
  }
  return { byState, persistenceSeconds: source.persistence };
}
