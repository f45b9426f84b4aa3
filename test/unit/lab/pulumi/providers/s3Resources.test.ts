import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AwsProvider } from "../../../../../lab/pulumi/providers/aws/awsProvider";
import { Cloud } from "../../../../../lab/pulumi/providers/aws/cloud";
import { NoMachines, type RecordedMachines } from "../../../../../lab/pulumi/providers/aws/noMachines";
import { contentFolder, writeObject } from "../../../../../lab/pulumi/providers/aws/s3/objects";
import type { ResourceCall } from "../../../../../lab/pulumi/providers/rpc/provider";
import { type Properties, text, unknownValue } from "../../../../../lab/pulumi/providers/rpc/values";

const type = (name: string): string => `aws:s3/${name.replace(/^./, (first) => first.toLowerCase())}:${name}`;

function call(name: string): ResourceCall {
  const log = { status: () => undefined, warn: () => undefined, error: () => undefined };
  return { urn: "", type: type(name), name: "Backups", signal: new AbortController().signal, log };
}

describe("buckets of the lab's AWS", () => {
  let folder: string;
  let aws: AwsProvider;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "perigee-buckets-"));
    const settings = {
      stateFolder: folder,
      machines: "none",
      region: "eu-central-1",
      deleteWaitMs: 0,
      startLimitMs: 0,
    } as const;
    aws = new AwsProvider("7.48.0", settings, new NoMachines(folder));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const failures = async (name: string, inputs: Properties): Promise<string[]> =>
    (await aws.check(call(name), {}, inputs)).failures.map(({ reason }) => reason);

  async function make(name: string, inputs: Properties) {
    const checked = await aws.check(call(name), {}, inputs);
    assert.deepEqual(checked.failures, []);
    const made = await aws.create(call(name), checked.inputs, false);
    return { ...made, inputs: checked.inputs };
  }

  /** An object of four bytes, as the server writes it. */
  async function object(bucket: string, key: string, metadata: Record<string, string> = {}): Promise<void> {
    const file = key.replaceAll("/", "-");
    await mkdir(contentFolder(folder, bucket), { recursive: true });
    await writeFile(join(contentFolder(folder, bucket), file), "data");
    const content = { file, size: 4, etag: "e", type: "application/gzip", metadata };
    await new Cloud(folder, () => "eu-central-1").change((account) =>
      writeObject(account, bucket, { key, lastModified: "2026-11-26T15:30:00Z", content }),
    );
  }

  describe("a bucket", () => {
    it("has the names and addresses of its region", async () => {
      const { id, outputs } = await make("Bucket", { bucket: "backups" });
      assert.equal(id, "backups");
      assert.deepEqual(
        ["arn", "bucketDomainName", "bucketRegionalDomainName", "region"].map((name) => outputs[name]),
        [
          "arn:aws:s3:::backups",
          "backups.s3.amazonaws.com",
          "backups.s3.eu-central-1.amazonaws.com",
          "eu-central-1",
        ],
      );
    });

    it("has a name made of the resource's, in small letters", async () => {
      assert.match((await make("Bucket", {})).id, /^backups-[0-9a-f]{7}$/);
    });

    it("is refused with a name that S3 does not take", async () => {
      for (const bucket of [
        "ab",
        "a".repeat(64),
        "Backups",
        "under_score",
        "-begins",
        "ends-",
        "two..dots",
        "192.0.2.1",
        "xn--a",
        "my-bucket--x-s3",
        "a-s3alias",
      ]) {
        assert.match((await failures("Bucket", { bucket })).join(), /lowercase letters/, bucket);
      }
      for (const bucket of ["abc", "a.b-c", "1".repeat(63), unknownValue]) {
        assert.deepEqual(await failures("Bucket", { bucket }), []);
      }
    });

    it("is refused when there is one of that name", async () => {
      await make("Bucket", { bucket: "backups" });
      await assert.rejects(make("Bucket", { bucket: "backups" }), /BucketAlreadyOwnedByYou: /);
    });

    it("is not deleted while it has an object or a version, unless that was asked for", async () => {
      const { id } = await make("Bucket", { bucket: "backups" });
      await object("backups", "ground/one");
      await assert.rejects(
        aws.delete(call("Bucket"), id),
        /BucketNotEmpty: .*delete all versions.*backups: 1/,
      );
      const versions = { bucket: id, versioningConfiguration: { status: "Enabled" } };
      const versioning = await make("BucketVersioning", versions);
      await aws.delete(call("BucketVersioning"), versioning.id);
      await assert.rejects(
        aws.delete(call("Bucket"), id),
        /BucketNotEmpty/,
        "a setting takes no object along",
      );
      const forced = await make("Bucket", { bucket: "others", forceDestroy: true });
      await object("others", "one");
      await aws.delete(call("Bucket"), forced.id);
      await make("Bucket", { bucket: "others" });
      const { keys } = await aws.invoke("aws:s3/getObjects:getObjects", { bucket: "others" });
      assert.deepEqual(keys, []);
      await assert.rejects(readFile(join(contentFolder(folder, "others"), "one")), /ENOENT/);
    });

    it("answers by its own name, as long as it is there", async () => {
      const zones = async () =>
        (JSON.parse(await readFile(join(folder, "machines.json"), "utf8")) as RecordedMachines).zones;
      const { id } = await make("Bucket", { bucket: "backups" });
      const name = "backups.s3.eu-central-1.amazonaws.com";
      assert.deepEqual(await zones(), { [name]: { [name]: ["127.0.0.1"] } });
      await aws.delete(call("Bucket"), id);
      assert.deepEqual(await zones(), {});
    });
  });

  describe("settings of a bucket", () => {
    it("need the bucket", async () => {
      const ownership = { bucket: "none", rule: { objectOwnership: "BucketOwnerEnforced" } };
      await assert.rejects(make("BucketOwnershipControls", ownership), /NoSuchBucket/);
    });

    it("are refused with values that S3 does not know", async () => {
      const rows: [string, Properties, RegExp][] = [
        [
          "BucketVersioning",
          { versioningConfiguration: { status: "On" } },
          /"status" must be one of Enabled/,
        ],
        ["BucketOwnershipControls", { rule: { objectOwnership: "Me" } }, /BucketOwnerEnforced/],
        [
          "BucketServerSideEncryptionConfiguration",
          { rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "rot13" } }] },
          /"sseAlgorithm" must be one of AES256/,
        ],
      ];
      for (const [name, inputs, expected] of rows) {
        assert.match((await failures(name, { bucket: "backups", ...inputs })).join(), expected);
      }
    });

    it("are taken as a careful program gives them", async () => {
      const { id: bucket } = await make("Bucket", { bucket: "backups" });
      await make("BucketVersioning", { bucket, versioningConfiguration: { status: "Enabled" } });
      await make("BucketServerSideEncryptionConfiguration", {
        bucket,
        rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
      });
      await make("BucketOwnershipControls", { bucket, rule: { objectOwnership: "BucketOwnerEnforced" } });
      const days = { expiration: { days: 30 }, noncurrentVersionExpiration: { noncurrentDays: 7 } };
      const rules = [{ id: "old", status: "Enabled", filter: { prefix: "ground/" }, ...days }];
      assert.equal((await make("BucketLifecycleConfiguration", { bucket, rules })).id, bucket);
    });

    it("have life cycles whose rules do something, once, under names of their own", async () => {
      const rows: [Properties[], RegExp][] = [
        [[{ id: "a", status: "Enabled" }], /At least one action/],
        [[{ id: "a", status: "on", expiration: { days: 1 } }], /"status" must be one of Enabled, Disabled/],
        [[{ id: "a", status: "Enabled", expiration: { days: 0 } }], /"days" must be a whole number from 1/],
        [
          [{ id: "a", status: "Enabled", expiration: { days: 1, expiredObjectDeleteMarker: true } }],
          /days or expiredObjectDeleteMarker/,
        ],
        [["a", "a"].map((id) => ({ id, status: "Enabled", expiration: { days: 1 } })), /must be unique/],
      ];
      for (const [rules, expected] of rows) {
        assert.match(
          (await failures("BucketLifecycleConfiguration", { bucket: "b", rules })).join(),
          expected,
        );
      }
    });
  });

  describe("a bucket's policy", () => {
    const statement = {
      Effect: "Deny",
      Principal: "*",
      Action: "s3:*",
      Resource: ["arn:aws:s3:::backups", "arn:aws:s3:::backups/*"],
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    };
    const policy = (changes: Properties): Properties => ({
      bucket: "backups",
      policy: { Version: "2012-10-17", Statement: [{ ...statement, ...changes }] },
    });
    beforeEach(() => make("Bucket", { bucket: "backups" }));

    it("is given back as text", async () => {
      await make("BucketPolicy", policy({}));
      const found = await aws.invoke("aws:s3/getBucketPolicy:getBucketPolicy", { bucket: "backups" });
      assert.match(text(found, "policy") ?? "", /^\{"Version":"2012-10-17"/);
    });

    const malformed: Readonly<Record<string, [Properties, RegExp]>> = {
      "another bucket's resource": [{ Resource: "arn:aws:s3:::others/*" }, /invalid resource/],
      "an action of another service": [{ Action: "ec2:*" }, /invalid action/],
      "a role that is not there": [
        { Principal: { AWS: "arn:aws:iam::123456789012:role/none" } },
        /Invalid principal/,
      ],
      "no principal that anybody has": [{ Principal: { AWS: "me" } }, /Invalid principal/],
      "an effect that is none": [{ Effect: "Maybe" }, /Invalid effect/],
      "a condition that the lab cannot evaluate": [
        { Condition: { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } } },
        /does not evaluate the condition IpAddress/,
      ],
      "a field that the lab cannot evaluate": [{ NotPrincipal: "*" }, /does not evaluate NotPrincipal/],
    };
    for (const [what, [changes, expected]] of Object.entries(malformed)) {
      it(`is refused with ${what}`, async () => {
        await assert.rejects(make("BucketPolicy", policy(changes)), (error: Error) => {
          assert.match(error.message, /^MalformedPolicy: /);
          assert.match(error.message, expected);
          return true;
        });
      });
    }

    it("is refused when it is no JSON", async () => {
      const given = { bucket: "backups", policy: "everything, please" };
      assert.match((await failures("BucketPolicy", given)).join(), /JSON document/);
      await assert.rejects(make("BucketPolicy", { ...given, policy: "[]" }), /MalformedPolicy.*first byte/);
    });

    const open = { Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::backups/*" };
    const account = { StringEquals: { "aws:PrincipalAccount": "123456789012" } };
    it("is not public while that is blocked, as it is until somebody says otherwise", async () => {
      const isPublic = policy({ ...open, Principal: { AWS: "*" } });
      await assert.rejects(make("BucketPolicy", isPublic), /AccessDenied: .*BlockPublicPolicy/);
      await make("BucketPolicy", policy({ ...open, Condition: account }));
      await make("BucketPublicAccessBlock", { bucket: "backups", blockPublicPolicy: true });
      await assert.rejects(make("BucketPolicy", isPublic), /AccessDenied: .*BlockPublicPolicy/);
      const wide = { StringLike: { "aws:PrincipalAccount": "*" } };
      await assert.rejects(make("BucketPolicy", policy({ ...open, Condition: wide })), /AccessDenied/);
    });

    it("may be public where that is not blocked", async () => {
      await make("BucketPublicAccessBlock", { bucket: "backups" });
      await make("BucketPolicy", policy(open));
    });
  });

  describe("the provider's functions", () => {
    it("find a bucket, or fail as AWS' provider does", async () => {
      await make("Bucket", { bucket: "backups" });
      const found = await aws.invoke("aws:s3/getBucket:getBucket", { bucket: "backups" });
      assert.deepEqual([found["arn"], found["bucketRegion"]], ["arn:aws:s3:::backups", "eu-central-1"]);
      const none = { bucket: "none" };
      const missing = /reading S3 Bucket \(none\).*: couldn't find resource/;
      await assert.rejects(aws.invoke("aws:s3/getBucket:getBucket", none), missing);
      await assert.rejects(
        aws.invoke("aws:s3/getBucketPolicy:getBucketPolicy", { bucket: "backups" }),
        /couldn't find/,
      );
      await assert.rejects(
        aws.invoke("aws:s3/getObjects:getObjects", none),
        /listing S3 Bucket \(none\).*NoSuchBucket/,
      );
      const object = { ...none, key: "a" };
      await assert.rejects(
        aws.invoke("aws:s3/getObject:getObject", object),
        /Object \(a\): couldn't find resource/,
      );
    });

    it("list objects by prefix and describe one, without its content", async () => {
      await make("Bucket", { bucket: "backups" });
      for (const key of ["ground/b", "other/c", "ground/a"]) {
        await object("backups", key, { version: "1.36.3" });
      }
      const list = (args: Properties) =>
        aws.invoke("aws:s3/getObjects:getObjects", { bucket: "backups", ...args }).then(({ keys }) => keys);
      assert.deepEqual(await list({ prefix: "ground/" }), ["ground/a", "ground/b"]);
      assert.deepEqual(await list({ maxKeys: 1 }), ["ground/a"]);
      assert.deepEqual(await list({ startAfter: "ground/a" }), ["ground/b", "other/c"]);
      const question = { bucket: "backups", key: "ground/a" };
      const found = await aws.invoke("aws:s3/getObject:getObject", question);
      assert.deepEqual(
        ["contentLength", "contentType", "lastModified", "metadata", "versionId", "body"].map(
          (name) => found[name],
        ),
        [4, "application/gzip", "Thu, 26 Nov 2026 15:30:00 UTC", { version: "1.36.3" }, "", undefined],
      );
    });

    it("say who runs the engine", async () => {
      const { accountId, arn } = await aws.invoke("aws:index/getCallerIdentity:getCallerIdentity", {});
      assert.deepEqual([accountId, arn], ["123456789012", "arn:aws:iam::123456789012:user/operator"]);
    });
  });
});
