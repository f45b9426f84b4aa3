/**
 * Prometheus, Alertmanager, Grafana and the exporters of the cluster itself: kube-prometheus-stack.
 *
 *   values.ts, grafanaValues.ts  chart values, from the settings
 *   chartValues.ts               types of the chart values
 *   storage.ts                   storage of samples       password.ts   password of Grafana's administrator
 *   publishedPages.ts            Services at node ports
 *   grafanaSignOn.ts             Grafana's login at the identity provider
 *   kubeletService.ts            Service that the operator would leave behind
 *   names.ts                     names shared by several parts     prometheusRule.ts  object with rules
 */
import type * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type GatewaySettings } from "../access/gateway/settings";
import type { Adoption } from "../adoption";
import type { AlertRouting } from "../alerting";
import type { MonitoringSettings, TelemetrySettings } from "../config";
import type { Infra } from "../infraStack";
import { passwordOf } from "../password";
import { chartRelease } from "../release";
import { grafanaOidc, signOnSecret } from "./grafanaSignOn";
import { kubeletService } from "./kubeletService";
import { monitoringNames } from "./names";
import { adminSecret } from "./password";
import { publishedPages } from "./publishedPages";
import { sampleVolume } from "./storage";
import { chartValues } from "./values";

export interface MonitoringStackArgs {
  readonly monitoring: MonitoringSettings;
  readonly telemetry: Pick<TelemetrySettings, "history" | "dictionary">;
  readonly nodeImage: string;
  readonly gateway: GatewaySettings;
  readonly infra: Infra;
  readonly routing: AlertRouting;
  readonly namespace: pulumi.Output<string>;
  readonly adoption: Adoption;
}

export class MonitoringStack extends pulumi.ComponentResource {
  /** The operator's CRDs: created before any ServiceMonitor, deleted after it. */
  readonly definitions: pulumi.Resource;
  /** Secret. Undefined when Grafana is off. */
  readonly grafanaAdminPassword: pulumi.Output<string> | undefined;

  constructor(
    private readonly name: string,
    private readonly args: MonitoringStackArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("perigee:workloads:MonitoringStack", name, {}, opts);
    this.definitions = this.installDefinitions();
    this.grafanaAdminPassword = this.makePassword();
    const kubelets = kubeletService(`${name}-kubelet`, { parent: this });
    const secrets = this.grafanaSecrets();
    const versions = pulumi.all(secrets.map(({ metadata }) => metadata.resourceVersion));
    const release = this.installStack(
      versions.apply((all) => all.join("-")),
      [this.definitions, kubelets, ...this.storage(), ...secrets],
    );
    const { namespace, gateway } = this.args;
    if (!gateway.enabled) publishedPages(namespace, { parent: this, dependsOn: release });
    this.registerOutputs();
  }

  /**
   * Separate release of the CRDs: Helm neither upgrades nor removes CRDs inside the main chart, and objects without
   * their CRD fail a first install.
   */
  private installDefinitions(): kubernetes.helm.v3.Release {
    const { monitoring, namespace, adoption } = this.args;
    const { crdsChart, keepCrds } = monitoring;
    return chartRelease(
      `${this.name}-definitions`,
      {
        release: monitoringNames.definitionsRelease,
        chart: crdsChart,
        namespace,
        adoption,
        values: { crds: { annotations: keepCrds ? { "helm.sh/resource-policy": "keep" } : {} } },
      },
      { parent: this },
    );
  }

  private makePassword(): pulumi.Output<string> | undefined {
    const { grafana, grafanaAdminPassword } = this.args.monitoring;
    if (!grafana) return undefined;
    return passwordOf(`${this.name}-grafana-password`, grafanaAdminPassword, { parent: this });
  }

  private grafanaSecrets(): kubernetes.core.v1.Secret[] {
    if (this.grafanaAdminPassword === undefined) return [];
    const { name } = this;
    const { namespace, gateway } = this.args;
    const own = { parent: this };
    const oidc = grafanaOidc(gateway);
    return [
      adminSecret(`${name}-grafana-admin`, this.grafanaAdminPassword, namespace, own),
      ...(oidc === undefined ? [] : [signOnSecret(`${name}-grafana-sign-on`, oidc, namespace, own)]),
    ];
  }

  private storage(): pulumi.Resource[] {
    const { monitoring, infra, namespace } = this.args;
    const { storage } = monitoring;
    if (storage.kind === "ephemeral") return [];
    return sampleVolume(`${this.name}-samples`, { storage, nodes: infra.nodes, namespace }, { parent: this });
  }

  /** @param passwordVersion resource versions of the Secrets, which reveal nothing about their contents */
  private installStack(
    passwordVersion: pulumi.Input<string>,
    dependsOn: pulumi.Resource[],
  ): kubernetes.helm.v3.Release {
    const { monitoring, telemetry, nodeImage, gateway, infra, routing, namespace, adoption } = this.args;
    const values = pulumi
      .all([infra.publishedHost, routing.secretName, passwordVersion])
      .apply(([publishedHost, routingSecret, version]) => ({
        ...chartValues({
          ...{ monitoring, telemetry, nodeImage, publishedHost, gateway, routingSecret },
          passwordVersion: version,
        }),
      }));
    return chartRelease(
      this.name,
      { release: monitoringNames.release, chart: monitoring.chart, namespace, values, adoption },
      { parent: this, dependsOn },
    );
  }
}
