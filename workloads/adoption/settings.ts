/** Setting of the adoption, an environment variable: it applies to one run, not to the stack. */
import { RunError } from "@pulumi/pulumi";

/** Default time that a Helm operation may be pending before it is considered dead. */
const defaultSeconds = 60;

/**
 * Milliseconds that a Helm operation may be pending before it is considered dead. The plugin keeps running after the
 * engine was killed: it creates its objects within seconds, then waits for them, up to the release's time limit (15
 * minutes). If that wait ends after the adoption, the plugin writes its own values into Helm's record (not to the
 * cluster). PERIGEE_HELM_WAIT_SECONDS=900 waits for it, 0 does not wait at all.
 * @throws RunError when the variable is not a number of seconds
 */
export function pendingLimitMs(environment: NodeJS.ProcessEnv = process.env): number {
  const given = environment["PERIGEE_HELM_WAIT_SECONDS"];
  if (given === undefined || given === "") return defaultSeconds * 1000;
  if (/^\d{1,5}$/.test(given)) return Number(given) * 1000;
  throw new RunError(`PERIGEE_HELM_WAIT_SECONDS is "${given}"; allowed: whole seconds from 0 to 99999`);
}
