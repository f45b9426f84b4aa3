/** Policies of buckets: what S3 refuses to take, which ones are public, and the settings that block those. Pure. */
import { type Properties, text } from "../../rpc/values";
import { type Account, accountId, AwsError } from "../account";
import { type Condition, isKnown, type Policy, type Statement } from "../iam/evaluate";
import { roleToken } from "../types/iam";

export const bucketPolicyToken = "aws:s3/bucketPolicy:BucketPolicy";
export const publicAccessBlockToken = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock";

/** The bucket's policy; undefined without one. */
export function policyOf(account: Account, bucket: string): Policy | undefined {
  const document = text(account.find(bucketPolicyToken, bucket)?.properties ?? {}, "policy");
  return document === undefined ? undefined : (JSON.parse(document) as Policy);
}

/** True when the setting is on, as it is in a new bucket to which nobody has said otherwise. */
export function blocks(account: Account, bucket: string, setting: string): boolean {
  const given: Properties | undefined = account.find(publicAccessBlockToken, bucket)?.properties;
  return given === undefined || given[setting] === true;
}

/** Throws S3's error for a policy that it does not take. */
export function refusePolicy(account: Account, bucket: string, document: string): void {
  if (!document.startsWith("{")) malformed("Policies must be valid JSON and the first byte must be '{'");
  const { Statement } = JSON.parse(document) as Partial<Policy>;
  if (Statement === undefined) malformed("Missing required field Statement");
  const statements = [Statement].flat();
  for (const statement of statements) refuseStatement(account, bucket, statement);
  if (statements.some(isPublic) && blocks(account, bucket, "blockPublicPolicy")) {
    throw new AwsError(
      "AccessDenied",
      `User is not authorized to perform: s3:PutBucketPolicy on resource: "${bucketArn(account, bucket)}" because ` +
        "public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.",
    );
  }
}

function malformed(reason: string): never {
  throw new AwsError("MalformedPolicy", reason);
}

function refuseStatement(account: Account, bucket: string, statement: Statement): void {
  const { Effect, Principal, Action, NotAction, Resource, NotResource, Condition = {} } = statement;
  // What the evaluation does not know would count as absent.
  const strange = Object.keys(statement).filter((name) => !fields.includes(name));
  if (strange.length > 0) malformed(`the lab's S3 does not evaluate ${strange.join(", ")}`);
  if (!["Allow", "Deny"].includes(Effect)) malformed(`Invalid effect: ${String(Effect)}`);
  if (Principal === undefined) malformed("Missing required field Principal");
  if (Action === undefined && NotAction === undefined) malformed("Missing required field Action");
  if (Resource === undefined && NotResource === undefined) malformed("Missing required field Resource");
  const named = Principal === "*" ? ["*"] : [Principal["AWS"] ?? []].flat();
  if (!named.every((each) => isPrincipal(account, each))) malformed("Invalid principal in policy");
  if (![Action ?? NotAction ?? []].flat().every((each) => /^(\*|s3:[\w*?]+)$/i.test(each))) {
    malformed("Policy has invalid action");
  }
  const own = bucketArn(account, bucket);
  if (![Resource ?? NotResource ?? []].flat().every((each) => each === own || each.startsWith(`${own}/`))) {
    malformed("Policy has invalid resource");
  }
  const unknown = Object.keys(Condition).filter((operator) => !isKnown(operator));
  if (unknown.length > 0) malformed(`the lab's S3 does not evaluate the condition ${unknown.join(", ")}`);
}

const fields: readonly string[] = [
  "Sid",
  "Effect",
  "Principal",
  "Action",
  "NotAction",
  "Resource",
  "NotResource",
  "Condition",
];

export function bucketArn(account: Account, bucket: string): string {
  return account.arn("s3", bucket);
}

/** Everybody, an account, or a role that is there; sessions and other accounts' roles are taken as they are. */
function isPrincipal(account: Account, principal: string): boolean {
  if (principal === "*" || /^\d{12}$/.test(principal)) return true;
  const role = new RegExp(`^arn:[^:]+:iam::${accountId}:role/(?:.*/)?([^/]+)$`).exec(principal)?.[1];
  if (role !== undefined) return account.find(roleToken, role) !== undefined;
  return /^arn:[^:]+:(iam|sts)::\d{12}:(root|role\/.+|user\/.+|assumed-role\/.+)$/.test(principal);
}

/**
 * What S3 calls public: an Allow for everybody, unless a condition keeps it to callers or places that are named without
 * a wildcard.
 */
export function isPublic({ Effect, Principal, Condition = {} }: Statement): boolean {
  if (Effect !== "Allow" || Principal === undefined) return false;
  const everybody = Principal === "*" || [Principal["AWS"] ?? []].flat().includes("*");
  return everybody && !isNarrow(Condition);
}

const narrowing =
  /^(aws:(PrincipalArn|PrincipalAccount|PrincipalOrgID|SourceAccount|SourceArn|SourceOwner|SourceVpc|SourceVpce|UserId)|s3:DataAccessPointAccount)$/i;

function isNarrow(condition: Condition): boolean {
  return Object.entries(condition).some(
    ([operator, keys]) =>
      /^(String|Arn)(Equals|Like)$/.test(operator) &&
      Object.entries(keys).some(
        ([key, wanted]) => narrowing.test(key) && [wanted].flat().every((value) => !/[*?]/.test(value)),
      ),
  );
}
