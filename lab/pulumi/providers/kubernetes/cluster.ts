/** Cluster operations that the provider needs, implemented by a live cluster and by a record. */
import type { Properties } from "../rpc/values";
import type { LiveObject, ObjectReference } from "./kubernetesObject";

/** Field manager of an apply; `force` takes over fields that other managers set to another value. */
export interface Applier {
  readonly fieldManager: string;
  readonly force: boolean;
}

export interface Cluster {
  /**
   * Applies the object by server-side apply: fields of other managers stay.
   * @throws RefusedError 409 when another manager has set a field to another value, and `force` is not set
   */
  apply(
    object: Properties,
    reference: ObjectReference,
    applier: Applier,
    signal: AbortSignal,
  ): Promise<Properties>;
  read(reference: ObjectReference, signal: AbortSignal): Promise<LiveObject | undefined>;
  /** Requests deletion, dependents first. Does nothing when the object is gone. */
  delete(reference: ObjectReference, signal: AbortSignal): Promise<void>;
  /** @param selector labels, all of which must be present */
  list(query: ListQuery, signal: AbortSignal): Promise<LiveObject[]>;
}

export interface ListQuery {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly selector: Readonly<Record<string, string>>;
}

/** Error when the API server did not answer within the time limit. */
export class UnreachableError extends Error {
  constructor(readonly reason: string) {
    super(
      `the Kubernetes cluster cannot be reached: ${reason}\n` +
        "If the cluster is gone, take what was on it out of the state: run `pulumi refresh` with " +
        'the environment variable PULUMI_K8S_DELETE_UNREACHABLE set to "true"',
    );
  }
}

/** Error when the API server refused the request, with its reason. */
export class RefusedError extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}
