/** Settings of the command stand-in, from the environment of the engine. */
import path from "node:path";

export interface CommandSettings {
  /** State folder of the scripted machines that replace SSH when there are no machines. */
  readonly scriptedState: string | undefined;
  readonly agentSocket: string | undefined;
  /** Environment that a local command inherits. */
  readonly inherited: NodeJS.ProcessEnv;
}

export function loadSettings(environment: NodeJS.ProcessEnv = process.env): CommandSettings {
  const state = environment["PERIGEE_LAB_STATE"];
  const scripted = environment["PERIGEE_LAB_MACHINES"] === "none";
  if (scripted && (state === undefined || !path.isAbsolute(state))) {
    throw new Error(
      "PERIGEE_LAB_MACHINES=none needs PERIGEE_LAB_STATE, the absolute path of the lab's state folder",
    );
  }
  return {
    scriptedState: scripted ? state : undefined,
    agentSocket: environment["SSH_AUTH_SOCK"] || undefined,
    inherited: environment,
  };
}
