import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { stringify } from "yaml";
import { dashboardFiles } from "../../../dashboards";
import { SettingsError } from "../../../settings/load";
import { parseDictionary } from "../../../telemetry/dictionary";
import { dashboardSizes, ruleSizes, sizeProblems } from "../../../telemetry/objectSizes";
import { ruleFile } from "../../../telemetry/rules";
import { parseSettings } from "../../../workloads/config";
import { matchesGolden } from "../../golden";
import { largeDictionaryText, largeSpacecraft } from "../../support/telemetry/largeDictionary";
import { deploy, type RecordedResource } from "../../support/workloads/mocks";
import { unversioned } from "../../support/workloads/names";

const kib = 1024;
const rule = "kubernetes:monitoring.coreos.com/v1:PrometheusRule";
const configMap = "kubernetes:core/v1:ConfigMap";

const nameOf = ({ inputs }: RecordedResource): string => (inputs["metadata"] as { name: string }).name;
const dataOf = ({ inputs }: RecordedResource): Record<string, string> =>
  (inputs["data"] ?? {}) as Record<string, string>;

/** What is there whatever the dictionary says, switched off. */
const others = { logs: { kind: "none" }, ownProbes: false };

/** What the stack makes of a dictionary. */
async function madeOf(dictionary: string) {
  const { resources } = await deploy({ telemetry: { dictionary }, ...others });
  return {
    rules: resources.filter(({ type, name }) => type === rule && name !== "platform-rules"),
    maps: resources.filter(
      ({ type, name }) => type === configMap && unversioned(name) !== "telemetry-program",
    ),
  };
}

describe("the objects made from a dictionary", () => {
  for (const [name, path] of [
    ["default", "telemetry/dictionary/default.yaml"],
    ["cubesat", "examples/own-dictionary/cubesat.yaml"],
  ] as const) {
    it(`have for ${name} the names in test/golden/objects/${name}.txt, which running clusters know`, async () => {
      const { rules, maps } = await madeOf(path);
      const lines = [...rules, ...maps].map(
        (each) =>
          `${each.type.split(":").at(-1)} ${unversioned(each.name)} ${unversioned(nameOf(each))} ${Object.keys(dataOf(each)).join(" ")}`,
      );
      matchesGolden(
        `objects/${name}.txt`,
        `${lines
          .map((line) => line.trim())
          .toSorted()
          .join("\n")}\n`,
      );
    });
  }
});

const valid = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

function areNames(names: readonly string[]): void {
  assert.equal(new Set(names).size, names.length);
  for (const name of names) assert.match(name, valid);
}

describe("the objects made from a large dictionary", function () {
  this.timeout(120_000);
  const folder = mkdtempSync(join(tmpdir(), "perigee-large-"));
  const file = join(folder, "dictionary.yaml");
  after(() => rmSync(folder, { recursive: true }));

  it("are each small enough for Kubernetes and the operator, under names of their own", async () => {
    const text = largeDictionaryText({ ...largeSpacecraft, parametersEach: 60 });
    assert.ok(Buffer.byteLength(text) > 1024 * kib);
    writeFileSync(file, text);
    const { rules, maps } = await madeOf(file);
    for (const each of rules) {
      const bytes = Buffer.byteLength(stringify(each.inputs["spec"], { lineWidth: 0 }));
      assert.ok(bytes <= 512 * kib, `${nameOf(each)}: ${bytes} bytes`);
    }
    for (const each of maps) {
      const bytes = Object.values(dataOf(each)).reduce((sum, content) => sum + Buffer.byteLength(content), 0);
      assert.ok(bytes <= 1024 * kib, `${nameOf(each)}: ${bytes} bytes`);
    }
    areNames(rules.map(nameOf));
    areNames(maps.map(nameOf));
    const dictionary = maps.find(({ name }) => unversioned(name) === "telemetry-dictionary");
    const { "dictionary.yaml": content = "" } = dictionary?.inputs["binaryData"] as Record<string, string>;
    assert.equal(gunzipSync(Buffer.from(content, "base64")).toString(), text, "compressed, and whole");
  });

  for (const [what, shape] of [
    ["3,000 parameters in one subsystem", { subsystems: 1, packetsEach: 10, parametersEach: 300 }],
    ["400 subsystems", { subsystems: 400, packetsEach: 1, parametersEach: 5 }],
  ] as const) {
    it(`are as small, under names of their own, for ${what}`, () => {
      const dictionary = parseDictionary(largeDictionaryText(shape));
      const boards = dashboardFiles(dictionary);
      const rules = ruleFile(dictionary);
      assert.deepEqual(sizeProblems([...ruleSizes(rules), ...dashboardSizes(boards)]), []);
      areNames(rules.groups.map(({ name }) => name));
      areNames(boards.map(({ uid }) => uid));
      assert.ok(boards.every(({ uid }) => uid.length <= 40));
    });
  }

  /** Settings with a dictionary of one enumeration. */
  const settingsOfStates = (count: number) => {
    const states = Object.fromEntries(
      Array.from({ length: count }, (_, i) => [i, `STATE_${i}_${"X".repeat(50)}`]),
    );
    const parameter = { name: "state", description: "d", type: "enumeration", bits: 16, states };
    const packet = {
      apid: 1,
      name: "p",
      description: "d",
      subsystem: "power",
      period: 1,
      parameters: [parameter],
    };
    const time = { code: "CUC", epoch: "2000-01-01T00:00:00Z" };
    writeFileSync(file, JSON.stringify({ name: "n", version: "1", time, packets: [packet] }));
    return parseSettings({ telemetry: { dictionary: file } });
  };

  it("are taken where one rule is above the size for halving, and below what the operator takes", () => {
    const { groups } = ruleFile(settingsOfStates(2_600).telemetry.dictionary.dictionary);
    const states = groups.filter(({ name }) => name.startsWith("perigee-states"));
    assert.deepEqual(
      states.map(({ name, rules }) => [name, rules.length]),
      [["perigee-states", 1]],
    );
    assert.ok(Buffer.byteLength(JSON.stringify(states)) > 300 * kib);
  });

  it("are refused before anything is touched where one is too big, each with its size, whose limit it is and its own way out", () => {
    assert.throws(
      () => settingsOfStates(6_000),
      (error) => {
        assert.ok(error instanceof SettingsError);
        const [rules, ...boards] = error.problems.map(({ problem }) => problem);
        assert.match(
          rules ?? "",
          /^rule group perigee-states has \d+ KiB, at most 512 KiB of YAML are taken by the Prometheus operator: name fewer states of its enumeration, or give/,
        );
        for (const each of boards) {
          assert.match(
            each,
            /^dashboard [\w-]+ has \d+ KiB, at most 1024 KiB fit into a ConfigMap: name fewer states of its enumerations, or split/,
          );
        }
        assert.equal(boards.length, 2);
        return true;
      },
    );
  });
});
