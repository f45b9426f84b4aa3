/**
 * Logs of every container and node: collected on each node, kept in a store in the cluster or sent to one of your own.
 *
 *   settings.ts         kind of store, retention, buffer   names.ts     names and images
 *   collectorConfig.ts  what is read, where it goes        collector.ts the pods that do it
 *   records.ts          what becomes of a line             redaction.ts secrets in lines
 *   store.ts            VictoriaLogs                       page.ts      the page to search in, for people
 *   logRules.ts         alerts by what logs say            ruler.ts     what asks the store for them
 *   alerts.ts           alerts about all of these          login.ts     logins at store and page
 *   dashboard.ts        the same over time
 */
import * as pulumi from "@pulumi/pulumi";
import { pageUrls } from "../access/gateway/pages";
import type { GatewaySettings } from "../access/gateway/settings";
import type { Infra } from "../infraStack";
import { type AlertingArgs, prometheusRule } from "../monitoring/prometheusRule";
import { serviceMonitor } from "../monitoring/serviceMonitor";
import { nameLabel } from "../telemetry/names";
import { loggingRules } from "./alerts";
import { collectorPods } from "./collector";
import type { LogDestination } from "./collectorConfig";
import { loggingNames } from "./names";
import { logPage } from "./page";
import { rulerPod } from "./ruler";
import type { LogSettings } from "./settings";
import { logStore } from "./store";

export interface LogsArgs extends AlertingArgs {
  readonly settings: LogSettings;
  readonly nodeImage: string;
  readonly infra: Pick<Infra, "clusterName" | "nodes" | "publishedHost">;
  readonly gateway: GatewaySettings;
}

const { collector, store, ruler, ownLogin } = loggingNames;

/** Fields that records of one stream have in common, by which the store keeps them together. */
const streamFields = ["source", "namespace", "pod", "container", "node", "unit"];
/** Fields that say what `level` says, or nothing. */
const ignoredFields = ["severity_number", "severity_text", "scope.name", "scope.version"];

export class Logs extends pulumi.ComponentResource {
  /** Where logs are searched. Undefined where the store is not in the cluster. */
  readonly page:
    { readonly url: pulumi.Output<string>; readonly password: pulumi.Output<string> } | undefined;

  constructor(
    private readonly name: string,
    private readonly args: LogsArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("perigee:workloads:Logs", name, {}, opts);
    const { settings, infra, namespace, definitions, runbookBaseUrl } = args;
    const hasStore = settings.kind === "victorialogs";
    const kept = hasStore ? this.keep() : undefined;
    this.page = kept?.page;
    collectorPods(
      `${name}-collector`,
      {
        ...{ cluster: infra.clusterName, bufferMiB: settings.bufferMiB, namespace },
        retentionDays: hasStore ? settings.retentionDays : undefined,
        destination: kept?.destination ?? { url: settings.url ?? "", headers: settings.headers ?? {} },
      },
      { parent: this },
    );
    this.monitor(collector, "metrics");
    prometheusRule(
      `${name}-rules`,
      { name, namespace, spec: loggingRules({ hasStore, runbookBaseUrl }) },
      { parent: this, dependsOn: [definitions] },
    );
    this.registerOutputs();
  }

  /** The store with what belongs to it. */
  private keep(): { destination: pulumi.Output<LogDestination>; page: NonNullable<Logs["page"]> } {
    const { settings, nodeImage, infra, gateway, namespace, runbookBaseUrl } = this.args;
    const own = { parent: this };
    const made = logStore(`${this.name}-store`, { settings, nodeImage, nodes: infra.nodes, namespace }, own);
    const password = logPage(
      `${this.name}-page`,
      { store: made, password: settings.password, gateway: gateway.enabled, namespace },
      own,
    );
    const base = infra.publishedHost.apply((host) => pageUrls(host, gateway).logs);
    const { errorsPerFiveMinutes } = settings;
    rulerPod(
      `${this.name}-ruler`,
      { store: made, pageUrl: base, errorsPerFiveMinutes, runbookBaseUrl, namespace },
      own,
    );
    this.monitor(store, "http", true);
    this.monitor(ruler, "http");
    const { address, login } = made;
    const destination: pulumi.Output<LogDestination> = pulumi
      .all([address, login.password])
      .apply(([host, secret]): LogDestination => ({
        url: `http://${host}/insert/opentelemetry/v1/logs`,
        headers: {
          Authorization: `Basic ${Buffer.from(`${login.user}:${secret}`).toString("base64")}`,
          "VL-Stream-Fields": streamFields.join(","),
          "VL-Ignore-Fields": ignoredFields.join(","),
        },
      }));
    return { destination, page: { url: pulumi.interpolate`${base}/select/vmui/`, password } };
  }

  private monitor(job: string, port: string, hasLogin = false): void {
    const { namespace, definitions } = this.args;
    const { secret } = ownLogin;
    const basicAuth = {
      username: { name: secret, key: "username" },
      password: { name: secret, key: "password" },
    };
    serviceMonitor(
      `${this.name}-${job}`,
      {
        ...{ name: job, namespace },
        spec: {
          jobLabel: nameLabel,
          selector: { matchLabels: { [nameLabel]: job } },
          endpoints: [
            {
              ...{ port, path: "/metrics", interval: "30s", ...(hasLogin && { basicAuth }) },
              // Parts of the destination's URL, which may be secret.
              metricRelabelings: [{ action: "labeldrop", regex: "url_path|server_address|server_port" }],
            },
          ],
        },
      },
      { parent: this, dependsOn: [definitions] },
    );
  }
}
