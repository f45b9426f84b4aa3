/** Storage of Prometheus' samples. */
import type * as pulumi from "@pulumi/pulumi";
import type { NodeOutput } from "../../contract/outputs";
import type { StorageSettings } from "../config";
import { folderClaim, folderOwner, type LocalStorage, nodeFolder } from "../nodeFolder";
import type { PrometheusValues } from "./chartValues";
import { monitoringNames } from "./names";

const { sampleVolume: volume, release } = monitoringNames;

/** Storage part of the chart values. `ephemeral`: none, the chart uses an emptyDir. */
export function storageValues(
  { kind }: Pick<StorageSettings, "kind">,
  nodeImage: string,
): Pick<PrometheusValues["prometheusSpec"], "storageSpec" | "initContainers"> {
  if (kind === "ephemeral") return {};
  return {
    storageSpec: { volumeClaimTemplate: { metadata: { name: volume }, spec: folderClaim } },
    initContainers: [
      folderOwner({
        name: "own-samples",
        image: nodeImage,
        // Those of Prometheus in the chart.
        user: 1000,
        group: 2000,
        // The operator mounts the same subPath for Prometheus.
        volumeMount: { name: volume, mountPath: "/prometheus", subPath: "prometheus-db" },
      }),
    ],
  };
}

export interface SampleVolumeArgs {
  readonly storage: LocalStorage;
  readonly nodes: pulumi.Output<readonly NodeOutput[]>;
  readonly namespace: pulumi.Input<string>;
}

/** Volume for the samples, and its claim. */
export function sampleVolume(
  name: string,
  args: SampleVolumeArgs,
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  return nodeFolder(
    name,
    {
      ...args,
      ...{ setting: "monitoring.storage", content: "samples" },
      ...{ volume: "prometheus-samples", claim: `${volume}-prometheus-${release}-prometheus-0` },
    },
    opts,
  );
}
