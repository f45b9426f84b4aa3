/** Contexts of limits and calibrations, with the parameters that they are on. */
import { type Context, resolveContext } from "./context";
import type { Parameter } from "./dictionary";
import type { Finder } from "./finder";
import type { Path } from "./problem";

export function resolveContexts(
  parameters: readonly Parameter[],
  finder: Finder,
  refuse: (parameter: Parameter, key: Path, message: string) => void,
): void {
  for (const parameter of parameters) {
    const { calibration, limits } = parameter;
    const resolve = (context: Context, find: (name: string) => Parameter | string, ...key: Path): void =>
      resolveContext(context, find, (name, message) => refuse(parameter, [...key, "when", name], message));
    limits?.contexts.forEach(({ context }, i) =>
      resolve(context, (name) => finder.number(name, parameter), "limits", "contexts", i),
    );
    if (calibration.kind !== "context") continue;
    calibration.choices.forEach(({ context }, i) =>
      resolve(context, (name) => rawContext(finder.number(name, parameter)), "calibration", "contexts", i),
    );
  }
}

/** A parameter that is decoded before those that are calibrated by it. */
function rawContext(found: Parameter | string): Parameter | string {
  if (typeof found === "string") return found;
  if (found.derived) return `${found.name} is derived: a calibration is chosen by a field`;
  if (found.calibration.kind === "context") return `${found.name} has a calibration by context itself`;
  return found;
}
