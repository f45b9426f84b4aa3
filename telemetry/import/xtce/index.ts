/**
 * XTCE (OMG, 1.2; 1.1 where it is spelt the same) as a definition.
 *
 *   database.ts     names and references      encodings.ts   bits and their meaning
 *   parameters.ts   types                     calibrators.ts, alarms.ts, time.ts
 *   entries.ts      what is in containers     criteria.ts    conditions
 *   containers.ts   packets                   algorithms.ts, mathOperation.ts   formulas
 */
import type { Definition, SourceText } from "../definition";
import { type Findings, ImportError } from "../findings";
import { child, childrenOf, descend, type Element, readXml } from "../xml";
import { AlgorithmReader } from "./algorithms";
import { type BitOrder } from "./byteOrder";
import { ContainerReader } from "./containers";
import { CriteriaReader } from "./criteria";
import { Database, descriptionOf, type Named, placeOf } from "./database";
import { EntryReader } from "./entries";
import { ParameterReader } from "./parameters";

/**
 * @param files of one definition, each with a root of its own, as Yamcs has them
 * @param bitOrder meaning of bits whose least significant one comes first; undefined: it is not known
 * @throws ImportError for a file that is no XTCE, or for no containers
 */
export function readXtce(
  files: readonly SourceText[],
  bitOrder: BitOrder | undefined,
  findings: Findings,
): Definition {
  const isOne = files.length === 1;
  const database = new Database(files.map((each) => rootOf(each, isOne)));
  const parameters = new ParameterReader(database, bitOrder, findings);
  const criteria = new CriteriaReader(database, parameters);
  parameters.criteria = criteria;
  const entries = new EntryReader(database, parameters, criteria, findings);
  const containers = new ContainerReader(database, parameters, criteria, entries, findings);
  const others = database.roots.flatMap(includesIn);
  if (database.containers.size === 0) {
    const names = others.map(({ attributes: { href = "" } }) => href).join(", ");
    const way = names === "" ? "" : `; name the files too that it includes: ${names}`;
    throw new ImportError(`has no SequenceContainer${way}`);
  }
  for (const { attributes, file, line } of others) {
    const place = { file, line, what: `include ${attributes.href ?? ""}` };
    findings.leftOut(place, "what it includes: put it in with xmllint --xinclude, or name that file too");
  }
  const packets = containers.readAll();
  const algorithms = new AlgorithmReader(database, parameters, entries.used, findings);
  algorithms.readAll();
  reportTheRest(database, new Set([...entries.used, ...algorithms.outputs]), findings);
  const root = database.roots.find((each) => hasContainers(each)) ?? database.roots[0];
  return {
    name: root?.attributes.name ?? "",
    version: child(root, "Header")?.attributes.version,
    description: descriptionOf(root),
    packets,
    derived: algorithms.derived,
  };
}

/** Root of a file; an error names the file where there are several. */
function rootOf({ text, file }: SourceText, isOne: boolean): Element {
  try {
    return readXml(text, isOne ? undefined : file);
  } catch (error) {
    if (isOne || !(error instanceof ImportError)) throw error;
    throw new ImportError(`and others: ${file ?? "a file"} ${error.message}`);
  }
}

/** Elements of XInclude, which stand for another file. */
const includesIn = (element: Element): Element[] =>
  element.name === "include" ? [element] : element.children.flatMap(includesIn);

const hasContainers = (system: Element): boolean =>
  childrenOf(descend(system, "TelemetryMetaData", "ContainerSet")).length > 0 ||
  childrenOf(system, "SpaceSystem").some(hasContainers);

/** Findings about messages without a container, parameters that neither a container nor an algorithm has, and validity. */
function reportTheRest(database: Database, used: ReadonlySet<Named>, findings: Findings): void {
  const { parameters, nowhere } = database;
  for (const { element, reference, of } of database.messages()) {
    if (!of) findings.leftOut(placeOf(element), `its container ${reference || "(none)"} is ${nowhere}`);
  }
  for (const parameter of parameters.values()) {
    const properties = child(parameter.element, "ParameterProperties");
    const place = placeOf(parameter.element, "Parameter");
    const source = properties?.attributes.dataSource ?? "telemetered";
    if (used.has(parameter)) {
      if (child(properties, "ValidityCondition")) {
        findings.leftOut(place, "its ValidityCondition: it always counts");
      }
    } else if (source === "derived") findings.leftOut(place, "is derived, and no algorithm computes it");
    else if (source === "telemetered") findings.note(place, "is in no container");
  }
}
