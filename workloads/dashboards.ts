/** Perigee's dashboards as ConfigMaps that Grafana's sidecar picks up. */
import { resolve } from "node:path";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { monitoringNames } from "./monitoring/names";
import { repositoryRoot } from "./settings/crossChecks";

export interface DashboardsArgs {
  /** Path of the telemetry dictionary, from the repository's root. */
  readonly dictionary: string;
  readonly namespace: pulumi.Input<string>;
}

interface DashboardFile {
  readonly name: string;
  readonly json: string;
}

function dashboardFiles(_dictionary: string): DashboardFile[] {
  return [];
}

/** The file that Grafana shows first: the fleet overview. */
export function homeDashboardFile(): string {
  return "fleet-overview.json";
}

export class Dashboards extends pulumi.ComponentResource {
  constructor(name: string, { dictionary, namespace }: DashboardsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("perigee:workloads:Dashboards", name, {}, opts);
    const { dashboardLabel, dashboardFolder, dashboardFolderAnnotation } = monitoringNames;
    for (const dashboard of dashboardFiles(resolve(repositoryRoot, dictionary))) {
      new kubernetes.core.v1.ConfigMap(
        `${name}-${dashboard.name}`,
        {
          metadata: {
            name: `dashboard-${dashboard.name}`,
            namespace,
            labels: dashboardLabel,
            annotations: { [dashboardFolderAnnotation]: dashboardFolder },
          },
          data: { [`${dashboard.name}.json`]: dashboard.json },
        },
        { parent: this },
      );
    }
    this.registerOutputs();
  }
}
