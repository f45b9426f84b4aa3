/** Parameters by the names that a dictionary file gives them: of the same packet, or with their subsystem. */
import type { Packet, Parameter } from "./dictionary";
import type { Refused } from "./refused";

/** Finder of the line of a parameter in the file, from 1. */
type LineOf = (part: Parameter) => number;

export class Finder {
  private readonly byName: ReadonlyMap<string, readonly Parameter[]>;

  constructor(
    private readonly packets: readonly Packet[],
    parameters: readonly Parameter[],
    private readonly refused: Refused,
    private readonly lineOf: LineOf,
  ) {
    this.byName = Map.groupBy(parameters, qualifiedName);
  }

  /** A parameter of the same packet by its name, that of the same subsystem first; any other with its subsystem. */
  find(name: string, of: Parameter): Parameter | undefined {
    return this.all(name, of)[0];
  }

  /** The parameter, if it has one number; else why not. Empty: it was refused, which is said elsewhere. */
  number(name: string, of: Parameter): Parameter | string {
    const [found, other] = this.all(name, of);
    if (found && other) return ambiguous(name, found, other, this.lineOf);
    if (found?.type === "string" || found?.type === "binary") return `${name} is a text`;
    if (found) return found.array ? `${name} is an array` : found;
    const isHidden = this.packets[of.packetIndex]?.hidden.some((each) => each.name === name) === true;
    if (isHidden) return `${name} is hidden: it has no value beyond its packet`;
    if (this.refused.hasParameter(name)) return "";
    return name.includes(".")
      ? `${name} is no parameter (written subsystem.name)`
      : `${name} is no parameter of this packet; those of others are written subsystem.name`;
  }

  private all(name: string, { packetIndex, subsystem }: Parameter): readonly Parameter[] {
    if (name.includes(".")) return this.byName.get(name) ?? [];
    const found = this.packets[packetIndex]?.parameters.filter((each) => each.name === name) ?? [];
    const own = found.filter((each) => each.subsystem === subsystem);
    return own.length === 1 ? own : found;
  }
}

/** Why a name is not enough: parameters of one name have other subsystems, or other units or kinds in other packets. */
export function ambiguous(name: string, one: Parameter, other: Parameter, lineOf: LineOf): string {
  const [first, second] = [one, other].map(qualifiedName);
  return first === second
    ? `${name} is of packet ${one.packet} (line ${lineOf(one)}) and of packet ${other.packet} (line ${lineOf(other)}): rename one`
    : `${name} is ${first ?? ""} or ${second ?? ""}: write which`;
}

export const qualifiedName = ({ subsystem, name }: Parameter): string => `${subsystem}.${name}`;
