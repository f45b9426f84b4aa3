/** Lines of a COSMOS configuration file: a keyword and its words, without comments. */
import { expanded, type Given } from "./template";

export interface CosmosLine {
  /** The file, where it is another one than the definition's own. */
  readonly file: string | undefined;
  readonly line: number;
  /** In upper case; ERB for what a template would put there. */
  readonly keyword: string;
  readonly words: readonly string[];
  /** The whole line, as code has it. */
  readonly text: string;
}

/**
 * Lines with a keyword. A line goes on in the next one by & at its end; a text in quotes does by \ or + behind it, and
 * its parts are one text. Blank lines between are skipped, and between the parts of a text comments too.
 */
export function linesOf(text: string, given: Given, ownFile?: string): CosmosLine[] {
  const lines: CosmosLine[] = [];
  let open: { file: string | undefined; line: number; text: string; isInText: boolean } | undefined;
  let isInTemplate = false;
  for (const { file, line, text: written } of expanded(text, given, ownFile)) {
    const start = open ?? { file, line, text: "", isInText: false };
    const trimmed = written.trim();
    if (open && !isInTemplate && (trimmed === "" || (open.isInText && trimmed.startsWith("#")))) continue;
    const all = `${start.text}${start.isInText ? trimmed.replace(/^["']/, "") : trimmed}`;
    const at = { file: start.file, line: start.line };
    if (isInTemplate || (all.includes("<%") && !isComment(all))) {
      const opened = all.lastIndexOf("<%");
      // Of a template of several lines the first stands for all.
      if (!isInTemplate || opened >= 0) {
        lines.push({ ...at, keyword: "ERB", words: [all.replaceAll(/\s+/g, " ").slice(0, 60)], text: all });
      }
      isInTemplate = opened >= 0 ? !all.includes("%>", opened) : !all.includes("%>");
      open = undefined;
      continue;
    }
    const [, beforeText] = /^(.*)["']\s*[\\+]$/.exec(all) ?? [];
    if (!all.startsWith("#") && (beforeText !== undefined || /[&\\]$/.test(all))) {
      const text =
        beforeText === undefined ? `${all.slice(0, -1)} ` : `${beforeText}${all.endsWith("+") ? " " : ""}`;
      open = { ...at, text, isInText: beforeText !== undefined };
      continue;
    }
    open = undefined;
    const [keyword, ...words] = wordsOf(all);
    if (keyword !== undefined) lines.push({ ...at, keyword: keyword.toUpperCase(), words, text: all });
  }
  return lines;
}

/** True for a comment, also one with whole templates in it: what they put there is a comment too. */
const isComment = (line: string): boolean =>
  line.startsWith("#") && !line.replaceAll(/<%=.*?%>/g, "").includes("<%");

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
