/** What the steps of a node take of its machine. */
import * as pulumi from "@pulumi/pulumi";
import type { Machine } from "../machines";
import { type Labels, placeLabels } from "./placeLabels";
import { fileLine } from "./upkeep";

/** Labels of the place of a machine. */
export function placeOf({ instance }: Machine): pulumi.Output<Labels> {
  return pulumi
    .all([instance.availabilityZone, instance.instanceType])
    .apply(([zone, instanceType]) => placeLabels(zone, instanceType));
}

/** A list as the scripts take it: one a line. */
export const lines = (texts: readonly string[]): string => texts.join("\n");

/** The files of a machine as the scripts take them. */
export const filesOf = ({ files }: Machine): string =>
  lines(
    files.map(({ path, content, permissions }) =>
      fileLine({ path, content, ...(permissions && { mode: permissions }) }),
    ),
  );

/** Provider id: links a Kubernetes Node to its EC2 instance. */
export function providerId({ instance }: Machine): pulumi.Output<string> {
  return pulumi.interpolate`aws:///${instance.availabilityZone}/${instance.id}`;
}

/** Size of the root disk, which the step waits for: AWS changes it under a machine that runs. */
export function diskGiB({ instance }: Machine): pulumi.Output<string> {
  return instance.rootBlockDevice.volumeSize.apply(String);
}
