/** Outputs in a stack's state, as its last `up` left them. */
import * as pulumi from "@pulumi/pulumi";

/**
 * Outputs of a stack, secrets in clear; none when it was never up, or was destroyed.
 * @param name `organization/project/stack`
 * @throws Error when there is no such stack
 */
export async function stackOutputs(name: string): Promise<Readonly<Record<string, unknown>>> {
  const result: unknown = await pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", { name });
  const isResult = typeof result === "object" && result !== null && "outputs" in result;
  return isResult && typeof result.outputs === "object" && result.outputs !== null
    ? (result.outputs as Readonly<Record<string, unknown>>)
    : {};
}

/** Outputs of the stack that runs this program, before this run: what exists already. */
export function ownOutputs(): Promise<Readonly<Record<string, unknown>>> {
  return stackOutputs([pulumi.getOrganization(), pulumi.getProject(), pulumi.getStack()].join("/"));
}
