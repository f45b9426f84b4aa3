/** ConfigMaps that pods read at their start only: each content is an object of its own, which nobody changes. */
import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { contentHash } from "../contract/contentHash";
import { owned } from "./adoption/fieldManager";

export interface VersionedArgs {
  /** Name of the object, without its version. */
  readonly name: string;
  readonly namespace: pulumi.Input<string>;
  readonly labels?: Readonly<Record<string, string>>;
  /** Texts, or bytes in base64, by file name. */
  readonly content:
    | { readonly data: Readonly<Record<string, string>> }
    | { readonly binaryData: Readonly<Record<string, string>> };
}

/**
 * Name of the immutable ConfigMap with this content. A pod that mounts it is rolled when the content changes, and one of
 * before that starts again meanwhile has what it had. The old one goes at the end of the `up` that has rolled.
 *
 * The version is in the resource's name too: as a replacement of one resource, a former content that comes back after a roll
 * that failed would be deleted as what that roll had left (docs/adr/0217).
 */
export function versionedConfigMap(
  resourceName: string,
  { name, namespace, labels, content }: VersionedArgs,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const version = contentHash(JSON.stringify(content));
  return new kubernetes.core.v1.ConfigMap(
    `${resourceName}-${version}`,
    {
      metadata: owned({ name: `${name}-${version}`, namespace, ...(labels && { labels }) }),
      immutable: true,
      ...content,
    },
    opts,
  ).metadata.name;
}
