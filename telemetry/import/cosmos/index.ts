/**
 * Telemetry definitions of COSMOS as a definition.
 *
 *   reader.ts     lines, one after the other
 *   template.ts   what templates put there     items.ts       items and their places
 *   lines.ts      keywords and words           modifiers.ts   what the lines below an item say
 *   openPacket.ts a packet while it is read    time.ts        its time
 *   numbers.ts    numbers as it writes them    arithmetic.ts  numbers that templates compute
 *   code.ts       code that is a formula       derivedItems.ts items that are computed from others
 *   macros.ts     items that are repeated
 */
import type { Definition, SourceText } from "../definition";
import { type Findings, ImportError, nothingLeft } from "../findings";
import { linesOf } from "./lines";
import { withoutMacros } from "./macros";
import { Reader } from "./reader";
import type { Given } from "./template";

/**
 * @param files of one target
 * @throws ImportError for texts without TELEMETRY
 */
export function readCosmos(
  files: readonly SourceText[],
  name: string,
  given: Given,
  findings: Findings,
): Definition {
  const reader = new Reader(findings);
  const isOne = files.length === 1;
  for (const { text, file } of files) {
    for (const line of withoutMacros(linesOf(text, given, isOne ? undefined : file))) reader.read(line);
    reader.endFile();
  }
  const packets = reader.packets();
  if (packets.length === 0) {
    throw findings.leftOutCount > 0 ? nothingLeft(findings) : new ImportError("has no TELEMETRY packet");
  }
  return { name: reader.targets.join(" ") || name, packets };
}
