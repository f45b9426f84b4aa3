/** Names in an XTCE file: its space systems, and what a reference in one of them means. */
import type { Place } from "../definition";
import { ImportError } from "../findings";
import { child, childrenOf, descend, type Element } from "../xml";

export interface System {
  readonly name: string;
  /** Path with a slash before each name, the root's too. */
  readonly path: string;
  readonly element: Element;
  readonly parent: System | undefined;
}

/** Something with a name, and where it stands. */
export interface Named {
  readonly element: Element;
  readonly system: System;
  readonly name: string;
}

type Table = ReadonlyMap<string, Named>;

/** Parameter that a reference means, and the member of its structure, as `Header/Version`. */
export interface ParameterReference {
  readonly parameter: Named;
  readonly member: readonly string[];
}

export class Database {
  readonly systems: readonly System[];
  readonly parameters: Table;
  readonly containers: Table;
  private readonly types: Table;

  /** @throws ImportError when the root is no SpaceSystem */
  constructor(readonly root: Element) {
    if (root.name !== "SpaceSystem") {
      throw new ImportError(`is no XTCE: its root is ${root.name}, not SpaceSystem`);
    }
    this.systems = systemsOf(root, undefined);
    this.parameters = this.table("ParameterSet", (name) => name === "Parameter");
    this.containers = this.table("ContainerSet", (name) => name === "SequenceContainer");
    this.types = this.table("ParameterTypeSet", (name) => name.endsWith("ParameterType"));
  }

  type(reference: string, from: System): Named | undefined {
    return find(this.types, reference, from);
  }

  container(reference: string, from: System): Named | undefined {
    return find(this.containers, reference, from);
  }

  /** Parameter of a reference; what it has behind the parameter's name is a member of a structure or an array. */
  parameter(reference: string, from: System): ParameterReference | undefined {
    const parts = reference.split("/");
    for (let end = parts.length; end > 0; end--) {
      const parameter = find(this.parameters, parts.slice(0, end).join("/"), from);
      if (parameter) return { parameter, member: parts.slice(end) };
    }
    const dot = reference.search(/[.[]/);
    if (dot <= 0) return undefined;
    const parameter = find(this.parameters, reference.slice(0, dot), from);
    return (
      parameter && {
        parameter,
        member: reference
          .slice(dot)
          .split(/[.[\]]+/)
          .filter(Boolean),
      }
    );
  }

  private table(set: string, isOne: (name: string) => boolean): Table {
    return new Map(
      this.systems.flatMap((system) =>
        childrenOf(descend(system.element, "TelemetryMetaData", set))
          .filter(({ name }) => isOne(name))
          .map((element) => {
            const name = element.attributes.name ?? "";
            return [`${system.path}/${name}`, { element, system, name }] as const;
          }),
      ),
    );
  }
}

function systemsOf(element: Element, parent: System | undefined): System[] {
  const name = element.attributes.name ?? "";
  const system = { name, path: `${parent?.path ?? ""}/${name}`, element, parent };
  return [system, ...childrenOf(element, "SpaceSystem").flatMap((each) => systemsOf(each, system))];
}

/** What a reference means: an absolute path, or one from the system it stands in, or from one of those around it. */
function find(table: Table, reference: string, from: System): Named | undefined {
  const clean = reference.trim();
  if (clean.startsWith("/")) return table.get(clean);
  const steps = clean.split("/").filter((step) => step !== ".");
  const up = steps.filter((step) => step === "..").length;
  const rest = steps.filter((step) => step !== "..").join("/");
  let system: System | undefined = from;
  for (let i = 0; i < up; i++) system = system?.parent;
  for (; system; system = system.parent) {
    const found = table.get(`${system.path}/${rest}`);
    if (found || up > 0) return found;
  }
  return undefined;
}

export const placeOf = (element: Element, what = element.name): Place => ({
  line: element.line,
  what: element.attributes.name === undefined ? what : `${what} ${element.attributes.name}`,
});

/** Description of an element: the short one, else the long one. */
export const descriptionOf = (element: Element | undefined): string | undefined =>
  element?.attributes.shortDescription ?? child(element, "LongDescription")?.text;

/** Name by which conditions and sizes mean a parameter: its own, behind those of its systems below the root. */
export const fieldNameOf = ({ system, name }: Named): string =>
  [...system.path.split("/").slice(2), name].join("/");
