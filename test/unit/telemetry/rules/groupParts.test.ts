import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { parseDictionary } from "../../../../telemetry/dictionary";
import { alertsOf, type RuleFile, ruleFile } from "../../../../telemetry/rules";
import { groupsOf } from "../../../../telemetry/rules/groupParts";
import { toYaml } from "../../../../telemetry/yaml";
import { prometheusProgram } from "../../../support/promtool";
import { largeDictionaryText } from "../../../support/telemetry/largeDictionary";

/** Group of each limit rule, by what the rule is about. */
function places({ groups }: RuleFile): Map<string, string> {
  const all = groups
    .filter(({ name }) => name.startsWith("perigee-limits-"))
    .flatMap(({ name, rules }) =>
      alertsOf({ groups: [{ name, rules }] }).map((alert) => [alert.expr, name] as const),
    );
  return new Map(all);
}

describe("rules of a group", () => {
  it("are measured once each, however often the group is halved", () => {
    let measured = 0;
    const rules = Array.from({ length: 3000 }, (_, i) => ({
      ...{ record: `record_${i}`, expr: "x".repeat(300) },
      toJSON(): object {
        measured++;
        return { record: this.record, expr: this.expr };
      },
    }));
    const parts = groupsOf("records", "", rules);
    assert.equal(parts.flatMap((part) => part.rules).length, rules.length);
    assert.ok(parts.length >= 4, `${parts.length} parts: halved less than twice`);
    assert.equal(measured, rules.length);
  });
});

describe("rules of 3,000 parameters", function () {
  this.timeout(150_000);
  const dictionary = parseDictionary(largeDictionaryText());
  const rules = ruleFile(dictionary);

  it("are ones that promtool accepts, whatever braces are in the descriptions", async () => {
    const folder = await mkdtemp(join(tmpdir(), "perigee-large-rules-"));
    try {
      const file = join(folder, "rules.yaml");
      await writeFile(file, toYaml(rules));
      const count = rules.groups.flatMap((group) => group.rules).length;
      assert.ok(count > 7000);
      const promtool = await prometheusProgram("promtool");
      const { stdout } = await promisify(execFile)(promtool, ["check", "rules", file]);
      assert.match(stdout, new RegExp(`SUCCESS: ${count} rules found`));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it("stay in their groups when a parameter comes or goes: a rule that moves would lose its alert", () => {
    // Few enough that no part falls below the size at which it is halved.
    const fewer = {
      ...dictionary,
      parameters: dictionary.parameters.filter(({ index }) => index % 600 !== 7),
    };
    const before = places(rules);
    const after = places(ruleFile(fewer));
    assert.equal(new Set(after.values()).size, new Set(before.values()).size);
    assert.ok(after.size < before.size);
    assert.deepEqual(
      [...after].filter(([expr, group]) => before.get(expr) !== group),
      [],
    );
  });

  it("move where their part grows too big, and those of no other part", () => {
    const [subsystem = ""] = dictionary.subsystems;
    const inOne = dictionary.parameters.map((each) => ({ ...each, subsystem }));
    /** Groups with the first so many parameters, all in one subsystem. */
    const withFirst = (count: number) =>
      places(ruleFile({ ...dictionary, subsystems: [subsystem], parameters: inOne.slice(0, count) }));
    const groups = (those: Map<string, string>) => [...new Set(those.values())].sort();
    // Few enough for two parts, and a step that halves one of them.
    const steps = Array.from({ length: 20 }, (_, i) => withFirst(100 + 10 * i));
    const crossing = steps.findIndex(
      (each, i) => i > 0 && groups(steps[i - 1] ?? each).length === 2 && groups(each).length === 3,
    );
    const [before, after] = [steps[crossing - 1], steps[crossing]];
    assert.ok(before && after, "no step halves a part");
    const moved = [...before].filter(([expr, group]) => after.get(expr) !== group).map(([, group]) => group);
    const halved = groups(before).filter((group) => !groups(after).includes(group));
    assert.equal(halved.length, 1);
    assert.deepEqual([...new Set(moved)], halved);
    assert.ok(groups(after).includes(`${halved[0]}0`) && groups(after).includes(`${halved[0]}1`));
  });
});
