/** Pods as people write them, for what the API server says of them. */

const restricted = {
  allowPrivilegeEscalation: false,
  runAsNonRoot: true,
  capabilities: { drop: ["ALL"] },
  seccompProfile: { type: "RuntimeDefault" },
};

export interface PodForm {
  readonly securityContext?: object;
  /** `resources` of each container. Default: one container that says nothing. */
  readonly resources?: readonly object[];
  readonly spec?: object;
}

/** A pod that the level restricted takes, unless it is told otherwise. */
export function pod(name: string, { securityContext = restricted, resources = [{}], spec }: PodForm = {}) {
  const containers = resources.map((each, place) => ({
    ...{ name: `c${place}`, image: "registry.example/program:1", securityContext },
    ...(Object.keys(each).length > 0 && { resources: each }),
  }));
  return { apiVersion: "v1", kind: "Pod", metadata: { name }, spec: { containers, ...spec } };
}
