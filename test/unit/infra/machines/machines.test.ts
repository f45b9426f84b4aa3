import assert from "node:assert/strict";
import { architectureOf, imageParameter } from "../../../../infra/machines/image";
import { deploy, type Deployment, type RecordedResource } from "../../../support/infra/mocks";
import { threeZones, twoPools } from "../../../support/infra/settingsExamples";

/** What AWS can tag; the policy pack has the full list. */
const cannotBeTagged = /Route$|Association$|Attachment$|RolePolicy$|Record$|^aws:s3\/bucket[A-Z]/;

describe("every machine", () => {
  let deployment: Deployment;
  let machines: RecordedResource[];
  before(async () => {
    deployment = await deploy(twoPools);
    machines = deployment.resources.filter(({ type }) => type === "aws:ec2/instance:Instance");
    assert.equal(machines.length, 4);
  });

  it("answers metadata requests with a session token only, and to no pod", () => {
    for (const { inputs } of machines) {
      assert.deepEqual(inputs.metadataOptions, {
        httpEndpoint: "enabled",
        httpTokens: "required",
        httpPutResponseHopLimit: 1,
      });
    }
  });

  it("has an encrypted gp3 disk that goes with it", () => {
    for (const { inputs } of machines) {
      const { encrypted, volumeType, deleteOnTermination } = inputs.rootBlockDevice as Record<
        string,
        unknown
      >;
      assert.deepEqual([encrypted, volumeType, deleteOnTermination], [true, "gp3", true]);
    }
  });

  it("gets a host key of its own at boot, which every connection to it pins", () => {
    const steps = deployment.resources.filter(({ type }) => type === "command:remote:Command");
    const keys = new Map<string, string>();
    for (const { inputs } of machines) {
      const key = /ed25519_public: (ssh-ed25519 \S+ \S+)/.exec(String(inputs.userData))?.[1];
      assert.ok(key !== undefined);
      keys.set(key, String(inputs.userData));
    }
    assert.equal(keys.size, machines.length, "no two machines have the same host key");
    for (const { name, inputs } of steps) {
      const { hostKey, user } = inputs.connection as { hostKey: string; user: string };
      assert.ok(keys.has(hostKey), `${name} pins a machine's own host key`);
      assert.equal(user, "ubuntu");
    }
  });

  it("is reached as the login user that the settings name for its image", async () => {
    const { resources, outputs } = await deploy({ ...twoPools, machineImageUser: "admin" });
    for (const { type, inputs } of resources) {
      if (type === "command:remote:Command") {
        assert.equal((inputs.connection as { user: string }).user, "admin");
      }
    }
    assert.deepEqual(
      [...new Set((outputs.nodes as { loginUser: string }[]).map(({ loginUser }) => loginUser))],
      ["admin"],
    );
  });

  it("has its boot document kept secret, since the host's private key is in it", () => {
    for (const { name, secretInputs } of machines) assert.deepEqual(secretInputs, ["userData"], name);
  });

  it("and everything else that can be tagged carries the cluster's tags", () => {
    const aws = deployment.resources.filter(
      ({ type }) => type.startsWith("aws:") && !cannotBeTagged.test(type),
    );
    assert.ok(aws.length > 20);
    for (const { type, name, inputs } of aws) {
      const tags = inputs.tags as Record<string, string> | undefined;
      assert.equal(tags?.["perigee:cluster"], "ground", `${type} ${name}`);
      assert.equal(tags["kubernetes.io/cluster/ground"], "owned", `${type} ${name}`);
    }
    for (const { name, inputs } of machines) {
      const disk = inputs.rootBlockDevice as { tags: Record<string, string> };
      assert.equal((inputs.tags as Record<string, string>).Name, name);
      assert.equal(disk.tags.Name, name);
    }
  });
});

describe("a pool that grows", () => {
  it("leaves the machines that are there, and their steps, exactly as they were", async () => {
    const lines = ({ resources }: Deployment): Map<string, string> =>
      new Map(resources.map(({ type, name, inputs }) => [`${type} ${name}`, comparable(inputs)]));
    const before = lines(await deploy(threeZones));
    const after = lines(await deploy({ ...threeZones, workers: [{ name: "default", count: 5 }] }));
    for (const [resource, inputs] of before) assert.equal(after.get(resource), inputs, resource);
    const added = [...after.keys()].filter((resource) => !before.has(resource));
    assert.equal(added.length, 10, "two machines with four steps each");
  });

  /** The mocks number addresses in the order of registration; that order is not the program's matter. */
  const comparable = (inputs: unknown): string =>
    JSON.stringify(inputs)
      .replaceAll(/\b(10\.0|198\.51)\.\d+\.\d+(?!\/)\b/g, "<address>")
      .replaceAll(/(?<=\.address )[\w+/=]+/g, "<address>");
});

describe("the machine image", () => {
  it("is Ubuntu 24.04 LTS for the instance type's processor", () => {
    assert.equal(
      imageParameter(architectureOf("t3.large")),
      "/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id",
    );
  });

  for (const type of [
    "t4g.small",
    "m7g.large",
    "m7gd.xlarge",
    "c8gn.medium",
    "im4gn.large",
    "x2gd.metal",
    "a1.large",
    "g5g.xlarge",
  ]) {
    it(`of a ${type} is for arm64`, () => assert.equal(architectureOf(type), "arm64"));
  }
  for (const type of [
    "t3.large",
    "m7i.large",
    "g5.xlarge",
    "g4dn.xlarge",
    "c6a.large",
    "u-6tb1.metal",
    "mac1.metal",
    "p4d.24xlarge",
  ]) {
    it(`of a ${type} is for amd64`, () => assert.equal(architectureOf(type), "amd64"));
  }
});
