/** Perigee's dashboards as ConfigMaps, loaded by Grafana's sidecar. */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type Dashboard, dashboardFile, dashboardFiles } from "../dashboards";
import { owned } from "./adoption/fieldManager";
import type { TelemetrySettings } from "./config";
import { monitoringNames } from "./monitoring/names";
import type { DictionaryFile } from "./settings/dictionaryFile";

export interface DashboardsArgs {
  readonly dictionary: DictionaryFile;
  /** Age of a packet, in its own periods, after which its parameters disappear and it is overdue. */
  readonly staleAfterPeriods: number;
  /** Number of the exporter's spacecraft. */
  readonly fleetSize: number;
  /** Cores that the exporter may use. */
  readonly cores: number;
  readonly history: Pick<TelemetrySettings["history"], "enabled">;
  readonly archive: Pick<TelemetrySettings["archive"], "storage" | "copy">;
  /** Dashboards of other parts than the telemetry. */
  readonly others: readonly Dashboard[];
  readonly namespace: pulumi.Input<string>;
}

/** One ConfigMap per dashboard: a single one would exceed the size limit. */
export class Dashboards extends pulumi.ComponentResource {
  constructor(
    private readonly name: string,
    args: DashboardsArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("perigee:workloads:Dashboards", name, {}, opts);
    const { dictionary, staleAfterPeriods, fleetSize, cores, history, archive, others, namespace } = args;
    const files = dashboardFiles(dictionary.dictionary, {
      ...{ staleAfterPeriods, fleetSize, cores },
      hasHistory: history.enabled,
      hasArchive: archive.storage.kind !== "none",
      hasArchiveCopy: archive.copy !== undefined,
    });
    for (const file of [...files, ...others.map(dashboardFile)]) this.configMap(file, namespace);
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
