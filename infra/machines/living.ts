/** Nodes as EC2 has them: outputs are those of the last `up` that ended, and machines come and die meanwhile. */
import * as aws from "@pulumi/aws";
import type { NodeOutput } from "../../contract/outputs";
import { nameTag } from "../tags";

export type RunningNode = Pick<NodeOutput, "name" | "role"> &
  Partial<NodeOutput> & {
    /** ID of the instance that the node has in EC2; without one it is dead. `instanceId` is what the last `up` wrote. */
    readonly living?: string;
  };

/**
 * @param written nodes of the last `up` that ended
 * @param wanted names of control planes. Those that are not written, but have an instance, were made by an `up` that did not
 * end; where the written ones died since, they may have the cluster's data
 * @returns the written nodes, then those
 */
export async function asEc2Says(
  written: readonly RunningNode[],
  cluster: string,
  wanted: readonly string[],
): Promise<readonly RunningNode[]> {
  const instances = new Set(await living(ofCluster(cluster)));
  const known = new Set(written.map(({ name }) => name));
  const unwritten = wanted.filter((name) => !known.has(name));
  const [nodes, made] = await Promise.all([
    Promise.all(written.map((node) => withInstance(node, cluster, instances))),
    Promise.all(unwritten.map((name) => withInstance({ name, role: "control-plane" }, cluster, instances))),
  ]);
  return [...nodes, ...made.filter((node) => node.living !== undefined)];
}

/** A node with the instance that EC2 has of it; a control plane of 0.1, whose outputs have no type, with that one's type. */
async function withInstance(
  node: RunningNode,
  cluster: string,
  instances: ReadonlySet<string>,
): Promise<RunningNode> {
  const known = node.instanceId !== undefined && instances.has(node.instanceId);
  if (node.role !== "control-plane") return known ? { ...node, living: node.instanceId } : node;
  const living = known ? node.instanceId : await ofUnfinishedUp(node, cluster);
  if (living === undefined) return node;
  if (node.instanceType !== undefined) return { ...node, living };
  const { instanceType } = await aws.ec2.getInstance({ instanceId: living });
  return { ...node, living, instanceType };
}

/** An instance of the same name, which an `up` made that did not end. */
async function ofUnfinishedUp({ name }: RunningNode, cluster: string): Promise<string | undefined> {
  const [made] = await living([...ofCluster(cluster), { name: "tag:Name", values: [name] }]);
  return made;
}

const ofCluster = (cluster: string) => [{ name: `tag:${nameTag}`, values: [cluster] }];

/** IDs of instances that are not gone. One that stopped is not: its disk is there. */
async function living(filters: aws.types.input.ec2.GetInstancesFilter[]): Promise<string[]> {
  const instanceStateNames = ["pending", "running", "stopping", "stopped"];
  return (await aws.ec2.getInstances({ filters, instanceStateNames })).ids;
}
