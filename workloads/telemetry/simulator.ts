/** A simulated spacecraft that sends to the exporter's Service. */
import type * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { TelemetrySettings } from "../config";
import { priority } from "../pods";
import { resources, sizes, withMemory } from "../sizes";
import { dictionaryFlag, telemetryDeployment, type TelemetryPodArgs } from "./deployment";
import { nameLabel, telemetryNames } from "./names";

const { simulator, udpPort } = telemetryNames;

/** @param target name of the Service to send to */
export function simulatorDeployment(
  { spacecraft, contacts, simulator: settings }: TelemetrySettings,
  target: pulumi.Input<string>,
  pod: TelemetryPodArgs,
  opts: pulumi.CustomResourceOptions,
): kubernetes.apps.v1.Deployment {
  const { scenario, timeScale, seed, dumpRate, secondStationSeconds } = settings;
  const passes = [
    ...(contacts ? [`--spacecraft=${spacecraft}`] : []),
    ...(contacts && dumpRate > 0 ? [`--dump=${dumpRate}`] : []),
    ...(secondStationSeconds > 0 ? [`--second-station=${secondStationSeconds}`] : []),
  ];
  return telemetryDeployment(
    simulator,
    {
      ...pod,
      labels: { [nameLabel]: "perigee-simulator" },
      // Recreate: two simulators would send as one spacecraft.
      strategy: { type: "Recreate" },
      priorityClassName: priority.platform,
      graceSeconds: 5,
      container: {
        name: "simulator",
        args: [
          "simulate",
          pulumi.interpolate`--target=${target}.${pod.namespace}.svc.cluster.local:${udpPort}`,
          `--scenario=${scenario}`,
          `--time-scale=${timeScale}`,
          `--seed=${seed}`,
          dictionaryFlag,
          ...passes,
        ],
        resources: resources(withMemory(sizes.simulator, pod.dictionary)),
      },
    },
    opts,
  );
}
