/** Dictionaries made of definitions in other formats, with a list of what could not be carried over. */
import type { Definition } from "./definition";
import { Findings, ImportError } from "./findings";
import { planPackets } from "./plan";
import { type Origin, writeDictionary, type WriteOptions } from "./write";
import { readXtce } from "./xtce";

export { type Finding, formatFinding, ImportError } from "./findings";
export { type Origin } from "./write";

export const formats = ["xtce", "cosmos", "csv"] as const;
export type Format = (typeof formats)[number];

export interface ImportOptions extends WriteOptions {
  /** APID of packets for which the definition has none. */
  readonly apid?: number | undefined;
  /** Name of the packet where the definition has none. */
  readonly packet?: string | undefined;
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
  const plans = planPackets(definition, options.apid, findings);
  if (plans.length === 0) {
    const why = findings.all.filter(({ kind }) => kind === "left out").map(({ line, what, message }) => `line ${line}: ${what}: ${message}`);
    throw new ImportError(["has no packet that a dictionary can have", ...why.slice(0, 5)].join("; "));
  }
  const { text: dictionary, origins } = writeDictionary(definition, plans, options, findings);
  return { text: dictionary, findings, origins };
}

function read(format: Format, text: string, _options: ImportOptions, findings: Findings): Definition {
  switch (format) {
    case "xtce":
      return readXtce(text, findings);
    default:
      throw new ImportError("not yet");
  }
}
