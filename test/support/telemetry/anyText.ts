/** Texts that a dictionary may hold, most of them full of the syntax of the languages that documents are written in. */
import * as fc from "fast-check";

const syntax = [
  ...["{", "{{", "}}", "{{{", "{{ .x }}", "{{-", "-}}", "{{/*", "$labels", "{{ $value }}", "%", "%q"],
  ...[
    '"',
    "'",
    "`",
    "\\",
    "\\n",
    "\n",
    "\u2028",
    "\u2029",
    "\t",
    "$",
    "${",
    "${datasource}",
    "$spacecraft",
    "[[spacecraft]]",
  ],
  ...[
    "${datasource:raw}",
    "${__user.login}",
    "|",
    "*",
    "**",
    "_",
    "~~",
    "<b>",
    "</",
    "&",
    "&amp;",
    "#",
    "# ",
  ],
  ...[
    "- ",
    "+ ",
    "1. ",
    "1)",
    "> ",
    "---",
    "===",
    "![](x)",
    "[x](y)",
    "<!--",
    ":",
    ":smile:",
    "\u{1f680}",
    "é",
    " ",
  ],
  ...["https://wiki.example/a_b?x=1&y=2#top", "ftp://", "http", "://", "www.example.org/a_b", "WWW", "."],
  ...["flight_team@example.org", "@", "xmpp:a@b.example", "/"],
];

/** Text of one or more lines; no character that a dictionary refuses. */
export const anyText: fc.Arbitrary<string> = fc
  .array(fc.oneof(fc.constantFrom(...syntax), fc.string({ unit: "grapheme", maxLength: 8 })), {
    minLength: 1,
    maxLength: 12,
  })
  .map((parts) => parts.join(""))
  .filter((text) => text !== "" && /^(?:[^\p{Cc}\p{Cs}\uFEFF\uFFFD-\uFFFF]|[\n\t])*$/u.test(text));

/** The same on one line. */
export const anyLine: fc.Arbitrary<string> = anyText.map((text) => text.replaceAll(/[\n\t]/g, "{{"));
