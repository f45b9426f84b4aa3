/** Helm releases of charts. */
import { resolve } from "node:path";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { contentHash } from "../contract/contentHash";
import { repositoryRoot } from "../settings/repositoryRoot";
import type { Adoption } from "./adoption";
import { type ChartSettings, kindOfReference } from "./settings/chart";

type ChartArgs = Pick<kubernetes.helm.v3.ReleaseArgs, "chart" | "version" | "repositoryOpts">;

/** Source of a chart. `version` does not apply to a path, nor `repository` to what is no name. */
function chartArgs({ reference, repository, version }: ChartSettings): ChartArgs {
  const kind = kindOfReference(reference);
  if (kind === "path") return { chart: resolve(repositoryRoot, reference) };
  if (kind === "oci" || repository === undefined) return { chart: reference, version };
  return { chart: reference, version, repositoryOpts: { repo: repository } };
}

export interface ReleaseArgs {
  /** Name of the release. */
  readonly release: string;
  readonly chart: ChartSettings;
  readonly namespace: pulumi.Input<string>;
  readonly values: pulumi.Input<Record<string, unknown>>;
  readonly adoption: Adoption;
}

export function chartRelease(
  name: string,
  { release, chart, namespace, values, adoption }: ReleaseArgs,
  opts: pulumi.CustomResourceOptions,
): kubernetes.helm.v3.Release {
  return new kubernetes.helm.v3.Release(
    name,
    {
      ...chartArgs(chart),
      name: release,
      namespace,
      values,
      // A refresh reads values and version of an interrupted upgrade as the current ones, but not the description, so
      // the next `up` continues the upgrade.
      description: pulumi
        .output(values)
        .apply(
          (known) => `Perigee ${contentHash(JSON.stringify({ chart: chartArgs(chart), values: known }))}`,
        ),
      // A first install pulls images: about 700 MB for the whole stack.
      timeout: 900,
      maxHistory: 5,
    },
    { ...opts, hooks: adoption.ofRelease({ name: release, namespace }) },
  );
}
