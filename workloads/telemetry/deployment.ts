/** Deployment shared by exporter and simulator: one restricted pod that runs the program with the dictionary. */
import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { extraMemoryMiB, isCompressed, mountedDictionary } from "../../telemetry/dictionary";
import { owned } from "../adoption/fieldManager";
import { leaveDeadNode } from "../pods";
import { restrictedContainer, restrictedPod } from "../podSecurity";
import { accountWithoutToken } from "../serviceAccount";
import type { DictionaryFile } from "../settings/dictionaryFile";
import { versionedConfigMap } from "../versionedConfigMap";
import type { Program } from "./program";

type Container = kubernetes.types.input.core.v1.Container;

export interface TelemetryPodArgs {
  readonly namespace: pulumi.Input<string>;
  readonly program: Program;
  readonly dictionary: Dictionary;
  /** Variables of the container. */
  readonly env: kubernetes.types.input.core.v1.EnvVar[];
}

/** The dictionary as mounted in pods. */
export interface Dictionary {
  readonly configMap: pulumi.Input<string>;
  /** Memory beyond the containers' usual one that its parameters take. */
  readonly extraMemoryMiB: number;
}

export interface TelemetryDeploymentArgs extends TelemetryPodArgs {
  readonly labels: Readonly<Record<string, string>>;
  readonly strategy: kubernetes.types.input.apps.v1.DeploymentStrategy;
  readonly graceSeconds: number;
  readonly priorityClassName: string;
  /** Container fields other than program, dictionary and variables. */
  readonly container: Omit<Container, "env">;
}

const mountPath = "/etc/perigee";
const file = "dictionary.yaml";

/** Flag with the path of the dictionary. */
export const dictionaryFlag = `--dictionary=${mountPath}/${file}`;

export function dictionaryConfigMap(
  { text, dictionary }: DictionaryFile,
  namespace: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): Dictionary {
  const name = "telemetry-dictionary";
  const mounted = mountedDictionary(text);
  const content = isCompressed(mounted)
    ? { binaryData: { [file]: mounted.toString("base64") } }
    : { data: { [file]: text } };
  return {
    configMap: versionedConfigMap(name, { name, namespace, content }, opts),
    extraMemoryMiB: extraMemoryMiB(dictionary),
  };
}

export function telemetryDeployment(
  name: string,
  args: TelemetryDeploymentArgs,
  opts: pulumi.CustomResourceOptions,
): kubernetes.apps.v1.Deployment {
  const { namespace, labels, strategy, program, dictionary, container, env } = args;
  const { image, command, volumes, volumeMounts, annotations } = program;
  const serviceAccountName = accountWithoutToken(name, owned({ name, namespace }), opts);
  return new kubernetes.apps.v1.Deployment(
    name,
    {
      metadata: owned({ name, namespace, labels }),
      spec: {
        replicas: 1,
        strategy,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels, annotations },
          spec: {
            ...restrictedPod,
            serviceAccountName,
            priorityClassName: args.priorityClassName,
            tolerations: [...leaveDeadNode],
            terminationGracePeriodSeconds: args.graceSeconds,
            containers: [
              {
                image,
                ...(command && { command }),
                ...container,
                ...(env.length > 0 && { env }),
                ...restrictedContainer,
                volumeMounts: [...volumeMounts, { name: "dictionary", mountPath, readOnly: true }],
              },
            ],
            volumes: [...volumes, { name: "dictionary", configMap: { name: dictionary.configMap } }],
          },
        },
      },
    },
    opts,
  );
}
