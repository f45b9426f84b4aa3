/** Perigee's dashboards as ConfigMaps that Grafana's sidecar picks up. */
import { resolve } from "node:path";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { dashboardFiles, homeDashboard } from "../dashboards";
import { loadDictionary } from "../telemetry/dictionary";
import { monitoringNames } from "./monitoring/names";
import { repositoryRoot } from "./settings/types";

export interface DashboardsArgs {
  /** Path of the telemetry dictionary, from the repository's root. */
  readonly dictionary: string;
  readonly namespace: pulumi.Input<string>;
}

/** The file that Grafana shows first: the fleet overview. */
export const homeDashboardFile = `${homeDashboard}.json`;

/** One ConfigMap for each: together they would outgrow one. */
export class Dashboards extends pulumi.ComponentResource {
  constructor(
    private readonly name: string,
    { dictionary, namespace }: DashboardsArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("perigee:workloads:Dashboards", name, {}, opts);
    for (const file of dashboardFiles(loadDictionary(resolve(repositoryRoot, dictionary)))) {
      this.configMap(file, namespace);
    }
    this.registerOutputs();
  }

  private configMap(file: { name: string; json: string }, namespace: pulumi.Input<string>): void {
    const { dashboardLabel, dashboardFolder, dashboardFolderAnnotation } = monitoringNames;
    const uid = file.name.replace(/\.json$/, "");
    new kubernetes.core.v1.ConfigMap(
      `${this.name}-${uid}`,
      {
        metadata: {
          name: `dashboard-${uid}`,
          namespace,
          labels: dashboardLabel,
          annotations: { [dashboardFolderAnnotation]: dashboardFolder },
        },
        data: { [file.name]: file.json },
      },
      { parent: this },
    );
  }
}
