/**
 * XTCE (OMG, 1.2; 1.1 where it is spelt the same) as a definition.
 *
 *   database.ts     names and references      encodings.ts   bits and their meaning
 *   parameters.ts   types                     calibrators.ts, alarms.ts, time.ts
 *   containers.ts   packets                   criteria.ts    which packets
 */
import type { Definition } from "../definition";
import { type Findings, ImportError } from "../findings";
import { child, childrenOf, descend, readXml } from "../xml";
import { ContainerReader } from "./containers";
import { CriteriaReader } from "./criteria";
import { Database, descriptionOf, placeOf } from "./database";
import { ParameterReader } from "./parameters";

/** @throws ImportError for a file that is no XTCE, or without containers */
export function readXtce(text: string, findings: Findings): Definition {
  const database = new Database(readXml(text));
  const parameters = new ParameterReader(database, findings);
  const criteria = new CriteriaReader(database, parameters);
  parameters.criteria = criteria;
  const containers = new ContainerReader(database, parameters, criteria, findings);
  if (database.containers.size === 0) throw new ImportError("has no SequenceContainer");
  const packets = containers.readAll();
  reportTheRest(database, containers, findings);
  const { root } = database;
  return {
    name: root.attributes.name ?? "",
    version: child(root, "Header")?.attributes.version,
    description: descriptionOf(root),
    packets,
  };
}

/** Findings about what is not in containers: derived parameters, algorithms, and what no packet has. */
function reportTheRest(
  { systems, parameters }: Database,
  { used }: ContainerReader,
  findings: Findings,
): void {
  for (const { element } of systems) {
    const telemetry = child(element, "TelemetryMetaData");
    for (const algorithm of childrenOf(child(telemetry, "AlgorithmSet"))) {
      findings.leftOut(placeOf(algorithm), "algorithms");
    }
  }
  for (const parameter of parameters.values()) {
    if (used.has(parameter)) continue;
    const source = descend(parameter.element, "ParameterProperties")?.attributes.dataSource ?? "telemetered";
    const place = placeOf(parameter.element, "Parameter");
    if (source === "derived") findings.leftOut(place, "is derived from others");
    else if (source === "telemetered") findings.note(place, "is in no container");
  }
}
