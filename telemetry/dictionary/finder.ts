/** Parameters by the names that a dictionary file gives them: of the same packet, or with their subsystem. */
import type { Packet, Parameter } from "./dictionary";

export class Finder {
  private readonly byName: ReadonlyMap<string, Parameter>;

  constructor(
    private readonly packets: readonly Packet[],
    parameters: readonly Parameter[],
  ) {
    this.byName = new Map(parameters.map((each) => [qualifiedName(each), each]));
  }

  /** A parameter of the same packet by its name, any other with its subsystem. */
  find(name: string, { packetIndex }: Parameter): Parameter | undefined {
    if (name.includes(".")) return this.byName.get(name);
    return this.packets[packetIndex]?.parameters.find((each) => each.name === name);
  }

  /** The parameter, if it has one number; else why not. */
  number(name: string, of: Parameter): Parameter | string {
    const found = this.find(name, of);
    if (found?.type === "string" || found?.type === "binary") return `${name} is a text`;
    if (found) return found.array ? `${name} is an array` : found;
    const isHidden = this.packets[of.packetIndex]?.hidden.some((each) => each.name === name) === true;
    if (isHidden) return `${name} is hidden: it has no value beyond its packet`;
    return name.includes(".")
      ? `${name} is no parameter (written subsystem.name)`
      : `${name} is no parameter of this packet; those of others are written subsystem.name`;
  }
}

export const qualifiedName = ({ subsystem, name }: Parameter): string => `${subsystem}.${name}`;
