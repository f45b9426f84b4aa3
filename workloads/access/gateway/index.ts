/**
 * The gateway: one way in to the pages, by HTTPS, with a login.
 *
 *   settings.ts            whether it is there, its name     names.ts    names and ports
 *   published.ts           whether stack 1 lets people in
 *   pages.ts               which pages there are, their URLs routes.ts   what leads where, and who may do what
 *   authority.ts           who signs its certificates        logins.ts   users, as hashes of their passwords
 *   certificates.ts        a pod's certificate, renewed      pods.ts     Traefik, and what keeps the certificate
 *   certificateProgram.ts  that as a program                 alerts.ts   when it does not work
 *   routers.ts             what routes are made of
 *
 * With an identity provider:
 *
 *   signOnSettings.ts      which one, groups to roles        signOn.ts   oauth2-proxy, which leads people there
 *   signOnRoutes.ts        who is asked by whom
 */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Adoption } from "../../adoption";
import { owned } from "../../adoption/fieldManager";
import type { Infra } from "../../infraStack";
import { inMonitoring, tcp } from "../../monitoring/peers";
import { type AlertingArgs, prometheusRule } from "../../monitoring/prometheusRule";
import { serviceMonitor } from "../../monitoring/serviceMonitor";
import { namespaceWithSecurity } from "../../namespaces";
import { oneAtATime } from "../../pods";
import { nameLabel } from "../../telemetry/names";
import { gatewayRules } from "./alerts";
import { authority } from "./authority";
import { logins } from "./logins";
import { gatewayNames } from "./names";
import type { Page } from "./pages";
import { gatewayPods, labels } from "./pods";
import type { Role } from "./routers";
import { dynamicConfiguration } from "./routes";
import type { GatewaySettings } from "./settings";
import { signOn, signOnLabels } from "./signOn";

const { gateway, published, httpsNodePort, httpNodePort, httpsPort, httpPort, metricsPort } = gatewayNames;

export interface GatewayArgs extends Omit<AlertingArgs, "namespace"> {
  readonly settings: GatewaySettings;
  /** Pages that there are; the first one is where people arrive. */
  readonly pages: readonly [Page, ...Page[]];
  readonly infra: Pick<Infra, "nodes" | "publishedHost">;
  readonly nodeImage: string;
  readonly kubernetesVersion: pulumi.Input<string>;
  readonly adoption: Adoption;
}

export class Gateway extends pulumi.ComponentResource {
  /** Certificate in PEM of the authority, which whoever opens a page trusts. */
  readonly certificateAuthority: pulumi.Output<string>;
  /** Secret: passwords by user. */
  readonly passwords: Readonly<Record<Role, pulumi.Output<string>>>;
  private readonly namespace: pulumi.Output<string>;

  constructor(
    name: string,
    private readonly args: GatewayArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("perigee:workloads:Gateway", name, {}, opts);
    const { settings, pages, infra, nodeImage, kubernetesVersion, adoption } = args;
    const own = { parent: this };
    const { name: namespace } = namespaceWithSecurity(
      gatewayNames.namespace,
      { enforce: "restricted", kubernetesVersion },
      { ...own, hooks: adoption.ofNamespace },
    ).metadata;
    this.namespace = namespace;
    const signer = authority(`${name}-authority`, namespace, own);
    const users = logins(`${name}-logins`, settings, namespace, own);
    const replicas = infra.nodes.apply((nodes) => {
      const workers = nodes.filter(({ role }) => role === "worker").length;
      return Math.min(2, Math.max(1, workers));
    });
    const inCluster = `${gateway}.${gatewayNames.namespace}.svc`;
    const hosts = settings.routes.flatMap(({ host }) => host ?? []);
    // Node ports answer at every node: so does the gateway where the first one is dead.
    const certificate = pulumi.all([infra.publishedHost, infra.nodes]).apply(([host, nodes]) => ({
      names: [
        ...new Set([
          settings.host ?? host,
          host,
          ...nodes.map(({ publicIp }) => publicIp),
          inCluster,
          ...hosts,
        ]),
      ].filter((name) => name !== ""),
      lifeSeconds: this.lifeSeconds,
    }));
    const { oidc } = settings;
    const routes = dynamicConfiguration(pages, settings.routes, oidc);
    const people = oidc && signOn({ settings: oidc, replicas, namespace }, own);
    gatewayPods(
      { replicas, nodeImage, certificate, routes, authority: signer.secret, logins: users.secret, namespace },
      // Nobody is led to a provider before it has answered.
      people === undefined ? own : { ...own, dependsOn: [people] },
    );
    this.services();
    this.staysInDrains();
    this.policy();
    this.monitor(name);
    this.certificateAuthority = signer.certificate;
    this.passwords = users.passwords;
    this.registerOutputs();
  }

  private get lifeSeconds(): number {
    return Math.round(this.args.settings.certificateDays * 86_400);
  }

  private services(): void {
    const { namespace } = this;
    const https = { name: "https", port: 443, targetPort: "https" };
    const inside = [https, { name: "metrics", port: metricsPort, targetPort: "metrics" }];
    new kubernetes.core.v1.Service(
      gateway,
      { metadata: owned({ name: gateway, namespace, labels }), spec: { selector: labels, ports: inside } },
      { parent: this },
    );
    const outside = [
      { ...https, nodePort: httpsNodePort },
      { name: "http", port: 80, targetPort: "http", nodePort: httpNodePort },
    ];
    // Without the labels that the other one is scraped by.
    new kubernetes.core.v1.Service(
      published,
      {
        metadata: owned({ name: published, namespace }),
        spec: { type: "NodePort", selector: labels, ports: outside },
      },
      { parent: this },
    );
  }

  private staysInDrains(): void {
    new kubernetes.policy.v1.PodDisruptionBudget(
      gateway,
      {
        metadata: owned({ name: gateway, namespace: this.namespace }),
        spec: { ...oneAtATime, selector: { matchLabels: labels } },
      },
      { parent: this },
    );
  }

  /** Who reaches the gateway: everybody its pages, Prometheus its metrics. */
  private policy(): void {
    const pages = [tcp(httpsPort), tcp(httpPort)];
    new kubernetes.networking.v1.NetworkPolicy(
      gateway,
      {
        metadata: owned({ name: gateway, namespace: this.namespace }),
        spec: {
          podSelector: {},
          policyTypes: ["Ingress"],
          ingress: [{ ports: pages }, { from: [inMonitoring("prometheus")], ports: [tcp(metricsPort)] }],
        },
      },
      { parent: this },
    );
  }

  private monitor(name: string): void {
    const { namespace } = this;
    const { settings, definitions, runbookBaseUrl } = this.args;
    const monitored = { parent: this, dependsOn: [definitions] };
    const hasSignOn = settings.oidc !== undefined;
    const parts = [
      { object: name, of: gateway, matchLabels: labels },
      ...(hasSignOn
        ? [{ object: `${name}-sign-on`, of: gatewayNames.signOn.name, matchLabels: signOnLabels }]
        : []),
    ];
    for (const { object, of, matchLabels } of parts) {
      serviceMonitor(
        object,
        {
          ...{ name: of, namespace },
          spec: {
            jobLabel: nameLabel,
            selector: { matchLabels },
            endpoints: [{ port: "metrics", path: "/metrics", interval: "30s" }],
          },
        },
        monitored,
      );
    }
    const spec = gatewayRules({ lifeSeconds: this.lifeSeconds, hasSignOn, runbookBaseUrl });
    prometheusRule(`${name}-rules`, { name, namespace, spec }, monitored);
  }
}
