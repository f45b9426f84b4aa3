/**
 * Alert routing: notifications and their receivers.
 *
 *   settings.ts    settings of the user         routing.ts      routing tree, from the settings
 *   receivers.ts   Slack, PagerDuty, ...        inhibition.ts   inhibition rules, as a table
 *   mail.ts        mail server and addresses    destination.ts  URLs that Alertmanager calls
 */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { toYaml } from "../../telemetry/yaml";
import { owned } from "../adoption/fieldManager";
import { routing } from "./routing";
import type { AlertingSettings } from "./settings";

export interface AlertRoutingArgs {
  readonly settings: AlertingSettings;
  readonly namespace: pulumi.Input<string>;
}

/** Alertmanager's configuration, in a Secret because it contains URLs and keys of receivers. */
export class AlertRouting extends pulumi.ComponentResource {
  /** Name of the Secret; its key is the one that the operator expects (`alertmanager.yaml`). */
  readonly secretName: pulumi.Output<string>;

  constructor(
    name: string,
    { settings, namespace }: AlertRoutingArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("perigee:workloads:AlertRouting", name, {}, opts);
    const file = new kubernetes.core.v1.Secret(
      name,
      {
        metadata: owned({ name: "alertmanager-routing", namespace }),
        stringData: { "alertmanager.yaml": pulumi.secret(toYaml(routing(settings))) },
      },
      { parent: this },
    );
    this.secretName = file.metadata.name;
    this.registerOutputs({ secretName: this.secretName });
  }
}
