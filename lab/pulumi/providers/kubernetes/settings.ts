/** Settings of the lab's Kubernetes provider, from the environment of the engine. */
import path from "node:path";

export interface KubernetesProviderSettings {
  /** The lab's state folder: Helm's own files, and the record of a simulated cluster. */
  readonly stateFolder: string;
  /** `none`: objects are only recorded (engine tests). */
  readonly cluster: "live" | "none";
  /** The helm program: an absolute path, or a name on PATH. */
  readonly helm: string;
  /** True when resources of an unreachable cluster count as deleted; the provider's own setting wins. */
  readonly deleteUnreachable: boolean;
  /** True when fields that other managers have changed are set anyway; the provider's own setting wins. */
  readonly patchForce: boolean;
  /** Time limit for retries while the API server does not answer, before it counts as unreachable. */
  readonly unreachableMs: number;
  /** Duration of an operation of the simulated Helm. */
  readonly helmMs: number;
}

/** @throws Error with the variable that is missing or wrong */
export function loadSettings(environment: NodeJS.ProcessEnv = process.env): KubernetesProviderSettings {
  const state = environment["PERIGEE_LAB_STATE"];
  const machines = environment["PERIGEE_LAB_MACHINES"] ?? "none";
  if (state === undefined || !path.isAbsolute(state)) {
    throw new Error(
      "this is the Perigee lab's stand-in for the Kubernetes provider; " +
        "PERIGEE_LAB_STATE must be the absolute path of the lab's state folder",
    );
  }
  if (machines !== "systemd" && machines !== "none") {
    throw new Error(`PERIGEE_LAB_MACHINES is "${machines}"; allowed: systemd, none`);
  }
  return {
    stateFolder: state,
    cluster: machines === "none" ? "none" : "live",
    helm: environment["PERIGEE_LAB_HELM"] || "helm",
    // The released provider reads the same variables.
    deleteUnreachable: environment["PULUMI_K8S_DELETE_UNREACHABLE"] === "true",
    patchForce: environment["PULUMI_K8S_ENABLE_PATCH_FORCE"] === "true",
    unreachableMs: milliseconds(environment, "PERIGEE_LAB_UNREACHABLE_SECONDS", 30),
    helmMs: milliseconds(environment, "PERIGEE_LAB_HELM_SECONDS", 0.3),
  };
}

function milliseconds(environment: NodeJS.ProcessEnv, name: string, byDefault: number): number {
  const seconds = Number(environment[name] ?? byDefault);
  if (Number.isFinite(seconds) && seconds >= 0) return seconds * 1000;
  throw new Error(`${name} must be a number of seconds`);
}
