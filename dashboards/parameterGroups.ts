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

/** True for a numeric parameter; enumerations and booleans have separate timelines. */
export const isNumber = ({ type }: Parameter): boolean => type !== "enumeration" && type !== "boolean";

/** Groups of the numeric parameters, in the order of their first parameters. */
export function parameterGroups(parameters: readonly Parameter[]): ParameterGroup[] {
  const groups: [Parameter, ...Parameter[]][] = [];
  for (const parameter of parameters.filter(isNumber)) {
    const alike = groups.find(([first]) => areAlike(first, parameter));
    if (alike) alike.push(parameter);
    else groups.push([parameter]);
  }
  return groups.map(describeGroup);
}

function areAlike(a: Parameter, b: Parameter): boolean {
  return (
    a.unit.base === b.unit.base &&
    a.kind === b.kind &&
    a.packet === b.packet &&
    limitsKey(a) === limitsKey(b) &&
    shape(a.name) === shape(b.name)
  );
}

const limitsKey = ({ limits }: Parameter): string =>
  JSON.stringify(limits ? [limits.normal, [...limits.byMode], limits.persistenceSeconds] : []);

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
