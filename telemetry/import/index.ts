/** Dictionaries made of definitions in other formats, with a list of what could not be carried over. */
import { basename } from "node:path";
import { readCosmos } from "./cosmos";
import { readCsv } from "./csv";
import type { Definition, SourceText } from "./definition";
import { placeDerived } from "./derived";
import { Findings, nothingLeft } from "./findings";
import { planPackets } from "./plan";
import { type Origin, writeDictionary, type WriteOptions } from "./write";
import { mostXmlBytes } from "./xml";
import { readXtce } from "./xtce";
import { type BitOrder, bitOrders } from "./xtce/byteOrder";

export { formatFinding, ImportError } from "./findings";
export { type Origin } from "./write";
export { bitOrders };
export { textIn } from "./xml";

/** Bytes of the biggest file: thirty times the biggest known one. */
export const mostFileBytes = mostXmlBytes;

export const formats = ["xtce", "cosmos", "csv"] as const;
export type Format = (typeof formats)[number];

export interface ImportOptions extends WriteOptions {
  /** APIDs of packets for which the definition has none, or too many. */
  readonly apids?: readonly number[] | undefined;
  /** Name of the packet where the definition has none; default: that of the file. */
  readonly packet?: string | undefined;
  /** Name of the file. */
  readonly file?: string | undefined;
  /** What `bitOrder` of XTCE means; undefined: fields with it are left out. */
  readonly bitOrder?: BitOrder | undefined;
  /** Further files of the same definition; CSV has none. */
  readonly others?: readonly SourceText[];
  /** Text of a file in the folder of the first one, which a template of COSMOS may render; undefined: there is none. */
  readonly beside?: (name: string) => string | undefined;
  /** Values of names in templates of COSMOS. */
  readonly constants?: ReadonlyMap<string, string> | undefined;
}

export interface Imported {
  /** Dictionary that its own check accepts. */
  readonly text: string;
  readonly findings: Findings;
  /** Which field of the definition each parameter is. */
  readonly origins: readonly Origin[];
}

/** @throws ImportError when nothing of the text can be used */
export function importDefinition(format: Format, text: string, options: ImportOptions): Imported {
  const findings = new Findings();
  const definition = read(format, text, options, findings);
  const plans = planPackets(definition, options.apids ?? [], findings);
  if (plans.length === 0) throw nothingLeft(findings);
  const derived = placeDerived(plans, definition.derived ?? [], findings);
  const { text: dictionary, origins } = writeDictionary(definition, { plans, derived }, options, findings);
  return { text: dictionary, findings, origins };
}

function read(format: Format, text: string, options: ImportOptions, findings: Findings): Definition {
  const { packet, file, others = [] } = options;
  const name = basename(file ?? "packet").replace(/\.[^.]*$/, "");
  switch (format) {
    case "xtce":
      return readXtce([{ text, file }, ...others], options.bitOrder, findings);
    case "cosmos": {
      const { beside = () => undefined, constants } = options;
      return readCosmos([{ text, file }, ...others], name, { beside, constants }, findings);
    }
    case "csv":
      return readCsv(text, packet ?? name, findings);
  }
}
