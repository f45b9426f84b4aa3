/** The API through its balancer, waited for: what reads the kubeconfig may use it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as command from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";

const program = readFileSync(join(__dirname, "waitForApi.js"), "utf8");

/** @param after the balancer's targets */
export function untilReachable(
  name: string,
  host: pulumi.Input<string>,
  apiName: string,
  { parent, after }: { readonly parent: pulumi.Resource; readonly after: readonly pulumi.Resource[] },
): command.local.Command {
  return new command.local.Command(
    name,
    {
      interpreter: ["node", "-e"],
      create: "eval(process.env.PERIGEE_PROGRAM)",
      environment: { PERIGEE_API_HOST: host, PERIGEE_API_NAME: apiName, PERIGEE_PROGRAM: program },
      addPreviousOutputInEnv: false,
    },
    { parent, dependsOn: [...after] },
  );
}
