import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { untaggable } from "../../../policy/rules/tags";
import { deploy } from "../../support/infra/mocks";
import { small, threeZones, twoPools } from "../../support/infra/settingsExamples";
import { violations } from "./violations";

const tags = { "perigee:cluster": "ground", "kubernetes.io/cluster/ground": "owned" };
const ingress = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const instance = "aws:ec2/instance:Instance";
const goodMachine = {
  tags,
  metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 1 },
  rootBlockDevice: { encrypted: true, tags },
  userData: "#cloud-config\n",
};

describe("the policy pack", () => {
  for (const [what, settings] of Object.entries({ small, threeZones, twoPools })) {
    it(`finds nothing to say about the program's own resources: ${what}`, async () => {
      const { resources } = await deploy(settings);
      assert.ok(resources.length > 40);
      for (const { type, name, inputs } of resources) {
        assert.deepEqual(await violations(type, inputs, name), []);
      }
    });
  }

  it("finds nothing to say about resources that are none of AWS's", async () => {
    assert.deepEqual(await violations("kubernetes:core/v1:Service", { spec: { type: "NodePort" } }), []);
  });
});

describe("nothing admits the world", () => {
  const rule = (properties: object): object => ({ ipProtocol: "tcp", tags, ...properties });
  const broken: Readonly<Record<string, [string, object, string]>> = {
    "to SSH": [
      ingress,
      rule({ fromPort: 22, toPort: 22, cidrIpv4: "0.0.0.0/0" }),
      "SSH (22) (tcp, ports 22 to 22)",
    ],
    "to the API server": [
      ingress,
      rule({ fromPort: 6443, toPort: 6443, cidrIpv4: "128.0.0.0/1" }),
      "the API server (6443) (tcp, ports 6443 to 6443)",
    ],
    "to a node port, over IPv6 either": [
      ingress,
      rule({ ipProtocol: "udp", fromPort: 30115, toPort: 30115, cidrIpv6: "::/0" }),
      "a node port (30000-32767) (udp, ports 30115 to 30115)",
    ],
    "to a range with a guarded port in it": [
      ingress,
      rule({ fromPort: 6000, toPort: 7000, cidrIpv4: "0.0.0.0/0" }),
      "the API server (6443) (tcp, ports 6000 to 7000)",
    ],
    "by a rule within a group": [
      "aws:ec2/securityGroup:SecurityGroup",
      {
        tags,
        ingress: [{ protocol: "tcp", fromPort: 22, toPort: 22, cidrBlocks: ["10.0.0.0/8", "0.0.0.0/0"] }],
      },
      "SSH (22) (tcp, ports 22 to 22)",
    ],
    "by a rule of the default group": [
      "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
      { tags, ingress: [{ protocol: "tcp", fromPort: 22, toPort: 22, ipv6CidrBlocks: ["::/0"] }] },
      "SSH (22) (tcp, ports 22 to 22)",
    ],
    "by a rule of the older kind": [
      "aws:ec2/securityGroupRule:SecurityGroupRule",
      { type: "ingress", protocol: "tcp", fromPort: 32767, toPort: 40000, cidrBlocks: ["0.0.0.0/0"] },
      "a node port (30000-32767) (tcp, ports 32767 to 40000)",
    ],
  };
  for (const [what, [type, properties, told]] of Object.entries(broken)) {
    it(what, async () => {
      const found = await violations(type, properties as Record<string, unknown>);
      assert.equal(found.length, 1, found.join("\n"));
      assert.match(String(found[0]), /^no-world-access: (0\.0\.0\.0\/0|::\/0|128\.0\.0\.0\/1) may reach /);
      assert.ok(found[0]?.includes(`may reach ${told}: name your own blocks`), found[0]);
    });
  }

  it("to everything at once: each guarded port is told", async () => {
    const found = await violations(ingress, { tags, ipProtocol: "-1", cidrIpv4: "0.0.0.0/0" });
    assert.equal(found.length, 3);
  });

  it("but outgoing traffic, another port and an operator's own block are nobody's harm", async () => {
    const outgoing = { type: "egress", protocol: "-1", cidrBlocks: ["0.0.0.0/0"] };
    assert.deepEqual(await violations("aws:ec2/securityGroupRule:SecurityGroupRule", outgoing), []);
    assert.deepEqual(
      await violations(ingress, {
        tags,
        ipProtocol: "tcp",
        fromPort: 443,
        toPort: 443,
        cidrIpv4: "0.0.0.0/0",
      }),
      [],
    );
    assert.deepEqual(
      await violations(ingress, {
        tags,
        ipProtocol: "tcp",
        fromPort: 22,
        toPort: 22,
        cidrIpv4: "203.0.113.0/24",
      }),
      [],
    );
  });
});

describe("a machine", () => {
  const broken: Readonly<Record<string, [object, string[]]>> = {
    "that answers metadata requests without a token": [
      { metadataOptions: { httpTokens: "optional", httpPutResponseHopLimit: 1 } },
      ['imds-v2: metadataOptions.httpTokens is "optional"; it must be required'],
    ],
    "that lets pods reach its metadata": [
      { metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 2 } },
      ["imds-v2: metadataOptions.httpPutResponseHopLimit is 2; it must be 1, or pods reach the metadata"],
    ],
    "that says nothing of its metadata": [
      { metadataOptions: undefined },
      [
        "imds-v2: metadataOptions.httpTokens is not set; it must be required",
        "imds-v2: metadataOptions.httpPutResponseHopLimit is not set; it must be 1, or pods reach the metadata",
      ],
    ],
    "with a root disk that is not encrypted": [
      { rootBlockDevice: { tags } },
      ["encrypted-disks: rootBlockDevice is not encrypted: set encrypted to true"],
    ],
    "with a second disk that is not encrypted": [
      { ebsBlockDevices: [{ encrypted: true }, { encrypted: false }] },
      ["encrypted-disks: ebsBlockDevices[1] is not encrypted: set encrypted to true"],
    ],
    "with too much user data": [
      { userData: "é".repeat(8193) },
      ["small-user-data: user data has 16386 bytes; EC2 takes 16384"],
    ],
    "with too much encoded user data": [
      { userData: undefined, userDataBase64: Buffer.alloc(16_385).toString("base64") },
      ["small-user-data: user data has 16385 bytes; EC2 takes 16384"],
    ],
    "whose disk does not say whose it is": [
      { rootBlockDevice: { encrypted: true } },
      ["cluster-tags: its root disk: the tag perigee:cluster is missing"],
    ],
  };
  for (const [what, [properties, told]] of Object.entries(broken)) {
    it(what, async () =>
      assert.deepEqual(await violations(instance, { ...goodMachine, ...properties }), told),
    );
  }

  it("of a launch template is judged as well, and so is a volume of its own", async () => {
    const template = {
      ...goodMachine,
      userData: Buffer.alloc(16_385).toString("base64"),
      metadataOptions: { httpTokens: "optional", httpPutResponseHopLimit: 1 },
      blockDeviceMappings: [{ ebs: { encrypted: "false" } }],
    };
    const found = await violations("aws:ec2/launchTemplate:LaunchTemplate", template);
    assert.deepEqual(found.map((one) => one.split(":")[0]).sort(), [
      "encrypted-disks",
      "imds-v2",
      "small-user-data",
    ]);
    assert.deepEqual(await violations("aws:ebs/volume:Volume", { tags }), [
      "encrypted-disks: the volume is not encrypted: set encrypted to true",
    ]);
  });

  it("with everything right passes, with user data of exactly the limit too", async () => {
    assert.deepEqual(await violations(instance, { ...goodMachine, userData: "x".repeat(16_384) }), []);
  });
});

describe("a bucket", () => {
  const everybody = { Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: "*" };
  const shut = {
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
  };
  const broken: Readonly<Record<string, [string, object, string[]]>> = {
    "public by its ACL": [
      "aws:s3/bucket:Bucket",
      { tags, acl: "public-read" },
      ["no-public-buckets: the ACL public-read makes the bucket public"],
    ],
    "public by an ACL beside it": [
      "aws:s3/bucketAcl:BucketAcl",
      { acl: "public-read-write" },
      ["no-public-buckets: the ACL public-read-write makes the bucket public"],
    ],
    "public by a policy": [
      "aws:s3/bucketPolicy:BucketPolicy",
      { policy: JSON.stringify({ Statement: [everybody] }) },
      ["no-public-buckets: the bucket's policy allows everybody something"],
    ],
    "public by a policy that is an object": [
      "aws:s3/bucketPolicy:BucketPolicy",
      { policy: { Statement: { ...everybody, Principal: { AWS: ["*"] } } } },
      ["no-public-buckets: the bucket's policy allows everybody something"],
    ],
    "with a block on public access lifted": [
      "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
      { ...shut, blockPublicPolicy: false },
      ["no-public-buckets: blockPublicPolicy must be true"],
    ],
  };
  for (const [what, [type, properties, told]] of Object.entries(broken)) {
    it(what, async () =>
      assert.deepEqual(await violations(type, properties as Record<string, unknown>), told),
    );
  }

  it("that is private passes", async () => {
    const own = { ...everybody, Principal: { AWS: "arn:aws:iam::123456789012:root" } };
    assert.deepEqual(await violations("aws:s3/bucket:Bucket", { tags, acl: "private" }), []);
    assert.deepEqual(
      await violations("aws:s3/bucketPolicy:BucketPolicy", { policy: JSON.stringify({ Statement: [own] }) }),
      [],
    );
    assert.deepEqual(await violations("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", shut), []);
  });
});

describe("the cluster's tags", () => {
  const vpc = "aws:ec2/vpc:Vpc";

  it("are missed where there are none, or one of the two", async () => {
    assert.deepEqual(await violations(vpc, {}), ["cluster-tags: the tag perigee:cluster is missing"]);
    assert.deepEqual(await violations(vpc, { tags: { "perigee:cluster": "ground" } }), [
      "cluster-tags: the tag kubernetes.io/cluster/ground must be owned",
    ]);
  });

  it("are asked of a type that nobody has thought of yet", async () => {
    assert.equal((await violations("aws:sqs/queue:Queue", {})).length, 1);
  });

  for (const type of untaggable) {
    it(`are not asked of ${type}, which the provider's own types have none for`, () => {
      const path = type.split(":")[1] ?? "";
      const aws = dirname(require.resolve("@pulumi/aws/package.json"));
      const file = join(aws, `${path}.d.ts`);
      assert.ok(existsSync(file), file);
      assert.doesNotMatch(readFileSync(file, "utf8"), /^\s+tags\?:/m);
    });
  }
});
