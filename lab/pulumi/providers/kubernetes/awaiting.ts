/** Waits for objects with a time limit; errors give the reason. */
import { setTimeout as sleep } from "node:timers/promises";
import type { ResourceCall } from "../rpc/provider";
import type { Cluster } from "./cluster";
import { podProblems } from "./diagnosis";
import { described, type LiveObject, type ObjectReference } from "./kubernetesObject";
import { servicePods, type Verdict, verdict, wantsEndpoints } from "./readiness";

const pollMs = 1_000;
/** Time limit: the released provider's default, which `customTimeouts` shortens. */
const limitMs = 600_000;
const lastLookMs = 10_000;

type Call = Pick<ResourceCall, "signal" | "log">;

/**
 * Waits until the object is ready.
 * @returns the ready object
 * @throws Error with the missing condition, and the reasons why its pods do not start
 */
export async function untilReady(
  cluster: Cluster,
  reference: ObjectReference,
  call: Call,
): Promise<LiveObject> {
  const limit = Date.now() + limitMs;
  let last = "";
  for (;;) {
    // A call that has timed out reads the object once more, to report the reason.
    const signal = call.signal.aborted ? AbortSignal.timeout(lastLookMs) : call.signal;
    const object = await cluster.read(reference, signal);
    if (object === undefined) throw new Error(`${described(reference)} went while it was waited for`);
    const now = await judge(cluster, object, signal);
    if (now.state === "ready") return object;
    if (now.state === "failed" || Date.now() > limit || call.signal.aborted) {
      throw new Error(await explained(cluster, object, reference, now.why));
    }
    if (now.why !== last) call.log.status(now.why);
    last = now.why;
    await pause(call.signal);
  }
}

async function judge(cluster: Cluster, object: LiveObject, signal: AbortSignal): Promise<Verdict> {
  const { kind, metadata } = object;
  if (kind !== "Service" || !wantsEndpoints(object) || metadata.namespace === undefined) {
    return verdict(object);
  }
  const selector = { "kubernetes.io/service-name": metadata.name };
  const { namespace } = metadata;
  const query = { apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice", namespace, selector };
  return servicePods(await cluster.list(query, signal));
}

async function explained(
  cluster: Cluster,
  object: LiveObject,
  reference: ObjectReference,
  why: string,
): Promise<string> {
  const problems = await podProblems(cluster, object, AbortSignal.timeout(lastLookMs));
  return [
    `${described(reference)} did not become ready: ${why}`,
    ...problems.map((line) => `  ${line}`),
  ].join("\n");
}

/**
 * Waits until the object is deleted.
 * @throws Error with the finalizers that block the deletion
 */
export async function untilGone(cluster: Cluster, reference: ObjectReference, call: Call): Promise<void> {
  const limit = Date.now() + limitMs;
  for (;;) {
    const signal = call.signal.aborted ? AbortSignal.timeout(lastLookMs) : call.signal;
    const object = await cluster.read(reference, signal);
    if (object === undefined) return;
    if (Date.now() > limit || call.signal.aborted) {
      const held = object.metadata.finalizers ?? [];
      const why = held.length > 0 ? `held by the finalizers ${held.join(", ")}` : "still there";
      throw new Error(`${described(reference)} was not deleted: ${why}`);
    }
    await pause(call.signal);
  }
}

async function pause(signal: AbortSignal): Promise<void> {
  await sleep(pollMs, undefined, { signal }).catch(() => undefined);
}
