/** Stack 1 does not go while stack 2 is on it: a destroy asks the cluster first. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";

/**
 * A destroy runs no program, so the question is the `delete` of a command that depends on everything else and therefore
 * goes first. The script is part of the resource, since a destroy may be run from another checkout; and it is in the
 * environment, since a command that fails is printed whole before what it said.
 */
const check = readFileSync(join(__dirname, "../contract/inUse/check.js"), "utf8");

/** @param kubeconfig secret; goes to the check by stdin */
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
