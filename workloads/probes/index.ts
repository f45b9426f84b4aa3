/**
 * Probes: addresses that are asked from inside the cluster again and again, as somebody who uses them would.
 *
 *   settings.ts  what may be asked for, and checks    modules.ts    the prober's configuration
 *   address.ts   URLs, by scheme                      alerts.ts     who is told of what
 *   own.ts       what is asked by default             dashboard.ts  what the answers are
 *   names.ts     names, and series
 *
 * The prober is Prometheus' blackbox_exporter: Prometheus asks it, by an object for each probe, and it asks the address.
 * Without probes there is nothing of all this.
 */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { owned } from "../adoption/fieldManager";
import { operatorObject } from "../monitoring/operatorObject";
import { type AlertingArgs, prometheusRule } from "../monitoring/prometheusRule";
import { onePod } from "../onePod";
import { restrictedPod } from "../podSecurity";
import { proberSize } from "../sizes";
import { versionedConfigMap } from "../versionedConfigMap";
import { addressOf } from "./address";
import { probeRules } from "./alerts";
import { answerSeconds, clusterAuthority, configFile, proberFiles } from "./modules";
import { proberNames } from "./names";
import type { Probe } from "./own";

export { allProbes } from "./own";

const { prober, port, job, image } = proberNames;
const labels = { "app.kubernetes.io/name": prober };
const folder = "/etc/prober";

export interface ProbesArgs extends AlertingArgs {
  readonly probes: readonly Probe[];
}

export class Probes extends pulumi.ComponentResource {
  constructor(name: string, args: ProbesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("perigee:workloads:Probes", name, {}, opts);
    const { probes, runbookBaseUrl, namespace, definitions } = args;
    const own = { parent: this };
    const service = proberPods(probes, namespace, own);
    const monitored = { parent: this, dependsOn: [definitions] };
    for (const probe of probes) probeObject(name, probe, service, namespace, monitored);
    prometheusRule(`${name}-rules`, { name, namespace, spec: probeRules(probes, runbookBaseUrl) }, monitored);
    this.registerOutputs();
  }
}

/** The prober, and the name of its Service. */
function proberPods(
  probes: readonly Probe[],
  namespace: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const metadata = owned({ name: prober, namespace, labels });
  // It reads its configuration at its start only.
  const content = { data: proberFiles(probes, folder) };
  const config = versionedConfigMap(prober, { name: prober, namespace, labels, content }, opts);
  onePod(
    prober,
    {
      ...{ name: prober, namespace, labels, port, size: proberSize },
      annotations: {},
      container: {
        name: "prober",
        image,
        args: [`--config.file=${folder}/${configFile}`],
        volumeMounts: [
          { name: "config", mountPath: folder, readOnly: true },
          { name: "cluster", mountPath: clusterAuthority.folder, readOnly: true },
        ],
      },
      health: { path: "/-/healthy", failures: 3 },
      volumes: [
        { name: "config", configMap: { name: config } },
        { name: "cluster", configMap: { name: clusterAuthority.configMap } },
      ],
      securityContext: podSecurity(probes),
      // A new one is there before the old one goes: no probe is missed.
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    },
    opts,
  );
  const ports = [{ name: "http", port, targetPort: "http" }];
  const service = new kubernetes.core.v1.Service(
    prober,
    { metadata, spec: { selector: labels, ports } },
    opts,
  );
  return service.metadata.name;
}

/** Echo requests without a capability: the kernel lets groups that are named here send them. */
function podSecurity(probes: readonly Probe[]): kubernetes.types.input.core.v1.PodSecurityContext {
  const { securityContext } = restrictedPod;
  if (!probes.some(({ url }) => addressOf(url).scheme === "icmp")) return securityContext;
  const { runAsGroup } = securityContext;
  const sysctls = [{ name: "net.ipv4.ping_group_range", value: `${runAsGroup} ${runAsGroup}` }];
  return { ...securityContext, sysctls };
}

/** Fields of a Probe's spec that Perigee sets. Source: the operator's API reference, monitoring.coreos.com/v1. */
interface ProbeSpec {
  readonly jobName: string;
  readonly interval: string;
  readonly scrapeTimeout: string;
  /** Name in the prober's configuration. */
  readonly module: string;
  readonly prober: { readonly url: pulumi.Input<string>; readonly path: string };
  readonly targets: {
    readonly staticConfig: {
      readonly static: readonly string[];
      readonly labels: Readonly<Record<string, string>>;
    };
  };
}

function probeObject(
  component: string,
  probe: Probe,
  service: pulumi.Output<string>,
  namespace: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): void {
  const { name, url, everySeconds } = probe;
  const spec: ProbeSpec = {
    jobName: job,
    interval: `${everySeconds}s`,
    scrapeTimeout: `${answerSeconds(probe)}s`,
    module: name,
    prober: { url: pulumi.interpolate`${service}.${namespace}.svc:${port}`, path: "/probe" },
    targets: { staticConfig: { static: [addressOf(url).target], labels: { probe: name } } },
  };
  operatorObject("Probe", `${component}-${name}`, { name: `perigee-${name}`, namespace, spec }, opts);
}
