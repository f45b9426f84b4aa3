import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { stepCommand, stepInput, type StepScript } from "../../../../infra/kubeadm/step";
import { deploy } from "../../../support/infra/mocks";
import { twoPools } from "../../../support/infra/settingsExamples";

const folder = join(__dirname, "../../../../infra/kubeadm/scripts");
const shared = "step.sh";
/** Scripts that are no step by themselves. */
const parts = [
  ...[shared, "discovery.sh", "disk.sh", "drain.sh", "files.sh"],
  ...["authentication.sh", "modes.sh", "secretsKey.sh", "serving.sh", "settle.sh", "told.sh"],
];
const scripts = readdirSync(folder).filter((name) => name.endsWith(".sh") && !parts.includes(name));
const source = (name: string): string => readFileSync(join(folder, name), "utf8");

/** Text that a shell variable can hold: anything but NUL. */
const texts = fc.string({ unit: "binary", maxLength: 200 }).map((text) => text.replaceAll("\0", ""));
/** Text that is made to break quoting. */
const hostile = fc
  .array(
    fc.constantFrom(
      "'",
      '"',
      "\\",
      "$(id)",
      "`id`",
      "\n",
      "!",
      "$IFS",
      "'\\''",
      ";",
      "EOF",
      "}",
      " ",
      "é",
      "🛰",
    ),
    { maxLength: 20 },
  )
  .map((parts) => parts.join(""));

/** What a real bash reads from a step's input for these variables. */
function readByBash(inputs: Readonly<Record<string, string>>): string[] {
  const assembled = stepInput("kubeconfig", inputs);
  const declarations = assembled.slice(0, assembled.indexOf(source(shared)));
  assert.ok(declarations.startsWith("step() {\n"));
  const names = Object.keys(inputs);
  const run = `${declarations}\nprintf '%s\\0' ${names.map((name) => `"$${name}"`).join(" ")}\n}\nstep </dev/null\n`;
  const bash = spawnSync("bash", ["-s", "--", "verb"], {
    input: run,
    encoding: "utf8",
    env: { PATH: process.env.PATH },
  });
  assert.equal(bash.stderr, "");
  return bash.stdout.split("\0").slice(0, -1);
}

describe("a step's inputs", () => {
  it("reach the script exactly as they are, whatever is in them", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(texts, hostile), { minLength: 1, maxLength: 12 }), (values) => {
        const inputs = Object.fromEntries(values.map((value, index) => [`INPUT_${index}`, value]));
        assert.deepEqual(readByBash(inputs), values);
      }),
      { numRuns: 60 },
    );
  });

  it("are exactly those that the script says it takes", async () => {
    const { resources } = await deploy(twoPools);
    const passed = new Map<string, Set<string>>();
    for (const { type, name, inputs } of resources) {
      if (type !== "command:remote:Command") continue;
      const stdin = String(inputs.stdin);
      const script = scripts.find((candidate) => stdin.includes(source(candidate)));
      assert.ok(script !== undefined, `${name} runs a script of infra/kubeadm/scripts`);
      const declarations = stdin.slice(0, stdin.indexOf(source(shared)));
      const names = [...declarations.matchAll(/^declare -r ([A-Z_]+)='/gm)].map((match) => match[1] ?? "");
      passed.set(script, new Set([...(passed.get(script) ?? []), ...names]));
    }
    assert.deepEqual([...passed.keys()].sort(), [...scripts].sort(), "every script is used");
    for (const [script, names] of passed) assert.deepEqual([...names].sort(), declared(script), script);
  });

  /** The words after `# Inputs:`. */
  const declared = (script: string): string[] =>
    (/# .*?Inputs: ([A-Z_ ]+)/.exec(source(script))?.[1] ?? "").trim().split(/\s+/).sort();
});

describe("a step's assembled input", () => {
  for (const script of scripts) {
    it(`of ${script} is a shell program that bash can parse`, () => {
      const name = script.replace(/\.sh$/, "") as StepScript;
      const bash = spawnSync("bash", ["-n"], {
        input: stepInput(name, { NODE_NAME: 'it\'s "$(node)"\n' }),
        encoding: "utf8",
      });
      assert.equal(`${bash.status ?? ""} ${bash.stderr}`, "0 ");
    });
  }

  it("is run with a limit, which kills what does not end", () => {
    assert.equal(stepCommand(60, "admit"), "sudo timeout --kill-after=30s 60s bash -s -- admit 60");
  });

  it("says what was ended and why, when it is", () => {
    const [prelude = ""] = source(shared).split("\nfail() {");
    const run = `step() {\n${prelude}\nsleep 10\n}\nstep "$@" </dev/null`;
    const bash = spawnSync("timeout", ["1", "bash", "-s", "--", "admit", "60"], {
      input: run,
      encoding: "utf8",
    });
    assert.match(bash.stderr, /^admit was ended: it took longer than its limit of 60s$/m);
  });
});
