/** The nodes whose documents are kept as golden files. */
import type { ControlPlaneDocumentArgs, WorkerDocumentArgs } from "../../../../infra/kubeadm/documents";
import { placeLabels, topologyLabels } from "../../../../infra/kubeadm/placeLabels";
import { deriveLoginKeys, deriveSshKeyPair } from "../../../../infra/machines/sshKeys";
import type { UserDataArgs } from "../../../../infra/machines/userData";
import { defaultKubernetesVersion } from "../../../../infra/versions";

/** Not a real cluster's seed. */
export const seed = Buffer.alloc(32, 7).toString("base64");
export const logins = deriveLoginKeys(seed, 1, "ground");

export const controlPlane: ControlPlaneDocumentArgs = {
  nodeName: "ground-control-plane-1",
  privateIp: "10.0.1.10",
  publicIp: "203.0.113.10",
  clusterName: "ground",
  apiName: "api.ground.internal",
  kubernetesVersion: defaultKubernetesVersion,
  podCidr: "10.244.0.0/16",
  serviceCidr: "10.96.0.0/12",
  labels: topologyLabels("eu-central-1a"),
};

export const oneOfThree: ControlPlaneDocumentArgs = {
  ...controlPlane,
  balancerName: "network-api-1234567-0123456789abcdef.elb.eu-central-1.amazonaws.com",
};

export const worker: WorkerDocumentArgs = {
  nodeName: "ground-default-1",
  privateIp: "10.0.1.11",
  labels: placeLabels("eu-central-1a", "t3.large"),
  taints: [],
};

export const taintedWorker: WorkerDocumentArgs = {
  nodeName: "ground-passes-1",
  privateIp: "10.0.2.12",
  labels: { "example.org/pass": "true", tier: "burst" },
  taints: [
    { key: "example.org/pass", value: "y", effect: "NoSchedule" },
    { key: "example.org/night", value: "", effect: "NoExecute" },
  ],
};

const machine = (role: UserDataArgs["role"], hostName: string): UserDataArgs => ({
  role,
  spot: false,
  hostName,
  kubernetesVersion: defaultKubernetesVersion,
  mirrors: { kubernetesPackages: "https://pkgs.k8s.io/core:/stable:", registries: {} },
  hostKey: deriveSshKeyPair(seed, `host/${hostName}`, hostName),
  authorizedKeys: logins.authorised,
});

/** Golden file -> what a machine boots with. */
export const machines: Readonly<Record<string, UserDataArgs>> = {
  "controlPlane.yaml": machine("control-plane", controlPlane.nodeName),
  "worker.yaml": machine("worker", worker.nodeName),
  "spotWorker.yaml": { ...machine("worker", taintedWorker.nodeName), spot: true },
  "workerBehindMirrors.yaml": {
    ...machine("worker", worker.nodeName),
    mirrors: {
      kubernetesPackages: "http://mirror.example:8080",
      registries: {
        "registry.k8s.io": "http://mirror.example:5000",
        "docker.io": "https://mirror.example/v2/hub",
      },
    },
  },
};
