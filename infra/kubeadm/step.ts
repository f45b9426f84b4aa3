/**
 * A step is one script of `scripts/`, run on a machine over SSH. Script and inputs go in by stdin:
 * nothing of them is on a command line, and an error shows the short command, not the script.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

export type StepScript = "init" | "network" | "kubeconfig" | "request" | "member" | "join";

const read = (name: string): string => readFileSync(join(__dirname, "scripts", `${name}.sh`), "utf8");
const shared = read("step");

/** What is said on the command line of a step's run: its limit in seconds, its verb, and the limit for it to know. */
export function stepCommand(limitSeconds: number, verb: string): string {
  return `sudo timeout --kill-after=30s ${limitSeconds}s bash -s -- ${verb} ${limitSeconds}`;
}

/** The stdin of a step: its inputs as shell variables, then the script. */
export function stepInput(script: StepScript, inputs: Readonly<Record<string, string>>): string {
  return assembled(read(script), inputs);
}

/**
 * A script behind what every step shares (scripts/step.sh), inside one function so that the shell has read all of it
 * before a command of the script could read from the same stdin.
 */
export function assembled(script: string, inputs: Readonly<Record<string, string>>): string {
  const variables = Object.entries(inputs).map(([name, value]) => `declare -r ${name}=${quoted(value)}`);
  return ["step() {", ...variables, shared, script, "}", 'step "$@" </dev/null', ""].join("\n");
}

/** One shell word with exactly this value. */
export function quoted(value: string): string {
  return `'${value.replaceAll("'", `'\\''`)}'`;
}
