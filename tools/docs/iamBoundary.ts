/** docs/iam-boundary.json: the most that a role of Perigee may do, whatever anybody writes into its policy. */
import { deploy } from "../../test/support/infra/mocks";
import { twoPools } from "../../test/support/infra/settingsExamples";
import type { Policy, Statement } from "./iamPolicy";

/** The sum of the program's own role policies, for every region, account and cluster. */
export async function iamBoundary(): Promise<Policy> {
  const { resources } = await deploy(twoPools);
  const given = resources
    .filter(({ type }) => type === "aws:iam/rolePolicy:RolePolicy")
    .flatMap(({ inputs }) => (inputs.policy as { Statement: Statement[] }).Statement);
  const actions = new Map<string, string[]>();
  for (const { Action, Resource } of given) {
    const where = JSON.stringify([...new Set([Resource].flat().map(everyCluster))]);
    actions.set(where, [...(actions.get(where) ?? []), ...[Action].flat()].sort());
  }
  return {
    Version: "2012-10-17",
    Statement: [...actions].map(([where, names]) => {
      const [first = "*", ...more] = JSON.parse(where) as string[];
      return { Effect: "Allow", Action: names, Resource: more.length === 0 ? first : [first, ...more] };
    }),
  };
}

/** ARN of a log group -> the ARN of those of every cluster. */
const everyCluster = (arn: string): string =>
  arn.replace(/^arn:aws:logs:[^:]+:[^:]+:log-group:\/perigee\/.*$/, "arn:aws:logs:*:*:log-group:/perigee/*");
