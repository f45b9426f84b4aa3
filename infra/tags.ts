/** Tags of every taggable resource; policy/ rejects a resource without them. */

export type Tags = Readonly<Record<string, string>>;

/** Tag with the cluster's name. */
export const nameTag = "perigee:cluster";

/** @returns the cluster's tags, including the one that AWS integrations of Kubernetes look for */
export function clusterTags(clusterName: string): Tags {
  return {
    [`kubernetes.io/cluster/${clusterName}`]: "owned",
    [nameTag]: clusterName,
  };
}

/** Tags with the name that the AWS console shows. */
export function named(tags: Tags, name: string): Record<string, string> {
  return { ...tags, Name: name };
}
