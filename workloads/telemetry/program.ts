/** Program of the telemetry pods, perigee-telemetry: the bundle on a stock Node image, or a separate image. */
import { readFile } from "node:fs/promises";
import type * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { buildBundle, bundlePath } from "../../telemetry/build";
import { versionedConfigMap } from "../versionedConfigMap";

export interface ProgramArgs {
  /** Image whose entry point is perigee-telemetry. */
  readonly image: string | undefined;
  /** Image that runs the bundle. */
  readonly nodeImage: string;
  /** Text of the bundle; undefined where there is an image. */
  readonly bundle: string | undefined;
  readonly namespace: pulumi.Input<string>;
}

/** Container settings that run the program. */
export interface Program {
  readonly image: string;
  /** Command of the container. Absent: the image's entry point. */
  readonly command?: string[];
  readonly volumes: kubernetes.types.input.core.v1.Volume[];
  readonly volumeMounts: kubernetes.types.input.core.v1.VolumeMount[];
  /** Pod annotations that change with the program and so restart the pods. */
  readonly annotations: Readonly<Record<string, pulumi.Input<string>>>;
}

const bundleFile = "perigee-telemetry.js";
const mountPath = "/opt/perigee";

export function program(
  resourceName: string,
  args: ProgramArgs,
  opts: pulumi.CustomResourceOptions,
): Program {
  const { nodeImage, bundle, namespace } = args;
  const image = args.image ?? nodeImage;
  if (bundle === undefined) return { image, volumes: [], volumeMounts: [], annotations: {} };
  const content = { data: { [bundleFile]: bundle } };
  const name = versionedConfigMap(resourceName, { name: "telemetry-program", namespace, content }, opts);
  return {
    image,
    command: ["node", `${mountPath}/${bundleFile}`],
    volumes: [{ name: "program", configMap: { name } }],
    volumeMounts: [{ name: "program", mountPath, readOnly: true }],
    annotations: {},
  };
}

/** Text of the bundle, at most 960 KiB: the build fails above that. Undefined where an image of one's own has the program. */
export async function builtBundle(image: string | undefined): Promise<string | undefined> {
  if (image !== undefined) return undefined;
  await buildBundle();
  return readFile(bundlePath, "utf8");
}
