/** Lines of the dictionary that an import has written, as the lines of the definition that they come from. */
import { isNode, LineCounter, parseDocument } from "yaml";
import type { Row } from "./body";
import type { Place } from "./definition";

/** What makes of a message one with the definition's lines instead of those of a dictionary that nobody sees. */
export function sourceLines(text: string, rows: readonly Row[]): (message: string) => string {
  let places: ReadonlyMap<number, Place> | undefined;
  return (message) =>
    message.replaceAll(
      /( \(|, )line (\d+)(\)?)/g,
      (_, before: string, line: string, after: string): string => {
        places ??= placesOf(text, rows);
        const place = places.get(Number(line));
        if (!place) return before === ", " ? after : "";
        const where = place.file === undefined ? `line ${place.line}` : `${place.file}:${place.line}`;
        return `${before}${where}${after}`;
      },
    );
}

/** Where each packet and parameter of a dictionary comes from, by its line there. */
function placesOf(text: string, rows: readonly Row[]): ReadonlyMap<number, Place> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const places = new Map<number, Place>();
  const add = (path: readonly (string | number)[], place: Place | undefined): void => {
    const node = document.getIn(path, true);
    if (place && isNode(node) && node.range) places.set(lines.linePos(node.range[0]).line, place);
  };
  for (const [i, { plan, parameters }] of rows.entries()) {
    const fields = new Map(parameters.map(({ source, field }) => [source.name, field?.place]));
    for (let k = 0; document.hasIn(["packets", i, "parameters", k]); k++) {
      add(
        ["packets", i, "parameters", k],
        fields.get(document.getIn(["packets", i, "parameters", k, "name"])),
      );
    }
    add(["packets", i], plan.foreign.place);
  }
  return places;
}
