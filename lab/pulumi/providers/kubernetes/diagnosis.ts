/** Reasons why pods do not start, in the words of the kubelet and the scheduler. */
import { isList, isMap, map, numeric, type Properties, text } from "../rpc/values";
import type { Cluster } from "./cluster";
import type { LiveObject } from "./kubernetesObject";

/** @returns a line per problem of a pod, at most 5 */
export async function podProblems(
  cluster: Cluster,
  owner: LiveObject,
  signal: AbortSignal,
): Promise<string[]> {
  const labels = map(map(owner.spec ?? {}, "selector"), "matchLabels");
  const selector = Object.fromEntries(Object.entries(labels).filter(isTextEntry));
  const { namespace } = owner.metadata;
  if (namespace === undefined || Object.keys(selector).length === 0) return [];
  const pods = await cluster
    .list({ apiVersion: "v1", kind: "Pod", namespace, selector }, signal)
    .catch(() => []);
  return pods
    .flatMap((pod) => problemsOf(pod).map((problem) => `pod ${pod.metadata.name}: ${problem}`))
    .slice(0, 5);
}

export function problemsOf({ status = {} }: LiveObject): string[] {
  const unscheduled = list(status, "conditions").filter(
    (one) => one["type"] === "PodScheduled" && one["status"] === "False",
  );
  const containers = [...list(status, "initContainerStatuses"), ...list(status, "containerStatuses")];
  return [
    ...unscheduled.map((one) => `not scheduled: ${text(one, "message") ?? ""}`),
    ...containers.flatMap((container) => {
      const waiting = map(map(container, "state"), "waiting");
      const reason = text(waiting, "reason");
      if (reason === undefined || reason === "ContainerCreating" || reason === "PodInitializing") return [];
      const last = map(map(container, "lastState"), "terminated");
      const exit =
        numeric(last, "exitCode") === undefined ? "" : `, last exit code ${numeric(last, "exitCode")}`;
      const message = text(waiting, "message");
      return [
        `container ${text(container, "name") ?? "?"}: ${reason}${exit}${message ? `: ${message}` : ""}`,
      ];
    }),
  ];
}

function list(properties: Properties, name: string): Properties[] {
  const value = properties[name];
  return isList(value) ? value.filter(isMap) : [];
}

function isTextEntry(entry: [string, unknown]): entry is [string, string] {
  return typeof entry[1] === "string";
}
