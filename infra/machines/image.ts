/** Machine image of new machines: Ubuntu 24.04 LTS for the instance type's architecture. Pure. */

export type Architecture = "amd64" | "arm64";

/** Login user of Canonical's images. */
export const defaultImageUser = "ubuntu";

/**
 * Architecture of an instance type. Graviton families have a `g` after their generation (t4g, m7gd, c8gn, im4gn, x2gd);
 * the first one was a1.
 * Source: Amazon EC2 instance type naming conventions.
 */
export function architectureOf(instanceType: string): Architecture {
  const family = instanceType.split(".")[0] ?? "";
  return family === "a1" || /^[a-z]+\d+[a-z]*g/.test(family) ? "arm64" : "amd64";
}

/** Public SSM parameter with the id of Canonical's current image. */
export function imageParameter(architecture: Architecture): string {
  return `/aws/service/canonical/ubuntu/server/24.04/stable/current/${architecture}/hvm/ebs-gp3/ami-id`;
}
