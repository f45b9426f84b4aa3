/**
 * Batch jobs: what runs now and then, and is gone before anybody could scrape it, pushes when it has finished.
 *
 *   settings.ts  which jobs are awaited, and checks      rules.ts    who is told of what
 *   cleaner.ts   removal of what nobody pushes any more  clean.ts    its program
 *   names.ts     names
 *
 * The gateway is Prometheus' own. It keeps what was pushed until its pod moves; when a job last finished, Prometheus
 * remembers. Without jobs in the settings there is nothing of all this.
 */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { owned } from "../adoption/fieldManager";
import { type AlertingArgs, prometheusRule } from "../monitoring/prometheusRule";
import { serviceMonitor } from "../monitoring/serviceMonitor";
import { onePod } from "../onePod";
import { jobSizes } from "../sizes";
import { cleanerJob } from "./cleaner";
import { jobNames } from "./names";
import { jobRules } from "./rules";
import type { JobSettings } from "./settings";

const { gateway, port, image } = jobNames;
const nameLabel = "app.kubernetes.io/name";
const labels = { [nameLabel]: gateway };
const folder = "/var/lib/pushgateway";

export interface JobsArgs extends AlertingArgs {
  readonly jobs: readonly JobSettings[];
  readonly nodeImage: string;
  readonly scrapeIntervalSeconds: number;
}

export class Jobs extends pulumi.ComponentResource {
  constructor(name: string, args: JobsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("perigee:workloads:Jobs", name, {}, opts);
    const { jobs, nodeImage, runbookBaseUrl, namespace, definitions, scrapeIntervalSeconds } = args;
    const own = { parent: this };
    const service = gatewayPod(namespace, own);
    cleanerJob({ jobs, nodeImage, namespace, gateway: service }, own);
    const monitored = { parent: this, dependsOn: [definitions] };
    serviceMonitor(
      `${name}-gateway`,
      {
        ...{ name: gateway, namespace },
        spec: {
          jobLabel: nameLabel,
          selector: { matchLabels: labels },
          // What is pushed has the labels of who pushed it, and is no series that others go by.
          endpoints: [
            {
              ...{ port: "http", path: "/metrics", interval: `${scrapeIntervalSeconds}s`, honorLabels: true },
              metricRelabelings: [{ sourceLabels: ["__name__"], regex: jobNames.reserved, action: "drop" }],
            },
          ],
        },
      },
      monitored,
    );
    prometheusRule(`${name}-rules`, { name, namespace, spec: jobRules(jobs, runbookBaseUrl) }, monitored);
    this.registerOutputs();
  }
}

/** The gateway, and the name of its Service. */
function gatewayPod(
  namespace: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  onePod(
    gateway,
    {
      ...{ name: gateway, namespace, labels, port, size: jobSizes.gateway, annotations: {} },
      container: {
        name: "gateway",
        image,
        // What was pushed outlives a crash.
        args: [`--persistence.file=${folder}/metrics`, "--persistence.interval=1m"],
        volumeMounts: [{ name: "data", mountPath: folder }],
      },
      health: { path: "/-/healthy", failures: 3 },
      volumes: [{ name: "data", emptyDir: { sizeLimit: "256Mi" } }],
      // Two would each have a part of what was pushed.
      strategy: { type: "Recreate" },
    },
    opts,
  );
  const ports = [{ name: "http", port, targetPort: "http" }];
  const service = new kubernetes.core.v1.Service(
    gateway,
    { metadata: owned({ name: gateway, namespace, labels }), spec: { selector: labels, ports } },
    opts,
  );
  return service.metadata.name;
}
