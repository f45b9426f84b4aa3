/** IAM roles and profiles, log groups and flow logs: recorded, checked, without effect on machines. */
import { type Properties, type PropertyValue, text } from "../../rpc/values";
import { type Account, AwsError, capitalId, type CloudResource, ec2Id } from "../account";
import type { AwsType } from "../awsType";
import { partitionOf } from "../partitions";
import { checkOneOf, refuseSameName } from "./rules";

export const roleToken = "aws:iam/role:Role";

/** Text of a document, as IAM stores it. */
export function documentText(value: PropertyValue | undefined): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? {});
}

function alreadyExists(what: string) {
  return (name: string) => new AwsError("EntityAlreadyExists", `${what} with name ${name} already exists.`);
}

function needsRole(inputs: Properties, account: Account): void {
  const role = text(inputs, "role");
  if (role !== undefined && !account.find(roleToken, role)) {
    throw new AwsError("NoSuchEntity", `The role with name ${role} cannot be found.`);
  }
}

/** This AWS has no policies of its customers, so only a boundary of AWS' own exists. */
function needsPolicy(arn: string | undefined): void {
  if (arn === undefined || /^arn:aws:iam::aws:policy\/./.test(arn)) return;
  throw new AwsError("NoSuchEntity", `Scope ARN: ${arn} does not exist or is not attachable.`);
}

export const role: AwsType = {
  token: roleToken,
  inputs: {
    name: "string",
    assumeRolePolicy: "document",
    description: "string",
    path: "string",
    maxSessionDuration: "number",
    permissionsBoundary: "string",
    tags: "map",
  },
  required: ["assumeRolePolicy"],
  replaces: ["name", "path"],
  defaults: { path: "/", maxSessionDuration: 3600, description: "" },
  autoName: "name",
  computed: ["arn", "uniqueId", "createDate"],
  id: (inputs) => text(inputs, "name") ?? "",
  outputs: ({ id, inputs, account, previous }) => ({
    arn: account.arn("iam", `role${text(inputs, "path") ?? "/"}${id}`),
    assumeRolePolicy: documentText(inputs["assumeRolePolicy"]),
    uniqueId: text(previous?.properties ?? {}, "uniqueId") ?? capitalId("AROA", 17),
    createDate: text(previous?.properties ?? {}, "createDate") ?? new Date().toISOString(),
  }),
  refuse: (inputs, account, previous) => {
    needsPolicy(text(inputs, "permissionsBoundary"));
    refuseSameName(account, roleToken, "name", inputs, previous, alreadyExists("Role"));
  },
  inUse: ({ id }, account) => {
    const users = [instanceProfile, rolePolicyAttachment, rolePolicy].flatMap(({ token }) =>
      account.where(token, "role", id),
    );
    return users.length === 0 ? undefined : deleteConflict(users);
  },
};

function deleteConflict(users: readonly CloudResource[]): AwsError {
  const names = users.map(({ id }) => id).join(", ");
  return new AwsError("DeleteConflict", `Cannot delete entity, must remove or detach first: ${names}`);
}

export const rolePolicy: AwsType = {
  token: "aws:iam/rolePolicy:RolePolicy",
  inputs: { name: "string", policy: "document", role: "string" },
  required: ["policy", "role"],
  replaces: ["name", "role"],
  autoName: "name",
  computed: [],
  id: (inputs) => `${text(inputs, "role") ?? ""}:${text(inputs, "name") ?? ""}`,
  outputs: ({ inputs }) => ({ policy: documentText(inputs["policy"]) }),
  refuse: needsRole,
};

export const rolePolicyAttachment: AwsType = {
  token: "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
  inputs: { policyArn: "string", role: "string" },
  required: ["policyArn", "role"],
  replaces: ["policyArn", "role"],
  computed: [],
  id: (inputs) => `${text(inputs, "role") ?? ""}/${text(inputs, "policyArn") ?? ""}`,
  outputs: () => ({}),
  refuse: (inputs, account) => {
    needsRole(inputs, account);
    const arn = text(inputs, "policyArn") ?? "";
    if (arn.split(":")[1] === partitionOf(account.region).name) return;
    throw new AwsError("InvalidInput", `ARN ${arn} is not valid.`);
  },
};

export const instanceProfile: AwsType = {
  token: "aws:iam/instanceProfile:InstanceProfile",
  inputs: { name: "string", path: "string", role: "string", tags: "map" },
  replaces: ["name", "path"],
  defaults: { path: "/" },
  autoName: "name",
  computed: ["arn", "uniqueId", "createDate"],
  id: (inputs) => text(inputs, "name") ?? "",
  outputs: ({ id, inputs, account, previous }) => ({
    arn: account.arn("iam", `instance-profile${text(inputs, "path") ?? "/"}${id}`),
    uniqueId: text(previous?.properties ?? {}, "uniqueId") ?? capitalId("AIPA", 17),
    createDate: text(previous?.properties ?? {}, "createDate") ?? new Date().toISOString(),
  }),
  refuse: (inputs, account, previous) => {
    needsRole(inputs, account);
    refuseSameName(
      account,
      instanceProfile.token,
      "name",
      inputs,
      previous,
      alreadyExists("Instance Profile"),
    );
  },
};

const retentionDays = [
  0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

export const logGroup: AwsType = {
  token: "aws:cloudwatch/logGroup:LogGroup",
  inputs: {
    name: "string",
    retentionInDays: "number",
    skipDestroy: "boolean",
    tags: "map",
  },
  replaces: ["name"],
  defaults: { retentionInDays: 0, skipDestroy: false },
  autoName: "name",
  computed: ["arn", "logGroupClass"],
  check: (inputs) => {
    const days = inputs["retentionInDays"];
    if (typeof days !== "number" || retentionDays.includes(days)) return [];
    return [
      { property: "retentionInDays", reason: `must be one of ${retentionDays.join(", ")}, not ${days}` },
    ];
  },
  id: (inputs) => text(inputs, "name") ?? "",
  outputs: ({ id, account }) => ({ arn: account.arn("logs", `log-group:${id}`), logGroupClass: "STANDARD" }),
  refuse: (inputs, account, previous) =>
    refuseSameName(account, logGroup.token, "name", inputs, previous, (name) => {
      return new AwsError(
        "ResourceAlreadyExistsException",
        `The specified log group already exists: ${name}`,
      );
    }),
};

export const flowLog: AwsType = {
  token: "aws:ec2/flowLog:FlowLog",
  inputs: {
    vpcId: "string",
    trafficType: "string",
    iamRoleArn: "string",
    logDestination: "string",
    logDestinationType: "string",
    maxAggregationInterval: "number",
    tags: "map",
  },
  required: ["vpcId"],
  replaces: [
    "vpcId",
    "trafficType",
    "iamRoleArn",
    "logDestination",
    "logDestinationType",
    "maxAggregationInterval",
  ],
  defaults: { logDestinationType: "cloud-watch-logs", maxAggregationInterval: 600 },
  computed: ["arn"],
  check: (inputs) => [
    ...checkOneOf(inputs, "trafficType", ["ACCEPT", "REJECT", "ALL"]),
    ...checkOneOf(inputs, "logDestinationType", ["cloud-watch-logs", "s3", "kinesis-data-firehose"]),
  ],
  id: () => ec2Id("fl"),
  outputs: ({ id, account }) => ({ arn: account.arn("ec2", `vpc-flow-log/${id}`) }),
};
