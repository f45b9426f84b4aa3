/** Authorization of requests to S3: policies of the bucket and of the caller's role, and the role's boundary. */
import { text } from "../../rpc/values";
import { type Account, accountId } from "../account";
import { type Caller, type Policy, type Question, verdictOf } from "../iam/evaluate";
import type { RoleCredentials } from "../metadata/roleCredentials";
import { partitionOf } from "../partitions";
import { rolePolicy, rolePolicyAttachment, roleToken } from "../types/iam";
import { blocks, isPublic, policyOf } from "./bucketPolicy";
import { S3Error } from "./errors";

/** The caller behind credentials; undefined when their role is gone. */
export function callerOf(account: Account, { role, instanceId }: RoleCredentials): Caller | undefined {
  const roleArn = text(account.find(roleToken, role)?.properties ?? {}, "arn");
  if (roleArn === undefined) return undefined;
  const partition = partitionOf(account.region).name;
  return {
    account: accountId,
    roleArn,
    sessionArn: `arn:${partition}:sts::${accountId}:assumed-role/${role}/${instanceId}`,
  };
}

/** What is asked of a bucket, or of an object in it. */
export interface Access extends Question {
  readonly bucket: string;
  readonly arn: string;
}

/** @throws S3Error with AWS' reason when the access is not allowed */
export function authorize(account: Account, access: Access): void {
  const { action, arn, caller } = access;
  const reason = obstacle(account, access);
  if (reason === undefined) return;
  if (caller === undefined) throw new S3Error("AccessDenied", "Access Denied");
  throw new S3Error(
    "AccessDenied",
    `User: ${caller.sessionArn} is not authorized to perform: ${action} on resource: "${arn}" ${reason}`,
  );
}

function obstacle(account: Account, { bucket, arn, ...question }: Access): string | undefined {
  const { action, caller } = question;
  const verdict = (policies: readonly Policy[]) => verdictOf(policies, question, { arn });
  const ofBucket = policyOf(account, bucket);
  const byBucket = ofBucket === undefined ? "none" : verdict([ofBucket]);
  if (byBucket === "deny") return "with an explicit deny in a resource-based policy";
  if (caller === undefined) {
    const isOpen = byBucket === "allow" && !isRestricted(account, bucket, ofBucket);
    return isOpen ? undefined : "because nobody may do so";
  }
  const role = nameOf(caller);
  const byRole = verdict(policiesOf(account, role));
  if (byRole === "deny") return "with an explicit deny in an identity-based policy";
  const boundary = boundaryOf(account, role);
  const byBoundary = boundary === undefined ? "allow" : verdict([boundary]);
  if (byBoundary === "deny") return "with an explicit deny in a permissions boundary";
  if (byBoundary === "none") return `because no permissions boundary allows the ${action} action`;
  if (byRole === "allow" || byBucket === "allow") return undefined;
  return `because no identity-based policy allows the ${action} action`;
}

/** True when a public policy counts for the account's own callers alone. */
function isRestricted(account: Account, bucket: string, policy: Policy | undefined): boolean {
  return blocks(account, bucket, "restrictPublicBuckets") && [policy?.Statement ?? []].flat().some(isPublic);
}

function nameOf({ roleArn }: Caller): string {
  return roleArn.split("/").at(-1) ?? "";
}

/** Policies in the role, and those of AWS' that are attached to it. */
function policiesOf(account: Account, role: string): Policy[] {
  const own = account
    .where(rolePolicy.token, "role", role)
    .map(({ properties }) => JSON.parse(text(properties, "policy") ?? "{}") as Policy);
  const attached = account
    .where(rolePolicyAttachment.token, "role", role)
    .map(({ properties }) => managed(text(properties, "policyArn") ?? ""));
  return [...own, ...attached];
}

function boundaryOf(account: Account, role: string): Policy | undefined {
  const arn = text(account.find(roleToken, role)?.properties ?? {}, "permissionsBoundary");
  return arn === undefined || arn === "" ? undefined : managed(arn);
}

const allow = (actions: string | string[]): Policy => ({
  Statement: { Effect: "Allow", Action: actions, Resource: "*" },
});

/** Those of AWS' own policies that the lab knows, with what they say about S3. */
const managedPolicies: Readonly<Record<string, Policy>> = {
  AdministratorAccess: allow("*"),
  AmazonS3FullAccess: allow("s3:*"),
  AmazonS3ReadOnlyAccess: allow(["s3:Get*", "s3:List*", "s3:Describe*"]),
  AmazonSSMManagedInstanceCore: allow(["ssm:*", "ssmmessages:*", "ec2messages:*"]),
  PowerUserAccess: {
    Statement: { Effect: "Allow", NotAction: ["iam:*", "organizations:*", "account:*"], Resource: "*" },
  },
};

/** @throws Error for a policy that the lab does not know: it neither allows nor denies then */
function managed(arn: string): Policy {
  const name = /^arn:[^:]+:iam::aws:policy\/(.+)$/.exec(arn)?.[1] ?? "";
  const policy = managedPolicies[name];
  if (policy !== undefined) return policy;
  throw new Error(`the lab's S3 does not know what ${arn} allows`);
}
