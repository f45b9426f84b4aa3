/** Program of the telemetry pods, perigee-telemetry: the bundle on a stock Node image, or a separate image. */
import { readFile } from "node:fs/promises";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { contentHash } from "../../contract/contentHash";
import { buildBundle, bundlePath } from "../../telemetry/build";
import { owned } from "../adoption/fieldManager";

export interface ProgramArgs {
  /** Image whose entry point is perigee-telemetry. */
  readonly image: string | undefined;
  /** Image that runs the bundle when `image` is undefined. */
  readonly nodeImage: string;
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

export function program(name: string, args: ProgramArgs, opts: pulumi.CustomResourceOptions): Program {
  const { image, nodeImage, namespace } = args;
  if (image !== undefined) return { image, volumes: [], volumeMounts: [], annotations: {} };
  const bundle = pulumi.output(builtBundle());
  const configMap = new kubernetes.core.v1.ConfigMap(
    name,
    { metadata: owned({ name: "telemetry-program", namespace }), data: { [bundleFile]: bundle } },
    opts,
  );
  return {
    image: nodeImage,
    command: ["node", `${mountPath}/${bundleFile}`],
    volumes: [{ name: "program", configMap: { name: configMap.metadata.name } }],
    volumeMounts: [{ name: "program", mountPath, readOnly: true }],
    annotations: { "perigee.dev/program": bundle.apply(contentHash) },
  };
}

/** Text of the bundle, at most 960 KiB: the build fails above that. */
async function builtBundle(): Promise<string> {
  await buildBundle();
  return readFile(bundlePath, "utf8");
}
