/** YAML for Go's parsers (Prometheus, Alertmanager, their operator), which mix the grammars of YAML 1.1 and 1.2. */
import { Document, visit } from "yaml";

/** Characters that YAML 1.1 breaks lines at, or takes for a byte order mark, with their escapes in double quotes. */
const escapes: Readonly<Record<string, string>> = {
  ...{ "\u0085": "\\N", "\u2028": "\\L", "\u2029": "\\P", "\uFEFF": "\\uFEFF" },
};
const escaped = /[\u0085\u2028\u2029\uFEFF]/g;

/**
 * Strings that only double quotes keep: what is no string in one of the two (an octal number of 1.2, the default of 1.1),
 * and tabs, which Go refuses at the start of a block.
 */
const quoted = /^(?:[-+]?0o[0-7]+|=)$|[\t\u0085\u2028\u2029\uFEFF]/;

/** One YAML document, in which each string is read back as it is, by either grammar. Lines are not folded. */
export function toYaml(value: object): string {
  const document = new Document(value, { version: "1.1", aliasDuplicateObjects: false });
  visit(document, {
    Scalar(_, scalar) {
      if (typeof scalar.value === "string" && quoted.test(scalar.value)) {
        scalar.type = "QUOTE_DOUBLE";
      }
    },
  });
  // Each such character is in double quotes now, where its escape means the same.
  return document.toString({ lineWidth: 0 }).replaceAll(escaped, (each) => escapes[each] ?? each);
}
