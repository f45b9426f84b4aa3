/** Guard against destroying stack 1 while stack 2 is deployed on it: a destroy queries the cluster first. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { BackupBucket } from "./backup/bucket";
import type { Settings } from "./config";

/**
 * Check script. A destroy runs no program, so the check is the `delete` of a command that depends on every other
 * resource and is therefore deleted first. The resource contains the script, because a destroy may run from another
 * checkout. The script is in the environment, because the error of a failed command starts with its whole command line.
 */
const check = readFileSync(join(__dirname, "../contract/inUse/check.js"), "utf8");

export interface InUseArgs {
  /** Secret; passed to the check by stdin. */
  readonly kubeconfig: pulumi.Output<string>;
  readonly backup: Settings["backup"];
  readonly bucket: BackupBucket | undefined;
}

export function refuseWhileInUse(
  { kubeconfig, backup, bucket }: InUseArgs,
  everything: readonly pulumi.Resource[],
): command.local.Command {
  const stays = backup.bucket !== undefined || backup.keepOnDestroy;
  return new command.local.Command(
    "in-use",
    {
      interpreter: ["node", "-e"],
      create: "0",
      delete: "eval(process.env.PERIGEE_IN_USE_CHECK)",
      environment: {
        PERIGEE_STACK: pulumi.getStack(),
        PERIGEE_BACKUPS: backup.enabled ? "on" : "off",
        PERIGEE_BACKUP_BUCKET: bucket === undefined ? "none" : stays ? "stays" : "goes",
        PERIGEE_IN_USE_CHECK: check,
      },
      stdin: kubeconfig,
      addPreviousOutputInEnv: false,
    },
    { dependsOn: [...everything] },
  );
}
