/** Policy against buckets that the public can read or write. */
import type { ResourceValidationPolicy } from "@pulumi/policy";
import { object, objects, type Properties, text } from "./properties";

const publicAcls = ["public-read", "public-read-write", "authenticated-read"];
const blocks = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"];

export const noPublicBuckets: ResourceValidationPolicy = {
  name: "no-public-buckets",
  description:
    "No S3 bucket is public: not by its ACL, not by its policy, and no block on public access is lifted.",
  enforcementLevel: "mandatory",
  validateResource: ({ type, props }, report) => {
    if (!type.startsWith("aws:s3/")) return;
    const acl = text(props, "acl");
    if (acl !== undefined && publicAcls.includes(acl)) report(`the ACL ${acl} makes the bucket public`);
    if (type.endsWith("PublicAccessBlock")) {
      // An unset block is off.
      for (const block of blocks.filter((name) => props[name] !== true)) report(`${block} must be true`);
    }
    if (statements(props).some(admitsEverybody)) report("the bucket's policy allows everybody something");
  },
};

/** Statements of a bucket policy, which is a JSON text or, in Pulumi, an object of the same structure. */
function statements(props: Properties): Properties[] {
  const given = text(props, "policy");
  try {
    const policy = given === undefined ? object(props, "policy") : (JSON.parse(given) as Properties);
    return [...objects(policy, "Statement"), object(policy, "Statement")];
  } catch {
    return [];
  }
}

function admitsEverybody(statement: Properties): boolean {
  const { Effect, Principal, Condition } = statement;
  const everybody = [Principal, object(statement, "Principal").AWS].flat().includes("*");
  return Effect === "Allow" && everybody && Condition === undefined;
}
