/** Lines of a COSMOS configuration file: a keyword and its words, without comments. */

export interface CosmosLine {
  readonly line: number;
  /** In upper case; ERB for what a template would put there. */
  readonly keyword: string;
  readonly words: readonly string[];
}

/** Lines with a keyword. What goes on in the next line, by & or \ at its end, is one line. */
export function linesOf(text: string): CosmosLine[] {
  const lines: CosmosLine[] = [];
  let open: { line: number; text: string } | undefined;
  let isInTemplate = false;
  for (const [i, written] of withTarget(text).split(/\r?\n/).entries()) {
    const start = open ?? { line: i + 1, text: "" };
    const all = `${start.text}${written.trim()}`;
    if (isInTemplate || all.includes("<%")) {
      const opened = all.lastIndexOf("<%");
      isInTemplate = opened >= 0 ? !all.includes("%>", opened) : !all.includes("%>");
      lines.push({ line: start.line, keyword: "ERB", words: [all.slice(0, 60)] });
      open = undefined;
      continue;
    }
    if (/[&\\]$/.test(all) && !all.startsWith("#")) {
      open = { line: start.line, text: `${all.slice(0, -1)} ` };
      continue;
    }
    open = undefined;
    const [keyword, ...words] = wordsOf(all);
    if (keyword !== undefined) lines.push({ line: start.line, keyword: keyword.toUpperCase(), words });
  }
  return lines;
}

/** Text with a name where COSMOS would put that of the target: it does not change what is in a packet. */
const withTarget = (text: string): string => text.replaceAll(/<%=\s*target_name\s*%>/g, "TARGET");

/** Words of a line; what is in quotes is one. From # on it is a comment. */
function wordsOf(line: string): string[] {
  const words: string[] = [];
  for (const [, comment, double, single, plain] of line.matchAll(
    /(#.*)|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([^\s#"']\S*)/g,
  )) {
    if (comment !== undefined) break;
    words.push((double ?? single)?.replaceAll(/\\(.)/g, "$1") ?? plain ?? "");
  }
  return words;
}
