/**
 * Texts of the user in generated documents: one function per language. What each returns is shown there as the user
 * wrote it, whatever braces, quotes, variables or markup it contains.
 */

/**
 * Go template (annotations and labels of rules) that prints the text. Prometheus refuses a whole rule file for one
 * template that does not parse, so each run of opening braces becomes a string constant.
 */
export function inTemplate(text: string): string {
  return text.replace(/\{+/g, (braces) => `{{ ${quoted(braces)} }}`);
}

/** String constant of PromQL, or of an expression in a Go template: both read JSON's escapes. */
export function quoted(text: string): string {
  return JSON.stringify(text);
}

/** Also what makes a link of a bare address: `://`, `www.`, `@`. In such a link no reference is decoded. */
const markup = /[\\`*_[\]<>&$#|~@]|:(?=[\w+-]+:|\/\/)|(?<=www)\./gi;
/** Start of a line that Markdown takes for a list or the underline of a heading. */
const blockStart = /^[-+=]|(?<=^\d+)[.)]/;
const entity = (character: string): string => `&#${character.charCodeAt(0)};`;

/**
 * One line of Markdown, with character references in place of markup: they are never markup themselves, and Grafana,
 * which replaces `$name`, `${name}` and `[[name]]` before it reads the Markdown, finds no variable in them.
 */
export function inMarkdown(text: string): string {
  return text.trim().replace(/\s+/g, " ").replace(markup, entity).replace(blockStart, entity);
}
