/** The tags that every taggable resource carries; policy/ refuses one without them. */

export type Tags = Readonly<Record<string, string>>;

/** @returns the cluster's tags, also what AWS integrations of Kubernetes look for */
export function clusterTags(clusterName: string): Tags {
  return {
    [`kubernetes.io/cluster/${clusterName}`]: "owned",
    "perigee:cluster": clusterName,
  };
}

/** The same with the name that the AWS console shows. */
export function named(tags: Tags, name: string): Record<string, string> {
  return { ...tags, Name: name };
}
