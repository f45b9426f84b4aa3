/** Names in XTCE files: their space systems, and what a reference in one of them means. */
import type { Place } from "../definition";
import { ImportError } from "../findings";
import { child, childrenOf, descend, type Element } from "../xml";

export interface System {
  readonly name: string;
  /** Path with a slash before each name, the root's too. */
  readonly path: string;
  /** Names that its parameters have before their own: those below the root; of several files the root's too. */
  readonly below: readonly string[];
  readonly element: Element;
  readonly parent: System | undefined;
}

/** Something with a name, and where it stands. */
export interface Named {
  readonly element: Element;
  readonly system: System;
  readonly name: string;
}

const commands = "CommandMetaData";

type Table = ReadonlyMap<string, Named>;

/** Parameter that a reference means, and the member of its structure, as `Header/Version`. */
export interface ParameterReference {
  readonly parameter: Named;
  readonly member: readonly string[];
}

export class Database {
  readonly systems: readonly System[];
  /** Parameters of telemetry. */
  readonly parameters: Table;
  /** Those of commands too, which containers of telemetry may have. */
  private readonly allParameters: Table;
  readonly containers: Table;
  private readonly types: Table;
  private readonly bases: ReadonlySet<Named | undefined>;

  /** Where something is that is missing, in words. */
  readonly nowhere: string;

  /** @throws ImportError for a root that is no SpaceSystem, or two of the same name */
  constructor(readonly roots: readonly Element[]) {
    const names = new Set<string | undefined>();
    for (const { name, attributes, file } of roots) {
      const which = file === undefined ? "" : `: ${file}`;
      if (name !== "SpaceSystem") {
        throw new ImportError(`is no XTCE${which}: its root is ${name}, not SpaceSystem`);
      }
      if (names.has(attributes.name)) {
        throw new ImportError(`has a second root of the name ${attributes.name ?? ""}${which}`);
      }
      names.add(attributes.name);
    }
    this.nowhere = roots.length > 1 ? "in none of the files" : "not in the file";
    this.systems = roots.flatMap((root) => systemsOf(root, undefined, roots.length > 1));
    const isParameter = (name: string): boolean => name === "Parameter";
    this.parameters = this.table("ParameterSet", isParameter);
    this.allParameters = new Map([...this.table("ParameterSet", isParameter, commands), ...this.parameters]);
    this.containers = this.table("ContainerSet", (name) => name === "SequenceContainer");
    const isType = (name: string): boolean => name.endsWith("ParameterType");
    const types = this.table("ParameterTypeSet", isType);
    this.types = new Map([...this.table("ParameterTypeSet", isType, commands), ...types]);
    this.bases = new Set([...this.containers.values()].map((each) => this.baseOf(each)));
  }

  type(reference: string, from: System): Named | undefined {
    return find(this.types, reference, from);
  }

  container(reference: string, from: System): Named | undefined {
    return find(this.containers, reference, from);
  }

  /** True for the definition of a deployment of F', by a type that all of them have. */
  get isFprime(): boolean {
    return [...this.types.values()].some(({ name }) => name === "FwSizeStoreType");
  }

  /** What messages say of the packets that a container is, each with the system in which that stands. */
  messagesOf(container: Named): { readonly match: Element; readonly system: System }[] {
    return this.messages().flatMap(({ element, system, of }) => {
      const match = child(element, "MatchCriteria");
      return match && of === container ? [{ match, system }] : [];
    });
  }

  /** Messages of all systems, each with the name of its container and, where there is one of it, the container. */
  messages(): { element: Element; system: System; reference: string; of: Named | undefined }[] {
    return this.systems.flatMap((system) =>
      childrenOf(descend(system.element, "TelemetryMetaData", "MessageSet"), "Message").map((element) => {
        const [named] = childrenOf(element, "ContainerRef", "ContainRef");
        const reference = named?.attributes.containerRef ?? "";
        return { element, system, reference, of: this.container(reference, system) };
      }),
    );
  }

  /** What a container is based on. */
  baseOf({ element, system }: Named): Named | undefined {
    const reference = child(element, "BaseContainer")?.attributes.containerRef;
    return reference === undefined ? undefined : this.container(reference, system);
  }

  /** True for a container that others are based on. */
  isBase(container: Named): boolean {
    return this.bases.has(container);
  }

  /** A container behind all that it is based on, the first of them first. */
  lineOf(container: Named): Named[] {
    const line = new Set<Named>();
    for (let at: Named | undefined = container; at && !line.has(at); at = this.baseOf(at)) line.add(at);
    return [...line].reverse();
  }

  /** Parameter of a reference; what it has behind the parameter's name is a member of a structure or an array. */
  parameter(reference: string, from: System): ParameterReference | undefined {
    const parts = reference.split("/");
    for (let end = parts.length; end > 0; end--) {
      const parameter = find(this.allParameters, parts.slice(0, end).join("/"), from);
      if (parameter) return { parameter, member: parts.slice(end) };
    }
    const dot = reference.search(/[.[]/);
    if (dot <= 0) return undefined;
    const parameter = find(this.allParameters, reference.slice(0, dot), from);
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

  private table(set: string, isOne: (name: string) => boolean, of = "TelemetryMetaData"): Table {
    return new Map(
      this.systems.flatMap((system) =>
        childrenOf(descend(system.element, of, set))
          .filter(({ name }) => isOne(name))
          .map((element) => {
            const name = element.attributes.name ?? "";
            return [`${system.path}/${name}`, { element, system, name }] as const;
          }),
      ),
    );
  }
}

function systemsOf(element: Element, parent: System | undefined, isOneOfSeveral: boolean): System[] {
  const name = element.attributes.name ?? "";
  const below = parent || isOneOfSeveral ? [...(parent?.below ?? []), name] : [];
  const system = { name, path: `${parent?.path ?? ""}/${name}`, below, element, parent };
  const children = childrenOf(element, "SpaceSystem");
  return [system, ...children.flatMap((each) => systemsOf(each, system, isOneOfSeveral))];
}

/**
 * What a reference means: an absolute path, or one from the system it stands in, or from one of those around it; the
 * roots of several files stand beside each other.
 */
function find(table: Table, reference: string, from: System): Named | undefined {
  const clean = reference.trim();
  const steps = stepsOf(clean);
  const up = steps.filter((step) => step === "..").length;
  const rest = steps.slice(up).join("/");
  if (clean.startsWith("/")) return table.get(`/${rest}`);
  let system: System | undefined = from;
  for (let i = 0; i < up; i++) system = system?.parent;
  for (; system; system = system.parent) {
    const found = table.get(`${system.path}/${rest}`);
    if (found || up > 0) return found;
  }
  return table.get(`/${rest}`);
}

/** Steps of a path: first those upwards, then the names; a step upwards behind a name takes it away. */
function stepsOf(path: string): string[] {
  const steps: string[] = [];
  for (const step of path.split("/").filter((each) => each !== "" && each !== ".")) {
    const last = steps.at(-1);
    if (step === ".." && last !== undefined && last !== "..") steps.pop();
    else steps.push(step);
  }
  return steps;
}

export const placeOf = (element: Element, what = element.name): Place => ({
  file: element.file,
  line: element.line,
  what: element.attributes.name === undefined ? what : `${what} ${element.attributes.name}`,
});

/** Description of an element: the short one, which some definitions have as an element, else the long one. */
export const descriptionOf = (element: Element | undefined): string | undefined =>
  element?.attributes.shortDescription ??
  child(element, "ShortDescription")?.text ??
  child(element, "LongDescription")?.text;

/** Name by which conditions and sizes mean a parameter: its own, behind those of its systems. */
export const fieldNameOf = ({ system, name }: Named): string => [...system.below, name].join("/");

/** Name of a member of a structure or an element of an array, as `A[0].B`. */
export const memberName = ({ parameter, member }: ParameterReference): string =>
  member.reduce(
    (name, part) => (/^\d+$/.test(part) ? `${name}[${part}]` : `${name}.${part}`),
    fieldNameOf(parameter),
  );
