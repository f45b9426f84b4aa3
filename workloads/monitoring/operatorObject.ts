/** Objects of the Prometheus operator's kinds. */
import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { owned } from "../adoption/fieldManager";

export interface OperatorObjectArgs<Spec> {
  readonly name: string;
  readonly namespace: pulumi.Input<string>;
  readonly spec: pulumi.Input<Spec>;
}

/** @param opts with the operator's CRDs among those that it depends on */
export function operatorObject<Spec extends object>(
  kind: "PrometheusRule" | "ServiceMonitor" | "Probe",
  resourceName: string,
  { name, namespace, spec }: OperatorObjectArgs<Spec>,
  opts: pulumi.CustomResourceOptions,
): kubernetes.apiextensions.CustomResource {
  return new kubernetes.apiextensions.CustomResource(
    resourceName,
    { apiVersion: "monitoring.coreos.com/v1", kind, metadata: owned({ name, namespace }), spec },
    opts,
  );
}
