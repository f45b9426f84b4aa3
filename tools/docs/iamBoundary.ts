/** docs/iam-boundary.json: the most that a role of Perigee may do, whatever anybody writes into its policy. */
import { allFeatures, type Policy, type Statement } from "./iamPolicy";
import { backupBuckets } from "./iamStatements";

/** The sum of the program's own role policies, for every region, account and cluster. */
export async function iamBoundary(): Promise<Policy> {
  const deployments = await allFeatures();
  const given = deployments
    .flatMap(({ resources }) => resources)
    .filter(({ type }) => type === "aws:iam/rolePolicy:RolePolicy")
    .flatMap(({ inputs }) => (inputs.policy as { Statement: Statement[] }).Statement);
  const actions = new Map<string, string[]>();
  for (const { Action, Resource } of given) {
    const where = JSON.stringify([...new Set([Resource].flat().map(everyCluster))]);
    actions.set(where, [...new Set([...(actions.get(where) ?? []), ...[Action].flat()])].sort());
  }
  return {
    Version: "2012-10-17",
    Statement: [...actions].map(([where, names]) => {
      const [first = "*", ...more] = JSON.parse(where) as string[];
      return { Effect: "Allow", Action: names, Resource: more.length === 0 ? first : [first, ...more] };
    }),
  };
}

/** ARN of a log group, a bucket or its objects -> the ARN of those of every cluster. */
const everyCluster = (arn: string): string =>
  arn
    .replace(/^arn:aws:logs:[^:]+:[^:]+:log-group:\/perigee\/.*$/, "arn:aws:logs:*:*:log-group:/perigee/*")
    .replace(/^arn:aws:s3:::[^/]+(\/)?.*$/, (_, objects?: string) =>
      objects === undefined ? backupBuckets : `${backupBuckets}/*`,
    );
