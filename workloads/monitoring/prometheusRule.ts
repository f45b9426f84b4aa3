/** Objects with rules for Prometheus, and what those who make them are given. */
import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { RuleFile } from "../../telemetry/rules";
import { owned } from "../adoption/fieldManager";

/** What every component with alerts is given. */
export interface AlertingArgs {
  /** URL prefix of `<AlertName>.md` in the alerts' links. */
  readonly runbookBaseUrl: string | undefined;
  readonly namespace: pulumi.Input<string>;
  /** The operator's CRDs. */
  readonly definitions: pulumi.Resource;
}

export interface PrometheusRuleArgs {
  readonly name: string;
  readonly namespace: pulumi.Input<string>;
  readonly spec: pulumi.Input<RuleFile>;
}

/** @param opts with the operator's CRDs among those that it depends on */
export function prometheusRule(
  resourceName: string,
  { name, namespace, spec }: PrometheusRuleArgs,
  opts: pulumi.CustomResourceOptions,
): kubernetes.apiextensions.CustomResource {
  return new kubernetes.apiextensions.CustomResource(
    resourceName,
    {
      apiVersion: "monitoring.coreos.com/v1",
      kind: "PrometheusRule",
      metadata: owned({ name, namespace }),
      spec,
    },
    opts,
  );
}
