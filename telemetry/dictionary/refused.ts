/** Parts of a dictionary file that were refused, by their names: what refers to one of them is not refused as well. */
export class Refused {
  private readonly packets = new Set<string>();
  private readonly parameters = new Set<string>();
  private readonly bases = new Set<string>();

  /** Takes a packet as it is in the file, with its parameters. */
  packet(value: unknown): void {
    add(this.packets, value, "name");
    add(this.bases, value, "extends");
    if (!isRecord(value) || !Array.isArray(value["parameters"])) return;
    for (const each of value["parameters"]) this.parameter(each);
  }

  /** Takes a parameter as it is in the file. */
  parameter(value: unknown): void {
    add(this.parameters, value, "name");
  }

  hasPacket(name: string): boolean {
    return this.packets.has(name);
  }

  /** True where a refused packet extends that one. */
  extends(name: string): boolean {
    return this.bases.has(name);
  }

  /** @param name with its subsystem or without; that of what was refused may be what is wrong */
  hasParameter(name: string): boolean {
    return this.parameters.has(name.slice(name.lastIndexOf(".") + 1));
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

function add(names: Set<string>, value: unknown, key: string): void {
  const name = isRecord(value) ? value[key] : undefined;
  if (typeof name === "string") names.add(name);
}
