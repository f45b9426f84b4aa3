/** Macros of COSMOS up to version 4: items that are appended again and again, with a number in their names. */
import { isItem } from "./items";
import type { CosmosLine } from "./lines";
import { wholeIn } from "./numbers";

/** Lines that a macro makes: more are not expanded. */
const mostLines = 100_000;

/** The lines with those of each whole macro as often as it says; what else begins a macro stays as it is. */
export function withoutMacros(lines: readonly CosmosLine[]): CosmosLine[] {
  const all: CosmosLine[] = [];
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i];
    if (!line) continue;
    const isStart = line.keyword === "MACRO_APPEND_START";
    const end = isStart ? i + 1 + lines.slice(i + 1).findIndex(isOfMacro) : i;
    const made =
      lines[end]?.keyword === "MACRO_APPEND_END" ? madeBy(line, lines.slice(i + 1, end)) : undefined;
    if (made) i = end;
    for (const each of made ?? [line]) all.push(each);
  }
  return all;
}

const isOfMacro = ({ keyword }: CosmosLine): boolean => keyword.startsWith("MACRO_APPEND_");

/** @returns undefined for a macro of something else than appended items, of no numbers, or of too many lines */
function madeBy(
  { words: [from = "", to = "", format = "%s%d"] }: CosmosLine,
  body: readonly CosmosLine[],
): CosmosLine[] | undefined {
  const [first, last] = [wholeIn(from), wholeIn(to)];
  const count = Math.abs(last - first) + 1;
  const isAppended = body.every(({ keyword }) => !isItem(keyword) || keyword.startsWith("APPEND_"));
  const isNamed = /%\d*s/.test(format) && /%\d*d/.test(format);
  if (!isAppended || !isNamed || !(count * body.length <= mostLines)) return undefined;
  return Array.from({ length: count }, (_, i) => first + (first <= last ? i : -i)).flatMap((number) =>
    body.map((line) => (isItem(line.keyword) ? numbered(line, number, format) : line)),
  );
}

function numbered(line: CosmosLine, number: number, format: string): CosmosLine {
  const [name = "", ...others] = line.words;
  const written = format.replaceAll(/%(0?)(\d*)([sd])/g, (_all, zero: string, width: string, of: string) =>
    (of === "s" ? name : String(number)).padStart(Number(width), of === "d" && zero === "0" ? "0" : " "),
  );
  return { ...line, words: [written, ...others] };
}
