/** Kubernetes objects as values: their names, and the fields that cannot be changed in place. */
import { randomBytes } from "node:crypto";
import { isMap, map, type Properties, type PropertyValue, text } from "../rpc/values";

/** Reference to an object. */
export interface ObjectReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** Ignored for kinds without a namespace. */
  readonly namespace?: string;
}

/** An object as the API server returns it. */
export interface LiveObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly generation?: number;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
    readonly finalizers?: readonly string[];
  };
  readonly spec?: Properties;
  readonly status?: Properties;
}

/** Cluster-scoped kinds that this program knows. For other kinds the cluster decides. */
const clusterScoped = new Set([
  "Namespace",
  "Node",
  "PersistentVolume",
  "StorageClass",
  "ClusterRole",
  "ClusterRoleBinding",
  "CustomResourceDefinition",
  "PriorityClass",
  "ValidatingAdmissionPolicy",
  "ValidatingAdmissionPolicyBinding",
]);

/** Annotation by which the released provider marks a generated name. */
const autonamedAnnotation = "pulumi.com/autonamed";

export function metadata(object: Properties): Properties {
  return map(object, "metadata");
}

/** @throws Error when apiVersion, kind or name is missing */
export function referenceOf(object: Properties, defaultNamespace: string): ObjectReference {
  const apiVersion = text(object, "apiVersion");
  const kind = text(object, "kind");
  const name = text(metadata(object), "name");
  if (apiVersion === undefined || kind === undefined || name === undefined) {
    throw new Error("an object without apiVersion, kind or metadata.name");
  }
  if (clusterScoped.has(kind)) return { apiVersion, kind, name };
  return { apiVersion, kind, name, namespace: text(metadata(object), "namespace") ?? defaultNamespace };
}

/** ID in the released provider's format: `namespace/name`, or the name alone. */
export function idOf({ namespace, name }: ObjectReference): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

export function described({ kind, namespace, name }: ObjectReference): string {
  return `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}

/** The object with a name: its own, the one generated before, or a new one from the resource's name. */
export function named(object: Properties, resource: string, before: Properties): Properties {
  const own = metadata(object);
  if (own["name"] !== undefined && own["name"] !== null) return object;
  const annotations = map(own, "annotations");
  const old = metadata(before);
  const wasMadeUp = map(old, "annotations")[autonamedAnnotation] === "true";
  const name = wasMadeUp ? text(old, "name") : undefined;
  return {
    ...object,
    metadata: {
      ...own,
      name: name ?? `${resource}-${randomBytes(4).toString("hex")}`,
      annotations: { ...annotations, [autonamedAnnotation]: "true" },
    },
  };
}

/** Paths whose change replaces the object, by kind, as in the released provider (provider/pkg/provider/diff). */
const immutable: Readonly<Record<string, readonly string[]>> = {
  Deployment: ["spec.selector"],
  DaemonSet: ["spec.selector"],
  StatefulSet: ["spec.selector", "spec.serviceName", "spec.podManagementPolicy", "spec.volumeClaimTemplates"],
  Job: ["spec.selector", "spec.template", "spec.completionMode"],
  PersistentVolume: ["spec.hostPath", "spec.local", "spec.nfs", "spec.csi", "spec.nodeAffinity"],
  PersistentVolumeClaim: ["spec.storageClassName", "spec.volumeName", "spec.accessModes", "spec.selector"],
  Secret: ["type"],
  Service: ["spec.clusterIP"],
  StorageClass: ["provisioner", "parameters", "reclaimPolicy", "volumeBindingMode"],
  ClusterRoleBinding: ["roleRef"],
  RoleBinding: ["roleRef"],
};

/** Paths whose change replaces an object of this kind. */
export function replacingPaths(kind: string): string[] {
  return ["apiVersion", "kind", "metadata.name", "metadata.namespace", ...(immutable[kind] ?? [])];
}

/** The object without the bookkeeping of the API server and other controllers. */
export function withoutBookkeeping(object: Properties): Properties {
  const kept = Object.entries(metadata(object)).filter(([name]) => name !== "managedFields");
  return { ...object, metadata: Object.fromEntries(kept) };
}

/** A value as plain JSON: dates become strings, undefined values are dropped. */
export function plainJson(value: unknown): PropertyValue {
  return JSON.parse(JSON.stringify(value ?? null)) as PropertyValue;
}

export function asProperties(value: unknown): Properties {
  const plain = plainJson(value);
  return isMap(plain) ? plain : {};
}
