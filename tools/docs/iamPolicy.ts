/** docs/iam-policy.json: AWS permissions for `pulumi up` and `pulumi destroy` of stack 1. */
import { deploy, type Deployment } from "../../test/support/infra/mocks";
import { small, twoPools } from "../../test/support/infra/settingsExamples";
import { functionPermissions, type Grant, permissionsOf } from "./awsPermissions";

interface Statement {
  readonly Effect: "Allow";
  readonly Action: readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Grant["condition"];
}

/** Policy for the program with all optional features enabled. */
export async function iamPolicy(): Promise<string> {
  const grants = [...grantsOf(await deploy(small)), ...grantsOf(await deploy(twoPools))];
  return `${JSON.stringify({ Version: "2012-10-17", Statement: statements(grants) }, null, 2)}\n`;
}

/** @throws Error with the name of a resource type or function that has no permissions in awsPermissions.ts */
export function grantsOf({ resources, calls }: Pick<Deployment, "resources" | "calls">): Grant[] {
  const made = resources
    .filter(({ type }) => type.startsWith("aws:"))
    .flatMap((resource) => {
      const permissions = permissionsOf[resource.type];
      if (permissions === undefined) throw new Error(unknown(resource.type));
      return permissions(resource);
    });
  const called = calls.map((token) => {
    const grant = functionPermissions[token];
    if (grant === undefined) throw new Error(unknown(token));
    return grant;
  });
  return [...made, ...called].filter(({ actions }) => actions.length > 0);
}

const unknown = (what: string): string =>
  `no IAM actions are written down for ${what}: add it to tools/docs/awsPermissions.ts`;

/** Statements: one per set of actions and condition, with all its resources. */
function statements(grants: readonly Grant[]): Statement[] {
  const byResource = gather(grants, ({ resource, condition }) =>
    JSON.stringify([resource, condition ?? null]),
  );
  const merged = [...byResource.values()].map((same) => ({
    actions: unique(same.flatMap(({ actions }) => actions)),
    resource: same[0]?.resource ?? "*",
    condition: same[0]?.condition,
  }));
  const byActions = gather(merged, ({ actions, condition }) => JSON.stringify([actions, condition ?? null]));
  return [...byActions.values()].map((same) => {
    const resources = unique(same.map(({ resource }) => resource));
    const condition = same[0]?.condition;
    return {
      Effect: "Allow",
      Action: same[0]?.actions ?? [],
      Resource: resources.length === 1 ? (resources[0] ?? "*") : resources,
      ...(condition === undefined ? {} : { Condition: condition }),
    };
  });
}

function gather<T>(all: readonly T[], keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) groups.set(keyOf(one), [...(groups.get(keyOf(one)) ?? []), one]);
  return new Map([...groups].sort(([a], [b]) => (a < b ? -1 : 1)));
}

const unique = (values: readonly string[]): string[] => [...new Set(values)].sort();
