/** What the provider asks of a cluster; there is a live one, and one that is only a record. */
import type { Properties } from "../rpc/values";
import type { LiveObject, ObjectReference } from "./kubernetesObject";

/** Who applies an object, and whether it takes fields from others who set them to something else. */
export interface Applier {
  readonly fieldManager: string;
  readonly force: boolean;
}

export interface Cluster {
  /**
   * Makes the object what is given, by server-side apply: fields of other managers stay.
   * @throws RefusedError 409 when another manager has set a field to another value, and `force` is not set
   */
  apply(
    object: Properties,
    reference: ObjectReference,
    applier: Applier,
    signal: AbortSignal,
  ): Promise<Properties>;
  read(reference: ObjectReference, signal: AbortSignal): Promise<LiveObject | undefined>;
  /** Asks for it to go, dependents first. Does nothing where it is gone. */
  delete(reference: ObjectReference, signal: AbortSignal): Promise<void>;
  /** @param selector labels, all of which must be there */
  list(query: ListQuery, signal: AbortSignal): Promise<LiveObject[]>;
}

export interface ListQuery {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly selector: Readonly<Record<string, string>>;
}

/** The API server did not answer for as long as it was asked. */
export class UnreachableError extends Error {
  constructor(readonly reason: string) {
    super(
      `the Kubernetes cluster cannot be reached: ${reason}\n` +
        "If the cluster is gone, take what was on it out of the state: run `pulumi refresh` with " +
        'the environment variable PULUMI_K8S_DELETE_UNREACHABLE set to "true"',
    );
  }
}

/** The API server refused, and said why. */
export class RefusedError extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}
