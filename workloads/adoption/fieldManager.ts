/** Under which name the stack's objects are applied on the server. */
import type * as pulumi from "@pulumi/pulumi";

/** What the stack's objects say of themselves. */
export interface ObjectMetadata {
  readonly name: pulumi.Input<string>;
  readonly namespace?: pulumi.Input<string>;
  readonly labels?: Readonly<Record<string, pulumi.Input<string>>>;
  readonly annotations?: Readonly<Record<string, pulumi.Input<string>>>;
}

/**
 * An object's metadata, with the name of its field manager. Without it the provider draws a manager for each object and
 * remembers it in the state; what a killed run has made and not recorded then belongs to a manager that nobody knows any
 * more, and the next change of it is a conflict.
 */
export function owned(metadata: ObjectMetadata): ObjectMetadata {
  return {
    ...metadata,
    annotations: { ...metadata.annotations, "pulumi.com/patchFieldManager": "perigee" },
  };
}
