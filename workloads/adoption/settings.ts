/** What may be set about taking over, through the environment: it is about one run, not about the stack. */
import { RunError } from "@pulumi/pulumi";

/** How long an operation of Helm's may go on before it is taken for dead, when nothing is set. */
const DEFAULT_SECONDS = 60;

/**
 * Milliseconds that an operation of Helm's may go on before it is taken for dead. A plugin outlives an engine that was
 * killed: it makes its objects within seconds, and then waits for them, up to the release's time limit (15 minutes). When
 * such a wait ends after the takeover, it writes its own values into Helm's record (not onto the cluster).
 * PERIGEE_HELM_WAIT_SECONDS=900 waits for it, 0 does not wait at all.
 * @throws RunError when the variable is no number of seconds
 */
export function pendingLimitMs(environment: NodeJS.ProcessEnv = process.env): number {
  const given = environment["PERIGEE_HELM_WAIT_SECONDS"];
  if (given === undefined || given === "") return DEFAULT_SECONDS * 1000;
  if (/^\d{1,5}$/.test(given)) return Number(given) * 1000;
  throw new RunError(`PERIGEE_HELM_WAIT_SECONDS is "${given}"; allowed: whole seconds from 0 to 99999`);
}
