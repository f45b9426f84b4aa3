/** PriorityClasses: which pods stay, and which get room first, where a cluster is full (docs/adr/0216). */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { owned } from "../adoption/fieldManager";
import { priority } from "../pods";

interface PriorityClass {
  readonly name: string;
  /** Pods that name no class have 0, the cluster's own from 2,000,000,000. */
  readonly value: number;
  /** Whether pods of lower priority have to go where there is no room else. */
  readonly preemptionPolicy: "PreemptLowerPriority" | "Never";
  readonly description: string;
}

/** A class's value and policy cannot be changed: another one needs another name. */
export const priorityClasses: readonly PriorityClass[] = [
  {
    name: priority.telemetry,
    value: 1_000_000,
    preemptionPolicy: "PreemptLowerPriority",
    description: "The way from a packet to a person: exporter, Prometheus, Alertmanager",
  },
  {
    name: priority.platform,
    value: 100_000,
    preemptionPolicy: "Never",
    description: "What people look into: dashboards, logs, probes. It stays longer than others and ends none",
  },
];

export class Priorities extends pulumi.ComponentResource {
  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("perigee:workloads:Priorities", name, {}, opts);
    for (const { name: className, ...spec } of priorityClasses) {
      new kubernetes.scheduling.v1.PriorityClass(
        className,
        { metadata: owned({ name: className }), ...spec },
        { parent: this },
      );
    }
    this.registerOutputs();
  }
}
