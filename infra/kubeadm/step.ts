/**
 * A step: one script of `scripts/`, run on a machine over SSH. Script and inputs are passed by stdin:
 * neither is on a command line, and an error shows the short command, not the script.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

export type StepScript =
  | "init"
  | "network"
  | "kubeconfig"
  | "request"
  | "member"
  | "join"
  | "keys"
  | "upkeep"
  | "../controlPlanes/request"
  | "../controlPlanes/member";

const read = (name: string): string => readFileSync(join(__dirname, "scripts", `${name}.sh`), "utf8");
const shared = read("step");

/** Parts that a script uses besides what every step shares. */
const parts: Readonly<Partial<Record<StepScript, readonly string[]>>> = {
  init: [
    "disk",
    "files",
    "../upgrade/scripts/versions",
    "../upgrade/scripts/machineFiles",
    "../controlPlanes/quorum",
    "../upgrade/scripts/gate",
    "../upgrade/scripts/hold",
    "drain",
    "../upgrade/scripts/copies",
    "../upgrade/scripts/controlPlane",
    "../controlPlanes/configuration",
    "settle",
    "authentication",
    "modes",
    "secretsKey",
    "told",
    "discovery",
    "../controlPlanes/join",
    "../../machines/scripts/apt",
    "../../machines/scripts/age",
    "../../backup/scripts/s3",
    "../../backup/scripts/restore",
  ],
  join: [
    "disk",
    "modes",
    "discovery",
    "serving",
    "files",
    "../upgrade/scripts/versions",
    "../upgrade/scripts/machineFiles",
    "../upgrade/scripts/hold",
    "../upgrade/scripts/node",
  ],
  member: [
    "drain",
    "told",
    "../controlPlanes/quorum",
    "../upgrade/scripts/versions",
    "../upgrade/scripts/gate",
    "../upgrade/scripts/hold",
    "../upgrade/scripts/makeWay",
  ],
  network: ["serving"],
  upkeep: ["files", "../../machines/scripts/apt"],
  "../controlPlanes/request": ["../../machines/scripts/apt", "../../machines/scripts/age", "request"],
  "../controlPlanes/member": [
    "../../machines/scripts/apt",
    "../../machines/scripts/age",
    "../controlPlanes/quorum",
    "drain",
    "told",
    "member",
  ],
};

/** Command line of a step: its time limit in seconds, its verb, and the limit as an argument of the script. */
export function stepCommand(limitSeconds: number, verb: string): string {
  return `sudo timeout --kill-after=30s ${limitSeconds}s bash -s -- ${verb} ${limitSeconds}`;
}

/** The stdin of a step: its inputs as shell variables, then the script. */
export function stepInput(script: StepScript, inputs: Readonly<Record<string, string>>): string {
  return assembled([...(parts[script] ?? []), script].map(read).join(""), inputs);
}

/**
 * The script after the shared part of every step (scripts/step.sh), in one function, so that the shell reads all of it
 * before any command of the script can read from the same stdin.
 */
export function assembled(script: string, inputs: Readonly<Record<string, string>>): string {
  const variables = Object.entries(inputs).map(([name, value]) => `declare -r ${name}=${quoted(value)}`);
  return ["step() {", ...variables, shared, script, "}", 'step "$@" </dev/null', ""].join("\n");
}

/** Value quoted as one shell word. */
export function quoted(value: string): string {
  return `'${value.replaceAll("'", `'\\''`)}'`;
}
