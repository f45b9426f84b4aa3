/** Perigee's dashboards as ConfigMaps that Grafana's sidecar picks up. */
import { resolve } from "node:path";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { dashboardFiles } from "../dashboards";
import { repositoryRoot } from "../settings/repositoryRoot";
import { loadDictionary } from "../telemetry/dictionary";
import { owned } from "./adoption/fieldManager";
import { monitoringNames } from "./monitoring/names";

export interface DashboardsArgs {
  /** Path of the telemetry dictionary, from the repository's root. */
  readonly dictionary: string;
  /** A parameter disappears, and its packet is overdue, after this many of the packet's periods. */
  readonly staleAfterPeriods: number;
  readonly namespace: pulumi.Input<string>;
}

/** One ConfigMap for each: together they would outgrow one. */
export class Dashboards extends pulumi.ComponentResource {
  constructor(
    private readonly name: string,
    { dictionary, staleAfterPeriods, namespace }: DashboardsArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("perigee:workloads:Dashboards", name, {}, opts);
    const flown = loadDictionary(resolve(repositoryRoot, dictionary));
    const files = dashboardFiles(flown, { staleAfterPeriods });
    for (const file of files) this.configMap(file, namespace);
    this.registerOutputs();
  }

  private configMap(
    { uid, file, json }: ReturnType<typeof dashboardFiles>[number],
    namespace: pulumi.Input<string>,
  ): void {
    const { dashboardLabel, dashboardFolder, dashboardFolderAnnotation } = monitoringNames;
    new kubernetes.core.v1.ConfigMap(
      `${this.name}-${uid}`,
      {
        metadata: owned({
          name: `dashboard-${uid}`,
          namespace,
          labels: dashboardLabel,
          annotations: { [dashboardFolderAnnotation]: dashboardFolder },
        }),
        data: { [file]: json },
      },
      { parent: this },
    );
  }
}
