/** Readiness of an object by its status, for each kind. Pure, so that each can be tested. */
import { isList, isMap, map, numeric, type Properties, text } from "../rpc/values";
import type { LiveObject } from "./kubernetesObject";

export type Verdict =
  | { readonly state: "ready" }
  | { readonly state: "waiting"; readonly why: string }
  /** Waiting will not make it ready. */
  | { readonly state: "failed"; readonly why: string };

const ready: Verdict = { state: "ready" };
const waiting = (why: string): Verdict => ({ state: "waiting", why });
const failed = (why: string): Verdict => ({ state: "failed", why });

/** Annotation that skips the wait, as in the released provider. */
const skip = "pulumi.com/skipAwait";

const judges: Readonly<Record<string, (object: LiveObject) => Verdict>> = {
  Deployment: deployment,
  StatefulSet: statefulSet,
  DaemonSet: daemonSet,
  Job: job,
  Namespace: ({ status = {} }) => phase(status, "Active"),
  PersistentVolume: ({ status = {} }) => phase(status, "Available", "Bound"),
  PersistentVolumeClaim: claim,
  CustomResourceDefinition: definition,
};

/** Verdict on an object; a kind without a judge is ready once it exists. Services: see `servicePods`. */
export function verdict(object: LiveObject): Verdict {
  if (object.metadata.annotations?.[skip] === "true") return ready;
  return judges[object.kind]?.(object) ?? ready;
}

function deployment(object: LiveObject): Verdict {
  const { spec = {}, status = {} } = object;
  if (!isSeen(object)) return waiting("not seen by its controller yet");
  const progress = condition(status, "Progressing");
  if (progress?.["reason"] === "ProgressDeadlineExceeded") {
    return failed(text(progress, "message") ?? "no progress");
  }
  const wanted = numeric(spec, "replicas") ?? 1;
  const updated = numeric(status, "updatedReplicas") ?? 0;
  const all = numeric(status, "replicas") ?? 0;
  const available = numeric(status, "availableReplicas") ?? 0;
  if (updated < wanted) return waiting(`${updated} of ${wanted} pods are of the new kind`);
  if (all > updated) return waiting(`${all - updated} pods of the old kind are still there`);
  return available < wanted ? waiting(`${available} of ${wanted} pods are available`) : ready;
}

function statefulSet(object: LiveObject): Verdict {
  const { spec = {}, status = {} } = object;
  if (!isSeen(object)) return waiting("not seen by its controller yet");
  const wanted = numeric(spec, "replicas") ?? 1;
  const count = numeric(status, "readyReplicas") ?? 0;
  if (count < wanted) return waiting(`${count} of ${wanted} pods are ready`);
  const isCurrent =
    status["updateRevision"] === undefined || status["updateRevision"] === status["currentRevision"];
  return isCurrent ? ready : waiting("pods of the old kind are still there");
}

function daemonSet(object: LiveObject): Verdict {
  const { status = {} } = object;
  if (!isSeen(object)) return waiting("not seen by its controller yet");
  const wanted = numeric(status, "desiredNumberScheduled") ?? 0;
  const updated = numeric(status, "updatedNumberScheduled") ?? 0;
  const available = numeric(status, "numberAvailable") ?? 0;
  const least = Math.min(updated, available);
  return least < wanted ? waiting(`${least} of ${wanted} pods are available`) : ready;
}

function job({ status = {} }: LiveObject): Verdict {
  const failure = condition(status, "Failed");
  if (failure?.["status"] === "True") return failed(text(failure, "message") ?? "the job failed");
  return condition(status, "Complete")?.["status"] === "True" ? ready : waiting("running");
}

function claim({ spec = {}, status = {} }: LiveObject): Verdict {
  // A class may bind only when a pod uses the claim (WaitForFirstConsumer), which may be after this claim.
  const isLate = text(spec, "storageClassName") !== "" && text(spec, "volumeName") === undefined;
  return isLate ? ready : phase(status, "Bound");
}

function definition({ status = {} }: LiveObject): Verdict {
  const names = condition(status, "NamesAccepted");
  if (names?.["status"] === "False") return failed(text(names, "message") ?? "its names are taken");
  return condition(status, "Established")?.["status"] === "True" ? ready : waiting("not established yet");
}

function phase(status: Properties, ...wanted: readonly string[]): Verdict {
  const now = text(status, "phase") ?? "unknown";
  if (now === "Failed" || now === "Lost") return failed(`phase ${now}`);
  return wanted.includes(now) ? ready : waiting(`phase ${now}`);
}

/** True when the controller's status is about the current generation of the object. */
function isSeen({ metadata, status = {} }: LiveObject): boolean {
  return (numeric(status, "observedGeneration") ?? 0) >= (metadata.generation ?? 0);
}

function condition(status: Properties, type: string): Properties | undefined {
  const { conditions } = status;
  if (!isList(conditions)) return undefined;
  return conditions.filter(isMap).find((one) => one["type"] === type);
}

/** True when a Service has pods to wait for: not without a selector, nor when it also lists pods that are not ready. */
export function wantsEndpoints({ metadata, spec = {} }: LiveObject): boolean {
  if (metadata.annotations?.[skip] === "true" || spec["publishNotReadyAddresses"] === true) return false;
  return spec["type"] !== "ExternalName" && Object.keys(map(spec, "selector")).length > 0;
}

/** @param slices the Service's EndpointSlices */
export function servicePods(slices: readonly LiveObject[]): Verdict {
  const endpoints = slices
    .map((slice) => (slice as unknown as Properties)["endpoints"])
    .flatMap((list) => (isList(list ?? null) ? (list as readonly Properties[]) : []));
  const isReady = endpoints.some((endpoint) => map(endpoint, "conditions")["ready"] !== false);
  return isReady ? ready : waiting("no pod behind it is ready");
}
