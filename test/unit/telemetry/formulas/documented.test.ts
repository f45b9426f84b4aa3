import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { repositoryRoot } from "../../../../settings/repositoryRoot";
import { constants, functions, operators } from "../../../../telemetry/dictionary/formula/functions";
import { number, problemsOf } from "../packets/dictionaryOf";

type Source = Readonly<Record<string, unknown>>;

const page = readFileSync(join(repositoryRoot, "docs/telemetry.md"), "utf8");
const section = (title: string): string => page.split(`\n### ${title}\n`)[1]?.split("\n### ")[0] ?? "";
/** The example of a section. */
const example = (title: string): unknown => parse(/```yaml\n([\s\S]*?)```/.exec(section(title))?.[1] ?? "");
const states = (name: string, subsystem: string, ...names: readonly string[]): Source => ({
  ...{ name, subsystem, description: "d", type: "enumeration", bits: 8 },
  states: Object.fromEntries(names.map((each, i) => [String(i), each])),
});

describe("the examples of docs/telemetry.md", () => {
  it("of events are right", () => {
    const packets = example("Events") as Source[];
    assert.equal(packets.length, 1);
    assert.equal(problemsOf(packets.map((packet) => ({ period: undefined, ...packet }))), "");
  });

  it("of contexts are right, beside the parameters that they name", () => {
    const [parameter] = example("Contexts") as Source[];
    assert.ok(parameter);
    const parameters = [
      parameter,
      states("amplifier_gain", "s", "OFF", "LOW", "HIGH"),
      { name: "heater", description: "d", type: "boolean" },
      number("bus_voltage", 8, { subsystem: "power", unit: "V" }),
      states("mode", "thermal", "NORMAL", "BAKE_OUT", "DECONTAMINATION"),
    ];
    assert.equal(problemsOf([{ parameters }]), "");
    assert.match(problemsOf([{ parameters: parameters.slice(0, 1) }]), /thermal\.mode is no parameter/);
  });

  it("of formulas are right, beside the parameters that they name", () => {
    const { parameters } = example("Formulas") as { parameters: Source[] };
    const others = [
      { name: "eclipse", subsystem: "orbit", description: "d", type: "boolean" },
      states("mode", "attitude", "SAFE", "NOMINAL"),
      number("power", 8, { subsystem: "panels", unit: "mW" }),
    ];
    assert.equal(problemsOf([{ parameters: [...parameters, ...others] }]), "");
  });

  it("name every operator, function and constant of a formula", () => {
    const text = section("Formulas");
    for (const table of [functions, constants]) {
      for (const name of Object.keys(table)) assert.match(text, new RegExp(`[\` ]${name}[\` ]`), name);
    }
    for (const sign of Object.keys(operators)) assert.ok(text.includes(sign), sign);
  });
});
