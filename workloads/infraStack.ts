/** Reader of stack 1's outputs, through the contract in contract/outputs.ts. */
import * as pulumi from "@pulumi/pulumi";
import { contractVersion, type InfraOutputs } from "../contract/outputs";
import { stackOutputs } from "../contract/stackOutputs";

/** Outputs of stack 1 that resources are made from. */
type Read = {
  readonly [
    Key in "clusterName" | "kubernetesVersion" | "kubeconfig" | "nodes" | "publishedHost" | "backup"
  ]: pulumi.Output<InfraOutputs[Key]>;
};

/** Outputs of stack 1 that stack 2 uses. */
export type Infra = Read & Pick<InfraOutputs, "publishedNodePorts">;

/** Error when stack 1 cannot be used. Pulumi prints its message without a stack trace. */
class InfraStackError extends pulumi.RunError {}

/**
 * Outputs of stack 1.
 * @param stack `organization/project/stack`
 * @throws InfraStackError when the stack does not exist, is not up, or has another contract version
 */
export async function readInfra(stack: string): Promise<Infra> {
  const { publishedNodePorts } = await readable(stack);
  const reference = new pulumi.StackReference("infra", { name: stack });
  const read = <Key extends keyof Read>(key: Key): Read[Key] => reference.requireOutput(key) as Read[Key];
  return {
    clusterName: read("clusterName"),
    kubernetesVersion: read("kubernetesVersion"),
    kubeconfig: read("kubeconfig"),
    nodes: read("nodes"),
    publishedHost: read("publishedHost"),
    backup: reference.getOutput("backup") as Infra["backup"],
    ...(publishedNodePorts && { publishedNodePorts }),
  };
}

/** Outputs as they are, checked before the StackReference, whose failure inside the engine would not name the fix. */
async function readable(stack: string): Promise<Partial<InfraOutputs>> {
  const outputs = await stackOutputs(stack).catch((error: unknown) => {
    throw new InfraStackError(missing(stack, error instanceof Error ? error.message : String(error)));
  });
  const problem = contractProblem(stack, outputs);
  if (problem !== undefined) throw new InfraStackError(problem);
  return outputs;
}

const parts = (stack: string): { project: string; name: string } => {
  const [, project = "", name = stack] = stack.split("/");
  return { project, name };
};

function missing(stack: string, reason: string): string {
  const { name } = parts(stack);
  return (
    `the stack ${stack}, which makes the cluster, cannot be read: ${reason.replace(/^.*returned an error: /s, "").trim()}\n` +
    `  Bring it up first, in the repository's root:  pulumi up -s ${name}\n` +
    "  If it has another name, say so:  pulumi config set infraStack <stack> -C workloads"
  );
}

/**
 * Problem with the outputs of stack 1, or undefined.
 * @param outputs outputs in the state of stack 1; empty when it is not up
 */
export function contractProblem(
  stack: string,
  outputs: Readonly<Record<string, unknown>>,
): string | undefined {
  const { name } = parts(stack);
  const found = outputs["contractVersion"];
  if (found === undefined) {
    return (
      `the stack ${stack} is not up: it has no outputs\n` +
      `  Bring it up first, in the repository's root:  pulumi up -s ${name}`
    );
  }
  if (found === contractVersion) return undefined;
  return (
    `the stack ${stack} speaks version ${JSON.stringify(found)} of the contract between the stacks, ` +
    `this program version ${contractVersion}\n` +
    `  Update it from the same checkout, in the repository's root:  pulumi up -s ${name}`
  );
}
