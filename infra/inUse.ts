/** Guard against destroying stack 1 while stack 2 is deployed on it: a destroy queries the cluster first. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";

/**
 * Check script. A destroy runs no program, so the check is the `delete` of a command that depends on every other
 * resource and is therefore deleted first. The resource contains the script, because a destroy may run from another
 * checkout. The script is in the environment, because the error of a failed command starts with its whole command line.
 */
const check = readFileSync(join(__dirname, "../contract/inUse/check.js"), "utf8");

/** @param kubeconfig secret; passed to the check by stdin */
export function refuseWhileInUse(
  kubeconfig: pulumi.Output<string>,
  everything: readonly pulumi.Resource[],
): command.local.Command {
  return new command.local.Command(
    "in-use",
    {
      interpreter: ["node", "-e"],
      create: "0",
      delete: "eval(process.env.PERIGEE_IN_USE_CHECK)",
      environment: { PERIGEE_STACK: pulumi.getStack(), PERIGEE_IN_USE_CHECK: check },
      stdin: kubeconfig,
      addPreviousOutputInEnv: false,
    },
    { dependsOn: [...everything] },
  );
}
