/** The pods that objects of this stack, or of a chart, make. */

export interface PodSpec {
  readonly serviceAccountName?: string;
  readonly automountServiceAccountToken?: boolean;
  readonly priorityClassName?: string;
  readonly initContainers?: readonly Container[];
  readonly containers: readonly Container[];
}

interface Container {
  readonly resources?: {
    readonly requests?: Readonly<Record<string, string>>;
    readonly limits?: Readonly<Record<string, string>>;
  };
}

export interface OwnPod {
  /** Kind and name of what makes it. */
  readonly owner: string;
  readonly namespace: string;
  readonly spec: PodSpec;
}

interface Made {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: unknown;
}

interface Spec {
  readonly template?: { readonly spec: PodSpec };
  readonly jobTemplate?: { readonly spec: { readonly template: { readonly spec: PodSpec } } };
}

/** Pods of the objects that have a template of one. */
export function podsOf(objects: readonly Made[]): OwnPod[] {
  return objects.flatMap(({ kind, metadata, spec }) => {
    const { template, jobTemplate } = (spec ?? {}) as Spec;
    const pod = template ?? jobTemplate?.spec.template;
    if (pod === undefined) return [];
    return [{ owner: `${kind} ${metadata.name}`, namespace: metadata.namespace ?? "", spec: pod.spec }];
  });
}

/** Objects as a run of stack 2 registers them. */
export function objectsOf(
  resources: readonly { readonly type: string; readonly inputs: Readonly<Record<string, unknown>> }[],
): Made[] {
  return resources
    .filter(({ type }) => type.startsWith("kubernetes:") && !type.includes("helm.sh"))
    .map(({ type, inputs }) => ({
      kind: type.split(":").at(-1) ?? "",
      metadata: inputs["metadata"] as Made["metadata"],
      spec: inputs["spec"],
    }));
}

/**
 * QoS class that Kubernetes gives a pod: Guaranteed where every container has limits of CPU and memory and requests as much,
 * BestEffort where none says anything (pkg/apis/core/v1/helper/qos). Quantities are compared as they are written.
 */
export function qosOf({
  initContainers = [],
  containers,
}: PodSpec): "Guaranteed" | "Burstable" | "BestEffort" {
  const all = [...initContainers, ...containers].map(({ resources }) => resources ?? {});
  if (all.every(({ requests = {}, limits = {} }) => Object.keys({ ...requests, ...limits }).length === 0)) {
    return "BestEffort";
  }
  const isFixed = all.every(({ requests = {}, limits = {} }) =>
    ["cpu", "memory"].every(
      (kind) => limits[kind] !== undefined && (requests[kind] ?? limits[kind]) === limits[kind],
    ),
  );
  return isFixed ? "Guaranteed" : "Burstable";
}
