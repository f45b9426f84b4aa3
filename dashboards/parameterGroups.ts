/** Grouping of similar numeric parameters into graphs, by unit, kind, packet, limits and name pattern. */
import type { Parameter } from "../telemetry/dictionary";
import { title } from "./style";

/** Parameters of one graph: same unit, same limits, similar names (four wheels, four panels). */
export interface ParameterGroup {
  readonly title: string;
  readonly parameters: readonly [Parameter, ...Parameter[]];
  /** Distinguishing part of each parameter's name, in the same order. */
  readonly legends: readonly string[];
}

/** True for a numeric parameter; enumerations and booleans have separate timelines, texts are labels. */
export const isNumber = ({ type }: Parameter): boolean =>
  type === "unsigned" || type === "signed" || type === "float" || type === "derived";

/** Lines that can be told apart on one graph. */
export const mostLines = 24;

/** Groups of the numeric parameters, in the order of their first parameters. */
export function parameterGroups(parameters: readonly Parameter[]): ParameterGroup[] {
  const groups = Map.groupBy(parameters.filter(isNumber), likeness);
  return [...groups.values()].flatMap((alike) => inPortions(alike, mostLines)).map(describeGroup);
}

/** Portions of a list, of at most so many elements each. */
export function inPortions<T>(all: readonly T[], most: number): [T, ...T[]][] {
  const [first, ...others] = all.slice(0, most);
  return first === undefined ? [] : [[first, ...others], ...inPortions(all.slice(most), most)];
}

/** Key of a graph: the same for parameters that it shows together. */
function likeness(parameter: Parameter): string {
  const { unit, kind, packet, name, array, metric } = parameter;
  // The lines of an array are its elements.
  if (array) return metric;
  return [unit.base.suffix, kind, packet, limitsKey(parameter), shape(name)].join("\n");
}

const limitsKey = ({ limits }: Parameter): string =>
  JSON.stringify(
    limits
      ? [
          limits.normal,
          [...limits.byMode],
          limits.contexts.map(({ context, limits: set }) => [context.text, set]),
          limits.persistenceSeconds,
        ]
      : [],
  );

/** True for a word that distinguishes parameters of one kind: a number, axis, sign or side. */
const isPlace = (word: string): boolean => /^(\d+|[xyz]|plus|minus|top|bottom|left|right)$/.test(word);

/** Pattern of a name: `wheel * speed` for `wheel_2_speed`. */
function shape(name: string): string {
  const words = name.split("_").map((word) => (isPlace(word) ? "*" : word));
  return words.filter((word, i) => word !== "*" || words[i - 1] !== "*").join(" ");
}

function describeGroup(parameters: [Parameter, ...Parameter[]]): ParameterGroup {
  const [first] = parameters;
  if (parameters.length === 1) return { title: title(first.name), parameters, legends: [title(first.name)] };
  const shared = first.name.split("_").filter((word) => !isPlace(word));
  const legends = parameters.map(({ name }) => title(name.split("_").filter(isPlace).join("_")));
  return { title: title(shared.join("_")), parameters, legends };
}
