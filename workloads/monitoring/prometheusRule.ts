/** Objects with rules for Prometheus, and what those who make them are given. */
import type * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { RuleFile } from "../../telemetry/rules";
import { operatorObject, type OperatorObjectArgs } from "./operatorObject";

/** What every component with alerts is given. */
export interface AlertingArgs {
  /** URL prefix of `<AlertName>.md` in the alerts' links. */
  readonly runbookBaseUrl: string | undefined;
  readonly namespace: pulumi.Input<string>;
  /** The operator's CRDs. */
  readonly definitions: pulumi.Resource;
}

/** @param opts with the operator's CRDs among those that it depends on */
export function prometheusRule(
  resourceName: string,
  args: OperatorObjectArgs<RuleFile>,
  opts: pulumi.CustomResourceOptions,
): kubernetes.apiextensions.CustomResource {
  return operatorObject("PrometheusRule", resourceName, args, opts);
}
