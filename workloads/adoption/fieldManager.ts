/** Field manager of the stack's objects for server-side apply. */
import type * as pulumi from "@pulumi/pulumi";

/** Metadata of the stack's objects. */
export interface ObjectMetadata {
  readonly name: pulumi.Input<string>;
  readonly namespace?: pulumi.Input<string>;
  readonly labels?: Readonly<Record<string, pulumi.Input<string>>>;
  readonly annotations?: Readonly<Record<string, pulumi.Input<string>>>;
}

/**
 * Object metadata with a fixed field manager. Without it the provider generates a manager name for each object and
 * stores it in the state. An object that a killed run created but did not record then belongs to an unknown manager,
 * and its next change is a conflict.
 */
export function owned(metadata: ObjectMetadata): ObjectMetadata {
  return {
    ...metadata,
    annotations: { ...metadata.annotations, "pulumi.com/patchFieldManager": "perigee" },
  };
}
