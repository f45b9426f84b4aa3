/** Settings of the lab's AWS provider, from the environment of the engine. */
import path from "node:path";

export interface AwsProviderSettings {
  /** Folder of the simulated account, `cloud.json`. */
  readonly stateFolder: string;
  /** Implementation of instances: systemd machines on this host, or only records (engine tests). */
  readonly machines: "systemd" | "none";
  /** Region when neither the program nor the stack sets one. */
  readonly region: string | undefined;
  /** Time limit for a delete to wait while the resource is in use, before it fails as AWS does. */
  readonly deleteWaitMs: number;
  /** Time limit for a machine to boot to a running init system. */
  readonly startLimitMs: number;
}

/** @throws Error with the variable that is missing or wrong */
export function loadSettings(environment: NodeJS.ProcessEnv = process.env): AwsProviderSettings {
  const state = environment["PERIGEE_LAB_STATE"];
  const machines = environment["PERIGEE_LAB_MACHINES"] ?? "none";
  if (state === undefined || !path.isAbsolute(state)) {
    throw new Error(
      "this is the Perigee lab's stand-in for the AWS provider; " +
        "PERIGEE_LAB_STATE must be the absolute path of the lab's state folder",
    );
  }
  if (machines !== "systemd" && machines !== "none") {
    throw new Error(`PERIGEE_LAB_MACHINES is "${machines}"; allowed: systemd, none`);
  }
  return {
    stateFolder: state,
    machines,
    region: environment["AWS_REGION"] ?? environment["AWS_DEFAULT_REGION"],
    deleteWaitMs: milliseconds(environment, "PERIGEE_LAB_DELETE_WAIT_SECONDS", 20),
    startLimitMs: milliseconds(environment, "PERIGEE_LAB_START_LIMIT_SECONDS", 300),
  };
}

function milliseconds(environment: NodeJS.ProcessEnv, name: string, fallback: number): number {
  const given = environment[name];
  const seconds = given === undefined ? fallback : Number(given);
  if (!Number.isFinite(seconds) || seconds < 0) throw new Error(`${name} is "${given}"; a number of seconds`);
  return seconds * 1000;
}
