/** Namespaces, each with the Pod Security level that its pods keep to. */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { stackLabel } from "../contract/stackLabel";
import { owned } from "./adoption/fieldManager";

type PodSecurityLevel = "privileged" | "baseline" | "restricted";

export interface NamespaceArgs {
  /** What is enforced; anything stricter is only warned about. */
  readonly enforce: PodSecurityLevel;
  /** Full version of the cluster: the level means what it means in this release, not in the next. */
  readonly kubernetesVersion: pulumi.Input<string>;
}

/** A namespace whose name is the resource's. */
export function namespaceWithSecurity(
  name: string,
  { enforce, kubernetesVersion }: NamespaceArgs,
  opts: pulumi.CustomResourceOptions,
): kubernetes.core.v1.Namespace {
  const release = pulumi.output(kubernetesVersion).apply(podSecurityVersion);
  const labels = {
    ...stackLabel,
    "pod-security.kubernetes.io/enforce": enforce,
    "pod-security.kubernetes.io/enforce-version": release,
    "pod-security.kubernetes.io/warn": enforce === "privileged" ? "privileged" : "restricted",
    "pod-security.kubernetes.io/warn-version": release,
  };
  return new kubernetes.core.v1.Namespace(name, { metadata: owned({ name, labels }) }, opts);
}

/** `1.36.3` as Pod Security writes it: `v1.36`. */
function podSecurityVersion(kubernetesVersion: string): string {
  return `v${kubernetesVersion.split(".").slice(0, 2).join(".")}`;
}
