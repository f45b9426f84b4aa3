/**
 * The telemetry exporter on the cluster, and a simulated spacecraft when there is no real one.
 *
 *   program.ts    bundle on a stock Node image, or an image   exporter.ts   Deployment and Services
 *   simulator.ts  the simulated spacecraft                    scraping.ts   ServiceMonitor and rules
 *   deployment.ts Deployment shared by the two                names.ts      names and ports
 *   networkPolicy.ts  who reaches the exporter
 *   keeping.ts    history and archive of the exporter         contacts.ts   the contact plan in both pods
 */
import * as pulumi from "@pulumi/pulumi";
import { scrapeIntervalSeconds } from "../../telemetry/dictionary";
import type { GatewaySettings } from "../access/gateway/settings";
import type { MonitoringSettings, TelemetrySettings } from "../config";
import type { AlertingArgs } from "../monitoring/prometheusRule";
import { fleetOf } from "../settings/linkUrl";
import { podContacts } from "./contacts";
import { dictionaryConfigMap } from "./deployment";
import {
  drainSeconds,
  exporterDeployment,
  exporterService,
  groundStationService,
  groundStationTcpService,
  pageService,
  sourcesSecret,
} from "./exporter";
import { keeping } from "./keeping";
import { exporterPolicy } from "./networkPolicy";
import { program } from "./program";

export { builtBundle } from "./program";
import { prometheusRules, telemetryMonitor } from "./scraping";
import { simulatorDeployment } from "./simulator";

export interface TelemetryArgs extends AlertingArgs {
  readonly telemetry: TelemetrySettings;
  readonly monitoring: Pick<MonitoringSettings, "retentionDays">;
  readonly nodeImage: string;
  /** Text of the program's bundle; undefined where the settings have an image. */
  readonly bundle: string | undefined;
  readonly gateway: Pick<GatewaySettings, "enabled">;
  readonly namespace: pulumi.Output<string>;
}

export class Telemetry extends pulumi.ComponentResource {
  constructor(name: string, args: TelemetryArgs, opts?: pulumi.ComponentResourceOptions) {
    super("perigee:workloads:Telemetry", name, {}, opts);
    const { telemetry: settings, nodeImage, bundle, gateway, namespace, runbookBaseUrl, definitions } = args;
    const own = { parent: this };
    const { dictionary } = settings.dictionary;

    const pod = {
      namespace,
      dictionary: dictionaryConfigMap(settings.dictionary, namespace, own),
      ...podContacts(
        program(`${name}-program`, { image: settings.image, nodeImage, bundle, namespace }, own),
        settings.contacts,
        namespace,
        own,
      ),
    };

    const sources = sourcesSecret(settings, namespace, own);
    const exporter = exporterDeployment(
      settings,
      sources,
      keeping(args, pod.program, own),
      drainSeconds(scrapeIntervalSeconds(dictionary)),
      pod,
      own,
    );
    const service = exporterService(namespace, own);
    groundStationService(namespace, own);
    groundStationTcpService(settings, namespace, own);
    pageService(gateway.enabled, namespace, own);
    exporterPolicy(gateway.enabled, namespace, own);
    if (settings.source === "simulator") {
      const sending = { ...own, dependsOn: [exporter] };
      simulatorDeployment(settings, service.metadata.name, pod, sending);
    }

    const defined = { ...own, dependsOn: [definitions] };
    telemetryMonitor(dictionary, namespace, defined);
    const { staleAfterPeriods, cores } = settings;
    const fleetSize = fleetOf(settings).length;
    const rules = { namespace, runbookBaseUrl, staleAfterPeriods, fleetSize, cores };
    prometheusRules(dictionary, rules, defined);
    this.registerOutputs();
  }
}
