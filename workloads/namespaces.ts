/** Namespaces with the Pod Security level of their pods. */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { stackLabel } from "../contract/stackLabel";
import { owned } from "./adoption/fieldManager";

type PodSecurityLevel = "privileged" | "baseline" | "restricted";

export interface NamespaceArgs {
  /** Enforced level; violations of stricter levels only produce warnings. */
  readonly enforce: PodSecurityLevel;
  /** Full version of the cluster; pins the definition of the level to this release. */
  readonly kubernetesVersion: pulumi.Input<string>;
  /** Labels beside the stack's and those of Pod Security. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** A namespace with the same name as the resource. */
export function namespaceWithSecurity(
  name: string,
  { enforce, kubernetesVersion, labels: more }: NamespaceArgs,
  opts: pulumi.CustomResourceOptions,
): kubernetes.core.v1.Namespace {
  const release = pulumi.output(kubernetesVersion).apply(podSecurityVersion);
  const labels = {
    ...stackLabel,
    ...more,
    "pod-security.kubernetes.io/enforce": enforce,
    "pod-security.kubernetes.io/enforce-version": release,
    "pod-security.kubernetes.io/warn": enforce === "privileged" ? "privileged" : "restricted",
    "pod-security.kubernetes.io/warn-version": release,
  };
  return new kubernetes.core.v1.Namespace(name, { metadata: owned({ name, labels }) }, opts);
}

/** Version in the format of Pod Security: `v1.36` for `1.36.3`. */
function podSecurityVersion(kubernetesVersion: string): string {
  return `v${kubernetesVersion.split(".").slice(0, 2).join(".")}`;
}
