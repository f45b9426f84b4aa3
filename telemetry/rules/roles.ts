/** Roles of parameters, found by name and type: boots, reset cause, telecommands, pass, eclipse, mode. */
import type { Dictionary, Parameter } from "../dictionary";

/**
 * Parameters with a special meaning for the ground segment, found by name. A dictionary without such a parameter has
 * neither the alert nor the annotation that needs it.
 */
export interface Roles {
  /** Counter `boots`: starts of the on-board computer. */
  readonly boots?: Parameter | undefined;
  /** Enumeration `reset_cause`. */
  readonly resetCause?: Parameter | undefined;
  /** Counters `commands_accepted` and `commands_rejected`. */
  readonly commandsAccepted?: Parameter | undefined;
  readonly commandsRejected?: Parameter | undefined;
  /** Boolean `ground_station_visible`: a pass. */
  readonly pass?: Parameter | undefined;
  /** Boolean `eclipse`. */
  readonly eclipse?: Parameter | undefined;
  /** The dictionary's `mode`. */
  readonly mode?: Parameter | undefined;
}

export function rolesOf(dictionary: Dictionary): Roles {
  const find = (name: string, fits: (parameter: Parameter) => boolean): Parameter | undefined =>
    dictionary.parameters.find((parameter) => parameter.name === name && fits(parameter));
  const isCounter = (parameter: Parameter): boolean => parameter.kind === "counter";
  const isBoolean = (parameter: Parameter): boolean => parameter.type === "boolean";
  return {
    boots: find("boots", isCounter),
    resetCause: find("reset_cause", (parameter) => parameter.type === "enumeration"),
    commandsAccepted: find("commands_accepted", isCounter),
    commandsRejected: find("commands_rejected", isCounter),
    pass: find("ground_station_visible", isBoolean),
    eclipse: find("eclipse", isBoolean),
    mode: dictionary.mode,
  };
}

/** Name of the mode in which the spacecraft only keeps itself alive. */
export const safeState = "SAFE";

export const hasState = (parameter: Parameter | undefined, state: string): boolean =>
  [...(parameter?.states.values() ?? [])].includes(state);
