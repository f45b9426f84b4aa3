/** docs/iam-policy*.json: AWS permissions for `pulumi up` and `pulumi destroy` of stack 1, and the table of docs/iam.md. */
import { deploy, type Deployment } from "../../test/support/infra/mocks";
import {
  restored,
  running,
  small,
  threeControlPlanes,
  twoPools,
} from "../../test/support/infra/settingsExamples";
import { type Actions, actionsOf, formerTypes, functionActions } from "./awsPermissions";
import { type Condition, type Sid, type StatementForm, statementForms } from "./iamStatements";
import { between } from "./marks";

export interface Statement {
  readonly Sid?: string;
  readonly Effect: "Allow";
  readonly Action: readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Condition;
}

export interface Policy {
  readonly Version: "2012-10-17";
  readonly Statement: readonly Statement[];
}

/** The program with all that it makes, and with all that it asks AWS for. */
export async function allFeatures(): Promise<Deployment[]> {
  return [
    await deploy(small),
    await deploy(twoPools),
    await deploy(threeControlPlanes),
    await deploy(restored, running),
  ];
}

let made: Promise<Policy> | undefined;

/** Policy for the program with all optional features enabled; made once, because it deploys the examples. */
export function iamPolicy(): Promise<Policy> {
  made ??= makePolicy();
  return made;
}

async function makePolicy(): Promise<Policy> {
  const used = (await allFeatures()).flatMap(neededBy);
  return { Version: "2012-10-17", Statement: statements([...used, ...Object.values(formerTypes)]) };
}

export const policyText = (policy: Policy): string => `${JSON.stringify(policy, null, 2)}\n`;

/** @throws Error with the name of a resource type or function that has no actions in awsPermissions.ts */
export function neededBy({ resources, calls }: Pick<Deployment, "resources" | "calls">): Actions[] {
  const types = resources.map(({ type }) => type).filter((type) => type.startsWith("aws:"));
  return [
    ...types.map((type) => known(actionsOf, type)),
    ...calls.map((token) => known(functionActions, token)),
  ];
}

function known(table: Readonly<Record<string, Actions>>, what: string): Actions {
  const actions = table[what];
  if (actions !== undefined) return actions;
  throw new Error(`no IAM actions are written down for ${what}: add it to tools/docs/awsPermissions.ts`);
}

function statements(used: readonly Actions[]): Statement[] {
  return Object.entries<StatementForm>(statementForms).flatMap(([sid, { resources, condition }]) => {
    const actions = [...new Set(used.flatMap((each) => each[sid as Sid] ?? []))].sort();
    return actions.length === 0 ? [] : [statement(sid, actions, resources, condition)];
  });
}

function statement(
  sid: string,
  actions: readonly string[],
  resources: readonly string[],
  condition?: Condition,
): Statement {
  const [first = "*", ...more] = resources;
  return {
    Sid: sid,
    Effect: "Allow",
    Action: actions,
    Resource: more.length === 0 ? first : resources,
    ...(condition && { Condition: condition }),
  };
}

/** Parts of the policy: one exceeds the 6144 characters of a managed policy. */
export const parts: ReadonlyMap<string, (action: string) => boolean> = new Map([
  ["iam-policy.json", (action: string) => action.startsWith("ec2:")],
  ["iam-policy-services.json", (action: string) => !action.startsWith("ec2:")],
]);

/** Part of the policy with the actions that belong there. */
export function partOf(policy: Policy, belongs: (action: string) => boolean): Policy {
  const filtered = policy.Statement.map((each) => ({ ...each, Action: each.Action.filter(belongs) }));
  return { ...policy, Statement: filtered.filter(({ Action }) => Action.length > 0) };
}

/** docs/iam.md with a line for each statement. */
export async function withStatementsTable(document: string): Promise<string> {
  const { Statement } = await iamPolicy();
  const rows = Statement.map(({ Sid = "", Action }) => {
    const { why } = statementForms[Sid as Sid];
    return `| \`${Sid}\` | ${Action.length} | ${why} |`;
  });
  return between(
    "statements",
    document,
    ["| statement | actions | why |", "|---|---|---|", ...rows].join("\n"),
  );
}
