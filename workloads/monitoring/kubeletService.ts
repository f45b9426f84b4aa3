/** Service whose endpoints are the kubelets; the operator maintains them. */
import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { owned } from "../adoption/fieldManager";
import { monitoringNames } from "./names";

/**
 * Service for the kubelets, in kube-system. If the operator creates it, `helm uninstall` leaves it behind. Created
 * here, it is deleted with the stack; the operator still sets labels, ports and addresses.
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
