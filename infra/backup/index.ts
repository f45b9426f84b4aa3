/** Backups of the cluster: a timer on every control plane, of which one does the work. */
import * as pulumi from "@pulumi/pulumi";
import { metricsFolder } from "../../contract/metricsFolder";
import type { Settings } from "../config";
import { RemoteSteps } from "../kubeadm/remoteSteps";
import { nodeScript, upkeepStep } from "../kubeadm/upkeep";
import type { Machine } from "../machines";
import type { ClusterIdentity } from "../machines/identity";
import type { BackupBucket } from "./bucket";

export interface BackupsArgs {
  readonly clusterName: string;
  readonly backup: Settings["backup"];
  readonly bucket: BackupBucket;
  readonly identity: ClusterIdentity;
  readonly controlPlane: readonly Machine[];
  /** The step after which the cluster serves. */
  readonly after: pulumi.Resource;
}

const packages = ["age", "cri-tools", "curl"];

export class Backups extends pulumi.ComponentResource {
  constructor(
    name: string,
    private readonly args: BackupsArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("perigee:backup:Backups", name, {}, opts);
    const steps = new RemoteSteps(this, args.identity);
    const intervalSeconds = args.backup.intervalMinutes * 60;
    for (const machine of args.controlPlane) {
      steps.run(`${machine.name}-backup`, {
        machine,
        limitSeconds: 1500,
        ...upkeepStep({
          packages,
          files: [
            { path: "/opt/perigee/s3.sh", content: nodeScript("backup/scripts/s3.sh") },
            { path: "/opt/perigee/backup.sh", content: nodeScript("backup/scripts/backup.sh"), mode: "0755" },
            this.environment(intervalSeconds).apply((content) => ({
              path: "/etc/perigee/backup.env",
              content,
            })),
            {
              path: "/etc/systemd/system/perigee-backup.service",
              content: nodeScript("backup/scripts/perigee-backup.service"),
            },
            { path: "/etc/systemd/system/perigee-backup.timer", content: timer(intervalSeconds) },
          ],
          units: ["perigee-backup.timer"],
          metrics: `${metricsFolder}/backup.prom`,
          check: `[ ! -e /opt/perigee/backup.sh ] || /opt/perigee/backup.sh check ${intervalSeconds}`,
        }),
        after: [...args.bucket.permission, args.after],
      });
    }
    this.registerOutputs();
  }

  /** Settings of backup.sh: none of them is a secret, nor holds a quote. */
  private environment(intervalSeconds: number): pulumi.Output<string> {
    const { clusterName, bucket } = this.args;
    const recipient = pulumi.unsecret(bucket.age.apply((age) => age.recipient));
    return pulumi
      .all([bucket.host, bucket.region, bucket.owner, recipient])
      .apply(([host, region, owner, publicKey]) =>
        Object.entries({
          CLUSTER_NAME: clusterName,
          BUCKET_HOST: host,
          BUCKET_REGION: region,
          BUCKET_OWNER: owner,
          RECIPIENT: publicKey,
          INTERVAL_SECONDS: String(intervalSeconds),
        })
          .map(([key, value]) => `${key}='${value}'\n`)
          .join(""),
      );
  }
}

/** The first backup follows the step, or the boot, by half a minute; one that failed is tried again each minute. */
const timer = (intervalSeconds: number): string => `[Unit]
Description=Backs up this control plane's cluster every ${intervalSeconds / 60} minutes

[Timer]
OnActiveSec=30
OnUnitActiveSec=${intervalSeconds}
AccuracySec=1s

[Install]
WantedBy=timers.target
`;
