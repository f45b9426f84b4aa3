/** A simulated spacecraft that sends to the exporter's Service. */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { TelemetrySettings } from "../config";
import { resources, sizes } from "../monitoring/sizes";
import { leaveDeadNode } from "../monitoring/values";
import { nameLabel, telemetryNames } from "./names";
import { restrictedContainer, restrictedPod } from "./podSecurity";
import { contentHash, type Program } from "./program";

const { simulator, udpPort } = telemetryNames;
const labels = { [nameLabel]: "perigee-simulator" };
const dictionaryPath = "/etc/perigee";

export interface SimulatorArgs {
  readonly settings: TelemetrySettings;
  readonly namespace: pulumi.Input<string>;
  readonly serviceAccount: pulumi.Input<string>;
  readonly program: Program;
  /** The dictionary's text: its hash rolls the pod. */
  readonly dictionary: string;
  /** Name of the Service to send to. */
  readonly target: pulumi.Input<string>;
}

export function simulatorDeployment(
  { settings, namespace, serviceAccount, program, dictionary, target }: SimulatorArgs,
  opts: pulumi.CustomResourceOptions,
): kubernetes.apps.v1.Deployment {
  const { image, command, volumes, volumeMounts, annotations } = program;
  const { scenario, timeScale, seed } = settings.simulator;
  return new kubernetes.apps.v1.Deployment(
    simulator,
    {
      metadata: { name: simulator, namespace, labels },
      spec: {
        replicas: 1,
        // Never two spacecraft of one name in the air.
        strategy: { type: "Recreate" },
        selector: { matchLabels: labels },
        template: {
          metadata: {
            labels,
            annotations: { ...annotations, "perigee.dev/dictionary": contentHash(dictionary) },
          },
          spec: {
            ...restrictedPod,
            serviceAccountName: serviceAccount,
            tolerations: [...leaveDeadNode],
            terminationGracePeriodSeconds: 5,
            containers: [
              {
                name: "simulator",
                image,
                ...(command && { command }),
                args: [
                  "simulate",
                  pulumi.interpolate`--target=${target}.${namespace}.svc.cluster.local:${udpPort}`,
                  `--scenario=${scenario}`,
                  `--time-scale=${timeScale}`,
                  `--seed=${seed}`,
                  `--dictionary=${dictionaryPath}/dictionary.yaml`,
                ],
                resources: resources(sizes.simulator),
                ...restrictedContainer,
                volumeMounts: [
                  ...volumeMounts,
                  { name: "dictionary", mountPath: dictionaryPath, readOnly: true },
                ],
              },
            ],
            volumes: [...volumes, { name: "dictionary", configMap: { name: "telemetry-dictionary" } }],
          },
        },
      },
    },
    opts,
  );
}
