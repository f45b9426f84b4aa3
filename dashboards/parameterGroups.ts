/** Grouping of similar numeric parameters into graphs, by unit, kind, packet, limits and the shape of their names. */
import type { Parameter } from "../telemetry/dictionary";
import { title } from "./style";

/** Parameters that are drawn in one graph: same unit and limits, alike by name (four wheels, four panels). */
export interface ParameterGroup {
  readonly title: string;
  readonly parameters: readonly [Parameter, ...Parameter[]];
  /** What tells each parameter from the others of its group, in their order. */
  readonly legends: readonly string[];
}

/** Numbers only: enumerations and booleans have timelines of their own. */
export const isNumber = ({ type }: Parameter): boolean => type !== "enumeration" && type !== "boolean";

/** Groups of the numeric ones among the parameters; each stands where its first parameter stands. */
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

/** Numbers, axes and signs are what parameters of one kind differ in. */
const isPlace = (word: string): boolean => /^(\d+|[xyz]|plus|minus|top|bottom|left|right)$/.test(word);

/** `wheel_2_speed` is `wheel * speed`. */
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
