import assert from "node:assert/strict";
import * as fc from "fast-check";
import { parse } from "yaml";
import { toYaml } from "../../../telemetry/yaml";
import { anyText } from "../../support/telemetry/anyText";

/** Texts, and words that one of YAML's grammars takes for something else. */
const anyString = fc.oneof(
  anyText,
  fc.constantFrom(
    ...["yes", "Off", "y", "~", "null", "", "1e3", "0x1F", "0o17", "017", "0b1", "1_000", "12:30:45"],
    ...[
      "2001-01-01",
      ".inf",
      "=",
      "<<",
      "\u0085",
      "a \u2028 b: c",
      "\u2029",
      "\uFEFF",
      "\uFEFF# a",
      "a\n \u2028\n",
    ],
  ),
);
/** No merge key: keys are names of fields and labels. */
const anyKey = anyString.filter((text) => text !== "<<");
const anyDocument = fc.dictionary(
  anyKey,
  fc.oneof(anyString, fc.array(anyString), fc.boolean(), fc.integer()),
);

describe("YAML for Go's parsers", () => {
  for (const version of ["1.1", "1.2"] as const) {
    it(`is read back as it was by the grammar ${version}`, () => {
      fc.assert(
        fc.property(anyDocument, (document) => {
          assert.deepEqual(parse(toYaml(document), { version, merge: false }), { ...document });
        }),
      );
    });
  }

  it("contains no line break that only one grammar knows, and no byte order mark", () => {
    assert.equal(
      toYaml({ description: "bus\u2028voltage: \u0085\u2029\uFEFF" }),
      'description: "bus\\Lvoltage: \\N\\P\\uFEFF"\n',
    );
  });
});
