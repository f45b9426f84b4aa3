import assert from "node:assert/strict";
import * as fc from "fast-check";
import { micromark } from "micromark";
import { gfmAutolinkLiteral, gfmAutolinkLiteralHtml } from "micromark-extension-gfm-autolink-literal";
import { dashboardFiles } from "../../../dashboards";
import { parseDictionary } from "../../../telemetry/dictionary";
import { inMarkdown, quoted } from "../../../telemetry/quoting";
import { metricsReference } from "../../../tools/docs/metrics";
import { syntaxErrors } from "../../support/promql";
import { anyLine, anyText } from "../../support/telemetry/anyText";

/** Variables as Grafana finds them, and those of the dashboards themselves. */
const variable = /\$(\w+)|\[\[(\w+?)(?::(\w+))?\]\]|\$\{(\w+)(?:\.([^:^}]+))?(?::([^}]+))?\}/;

/** GitHub and Grafana make links of bare addresses too, in which character references stay as they are. */
const bareLinks = { extensions: [gfmAutolinkLiteral()], htmlExtensions: [gfmAutolinkLiteralHtml()] };

/** What a reader sees of Markdown: its only markup may be paragraphs. */
function seen(markdown: string): string {
  const html = micromark(markdown, bareLinks).replaceAll(/<\/?p>/g, "");
  assert.doesNotMatch(html, /[<>]/, `markup in ${JSON.stringify(markdown)}`);
  return html
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&");
}

const words = (text: string): string => text.trim().replaceAll(/\s+/g, " ");

describe("an author's text", () => {
  it("is seen in Markdown as it was written, spaces and line breaks aside", () => {
    fc.assert(
      fc.property(anyText, (text) => assert.equal(seen(inMarkdown(text)), words(text))),
      { numRuns: 2000 },
    );
  });

  for (const text of [
    "See https://wiki.example/a_b?x=1&y=2#top (HTTP://wiki.example), ftp://files.example",
    "www.example.org/a_b, WWW.example.org",
    "flight_team@example.org or mailto:a-b@example.org, asked by @flight",
  ]) {
    it(`is in Markdown no link with other characters than it has: ${text}`, () => {
      assert.equal(seen(inMarkdown(text)), text);
    });
  }

  it("has in Markdown nothing that only GitHub or Grafana reads: tables, emoji, strikethrough, bare links, variables", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const markdown = inMarkdown(text);
        assert.doesNotMatch(markdown, /[|~$[\]@]|:[\w+-]+:|:\/\/|www\./i);
        assert.equal(markdown.replace(variable, "a value"), markdown);
      }),
    );
  });

  it("is one constant of PromQL, whatever quotes and backslashes it contains", () => {
    fc.assert(
      fc.property(anyLine, (text) => assert.deepEqual(syntaxErrors(`up{a=${quoted(text)},b="c"}`), [])),
    );
  });
});

const time = { code: "CUC", epoch: "2000-01-01T00:00:00Z" };
const named = { name: "commands_accepted", type: "unsigned", bits: 8, unit: "count", kind: "counter" };

/** Every kind of panel and role, each with the text as its description. */
function dictionaryWith(description: string, name = "n") {
  const parameters = [
    { name: "mode", type: "enumeration", bits: 8, states: { 0: "SAFE" } },
    { name: "ground_station_visible", type: "boolean" },
    { name: "voltage", type: "float", bits: 32, bitOffset: 16, unit: "V", limits: { red: { low: 1 } } },
    { ...named },
    { ...named, name: "boots" },
  ].map((each) => ({ ...each, description }));
  const packet = { apid: 1, name: "p", description, subsystem: "power", period: 1, parameters };
  return parseDictionary(
    JSON.stringify({ name, version: "1", description, time, mode: "power.mode", packets: [packet] }),
  );
}

/** Descriptions of a dashboard's panels. */
function descriptionsIn(json: string): string[] {
  const { panels } = JSON.parse(json) as { panels: { description: string }[] };
  return panels.map(({ description }) => description);
}

describe("an author's text on the dashboards", () => {
  it("is no variable, no link and no markup, and is there on every panel of the parameter", () => {
    const plain = dashboardFiles(dictionaryWith("plain")).map(({ json }) => json);
    fc.assert(
      fc.property(anyText, (text) => {
        const description = `[${text}]`;
        const made = dashboardFiles(dictionaryWith(description)).map(({ json }) => json);
        for (const each of made.flatMap(descriptionsIn)) assert.doesNotMatch(each, variable);
        const escaped = JSON.stringify(inMarkdown(description)).slice(1, -1);
        assert.deepEqual(
          made.map((json) => json.replaceAll(escaped, "plain")),
          plain,
        );
      }),
      { numRuns: 30 },
    );
  });
});

describe("an author's text in the reference of the metrics", () => {
  it("neither adds a column or a row to a table nor is markup", () => {
    const plain = metricsReference(dictionaryWith("plain", "plain"));
    fc.assert(
      fc.property(anyText, (text) => {
        const description = `[${text}]`;
        const made = metricsReference(dictionaryWith(description, "[*x*|${y}]"));
        const shown = made
          .replaceAll(inMarkdown(description), "plain")
          .replaceAll(inMarkdown("[*x*|${y}]"), "plain");
        assert.equal(shown, plain);
      }),
      { numRuns: 20 },
    );
  });
});

describe("a dictionary's text", () => {
  for (const [what, text] of [
    ["a NUL", "a\0b"],
    ["an escape sequence of a terminal", "a\u001b[31mb"],
    ["half of a surrogate pair", "a\ud800b"],
    ["a byte order mark", "a\ufeffb"],
    ["what is no character", "a\uffffb"],
  ] as const) {
    it(`is refused with ${what}, in a description and in the name`, () => {
      assert.throws(() => dictionaryWith(text), /parameters\[0\]\.description: must be text without control/);
      assert.throws(() => dictionaryWith("d", text), /name: must be one line without control characters/);
    });
  }

  it("is refused in another encoding than UTF-8: no alert of it would be loaded", () => {
    const latin1 = Buffer.from("Überlast", "latin1").toString("utf8");
    const problem = /name: is not UTF-8 where U\+FFFD stands: save the file as UTF-8/;
    assert.throws(() => dictionaryWith("d", latin1), problem);
    assert.throws(() => dictionaryWith(latin1), /parameters\[0\]\.description: is not UTF-8/);
  });

  it("may have line breaks and tabs in a description, not in a name", () => {
    assert.doesNotThrow(() => dictionaryWith("a\n\tb"));
    assert.throws(() => dictionaryWith("d", "a\nb"), /name: must be one line/);
  });
});
