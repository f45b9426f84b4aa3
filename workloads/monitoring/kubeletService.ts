/** The Service that the operator puts the kubelets behind. */
import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { owned } from "../adoption/fieldManager";
import { monitoringNames } from "./names";

/**
 * The operator would make it by itself, in kube-system, and nobody would remove it: `helm uninstall` leaves it behind.
 * Made here it goes with the stack; labels, ports and addresses are still the operator's to write.
 */
export function kubeletService(name: string, opts: pulumi.CustomResourceOptions): kubernetes.core.v1.Service {
  return new kubernetes.core.v1.Service(
    name,
    {
      metadata: owned({ name: `${monitoringNames.release}-kubelet`, namespace: "kube-system" }),
      spec: { clusterIP: "None", ports: [{ name: "https-metrics", port: 10250 }] },
    },
    opts,
  );
}
