import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AwsProvider } from "../../../../../lab/pulumi/providers/aws/awsProvider";
import { NoMachines, type RecordedMachines } from "../../../../../lab/pulumi/providers/aws/noMachines";
import type { ResourceCall } from "../../../../../lab/pulumi/providers/rpc/provider";
import {
  map,
  type Properties,
  revealAll,
  secret,
  text,
  unknownValue,
} from "../../../../../lab/pulumi/providers/rpc/values";

const vpcToken = "aws:ec2/vpc:Vpc";
const subnetToken = "aws:ec2/subnet:Subnet";
const groupToken = "aws:ec2/securityGroup:SecurityGroup";
const ruleToken = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const instanceToken = "aws:ec2/instance:Instance";

function call(type: string, name = "one", signal = new AbortController().signal): ResourceCall {
  const log = { status: () => undefined, warn: () => undefined, error: () => undefined };
  return { urn: `urn:pulumi:s::p::${type}::${name}`, type, name, signal, log };
}

describe("the lab's AWS", () => {
  let folder: string;
  let aws: AwsProvider;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "perigee-aws-"));
    aws = provider();
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  function provider(startLimitMs = 1000, host = new NoMachines(folder)): AwsProvider {
    const settings = {
      stateFolder: folder,
      machines: "none",
      region: "eu-central-1",
      deleteWaitMs: 0,
      startLimitMs,
    } as const;
    return new AwsProvider("7.48.0", settings, host);
  }

  async function refusals(type: string, inputs: Properties): Promise<string[]> {
    const { failures } = await aws.check(call(type), {}, inputs);
    return failures.map(({ reason }) => reason);
  }

  async function make(type: string, inputs: Properties, name = "one") {
    const checked = await aws.check(call(type, name), {}, inputs);
    assert.deepEqual(checked.failures, []);
    const made = await aws.create(call(type, name), checked.inputs, false);
    return { ...made, inputs: checked.inputs };
  }

  async function network() {
    const vpc = await make(vpcToken, { cidrBlock: "10.0.0.0/16" });
    const subnet = await make(subnetToken, {
      vpcId: vpc.id,
      cidrBlock: "10.0.1.0/24",
      mapPublicIpOnLaunch: true,
    });
    const group = await make(groupToken, { vpcId: vpc.id });
    return { vpc, subnet, group };
  }

  const shape = { ami: "ami-0123456789abcdef0", instanceType: "t3.large" };

  const machines = async () =>
    (JSON.parse(await readFile(join(folder, "machines.json"), "utf8")) as RecordedMachines).machines;

  async function setState(id: string, state: "stopped" | "absent"): Promise<void> {
    const recorded = JSON.parse(await readFile(join(folder, "machines.json"), "utf8")) as RecordedMachines;
    const machine = recorded.machines[id];
    assert.ok(machine);
    machine.state = state;
    await writeFile(join(folder, "machines.json"), JSON.stringify(recorded));
  }

  describe("check", () => {
    it("names the types it knows when it meets another", async () => {
      const [reason = ""] = await refusals("aws:sqs/queue:Queue", {});
      assert.match(reason, /does not know aws:sqs\/queue:Queue; it knows: .*aws:ec2\/instance:Instance/);
    });

    it("names the property, and what is allowed, for strange, wrong and missing inputs, all at once", async () => {
      const reasons = await refusals(subnetToken, { cidrBlock: 7, ipv6Native: true });
      assert.deepEqual(
        reasons.map((reason) => reason.replace(/it knows: .*/, "…")),
        [
          'aws:ec2/subnet:Subnet needs "vpcId"',
          '"cidrBlock" of aws:ec2/subnet:Subnet must be a string, not number',
          'the lab\'s stand-in for aws:ec2/subnet:Subnet does not know "ipv6Native"; …',
        ],
      );
    });

    it("takes inputs that a preview cannot know yet", async () => {
      assert.deepEqual(await refusals(subnetToken, { vpcId: unknownValue, cidrBlock: "10.0.1.0/24" }), []);
    });

    it("refuses a network with host bits, and a rule without a single source", async () => {
      assert.match((await refusals(vpcToken, { cidrBlock: "10.0.0.1/16" })).join(), /IPv4 network such as/);
      const rule = { securityGroupId: "sg-1", ipProtocol: "tcp", fromPort: 22, toPort: 22 };
      assert.match(
        (await refusals(ruleToken, rule)).join(),
        /exactly one of cidrIpv4, referencedSecurityGroupId/,
      );
    });

    it("refuses user data above 16 KiB, counted in bytes", async () => {
      const given = { ...shape, subnetId: "subnet-1" };
      const limit = 16 * 1024;
      assert.deepEqual(await refusals(instanceToken, { ...given, userData: "x".repeat(limit) }), []);
      for (const userData of [
        "x".repeat(limit + 1),
        "ü".repeat(limit / 2 + 1),
        secret("x".repeat(limit + 1)),
      ]) {
        assert.match(
          (await refusals(instanceToken, { ...given, userData })).join(),
          /limited to 16384 bytes/,
        );
      }
    });

    it("never repeats a value that may be a secret", async () => {
      const reasons = await refusals(instanceToken, {
        ...shape,
        subnetId: "s",
        userData: secret(["hunter2"]),
      });
      assert.ok(reasons.length > 0 && !reasons.join().includes("hunter2"));
    });

    it("makes up a name once, and keeps it", async () => {
      const first = await aws.check(call(groupToken, "web"), {}, { vpcId: "vpc-1" });
      const again = await aws.check(call(groupToken, "web"), first.inputs, { vpcId: "vpc-1" });
      assert.match(text(first.inputs, "name") ?? "", /^web-[0-9a-f]{7}$/);
      assert.equal(again.inputs["name"], first.inputs["name"]);
    });
  });

  describe("addresses", () => {
    it("come from the subnet's range from .4 on, and public ones from 203.0.113.10", async () => {
      const { subnet } = await network();
      const made = [
        await make(instanceToken, { ...shape, subnetId: subnet.id }),
        await make(instanceToken, { ...shape, subnetId: subnet.id }),
      ];
      assert.deepEqual(
        made.map(({ outputs }) => outputs["privateIp"]),
        ["10.0.1.4", "10.0.1.5"],
      );
      assert.deepEqual(
        made.map(({ outputs }) => outputs["publicIp"]),
        ["203.0.113.10", "203.0.113.11"],
      );
      assert.match(made[0]?.id ?? "", /^i-0[0-9a-f]{16}$/);
    });

    it("that were public and let go of do not come back to who asks next, as on AWS", async () => {
      const { id, outputs } = await make("aws:ec2/eip:Eip", {});
      assert.equal(outputs["publicIp"], "203.0.113.10");
      await aws.delete(call("aws:ec2/eip:Eip"), id);
      assert.equal((await make("aws:ec2/eip:Eip", {})).outputs["publicIp"], "203.0.113.11");
    });

    it("are refused while somebody has them", async () => {
      const { subnet } = await network();
      await assert.rejects(
        make(subnetToken, { vpcId: subnet.outputs["vpcId"] ?? null, cidrBlock: "10.0.1.128/25" }),
        /InvalidSubnet.Conflict/,
      );
    });
  });

  describe("diff", () => {
    const old = {
      ...shape,
      subnetId: "subnet-1",
      rootBlockDevice: { volumeSize: 20, encrypted: true },
      userData: "a",
    };

    async function diff(news: Properties) {
      const checked = await aws.check(call(instanceToken), {}, news);
      const before = await aws.check(call(instanceToken), {}, old);
      const olds = { inputs: before.inputs, outputs: { ...before.inputs, tagsAll: {} } };
      return (await aws.diff(call(instanceToken), "i-1", olds, checked.inputs)).changes.map(
        ({ path, replaces }) => `${path}${replaces ? " replaces" : ""}`,
      );
    }

    it("updates size, disk, tags and user data in place", async () => {
      const rootBlockDevice = { volumeSize: 30, encrypted: true };
      const news = { ...old, instanceType: "t3.xlarge", rootBlockDevice, tags: { a: "b" }, userData: "b" };
      assert.deepEqual(await diff(news), [
        "instanceType",
        "rootBlockDevice.volumeSize",
        "tags",
        "userData",
        "tagsAll.a",
      ]);
    });

    it("replaces for another image, subnet or encryption, and for user data where asked to", async () => {
      assert.deepEqual(await diff({ ...old, ami: "ami-0fedcba9876543210" }), ["ami replaces"]);
      assert.deepEqual(await diff({ ...old, rootBlockDevice: { volumeSize: 20, encrypted: false } }), [
        "rootBlockDevice.encrypted replaces",
      ]);
      assert.deepEqual(await diff({ ...old, userData: "b", userDataReplaceOnChange: true }), [
        "userData replaces",
        "userDataReplaceOnChange",
      ]);
    });
  });

  describe("instances", () => {
    it("are replaced for a type of another architecture, as the AWS provider does, and by no other type", async () => {
      const change = async (from: string, to: string) => {
        const olds = (
          await aws.check(call(instanceToken), {}, { ...shape, subnetId: "s", instanceType: from })
        ).inputs;
        const news = { ...olds, instanceType: to };
        const { changes } = await aws.diff(call(instanceToken), "i-1", { inputs: olds, outputs: olds }, news);
        return changes.filter(({ path }) => path === "instanceType").map(({ replaces }) => replaces);
      };
      assert.deepEqual(await change("t3.medium", "t4g.medium"), [true]);
      assert.deepEqual(await change("c7gn.large", "m7i.large"), [true]);
      assert.deepEqual(await change("m7i-flex.large", "m8g-flex.large"), [true]);
      assert.deepEqual(await change("t3.medium", "g4dn.xlarge"), [false]);
      assert.deepEqual(await change("t4g.medium", "m7g.large"), [false]);
    });

    it("that are protected from termination are not deleted, unless their provider was told to force it", async () => {
      const { subnet } = await network();
      const inputs = { ...shape, subnetId: subnet.id, disableApiTermination: true };
      const guarded = await make(instanceToken, inputs);
      await assert.rejects(
        aws.delete(call(instanceToken), guarded.id),
        /OperationNotPermitted.*disableApiTermination/,
      );
      const forced = await make(instanceToken, { ...inputs, forceDestroy: true }, "two");
      await aws.delete(call(instanceToken, "two"), forced.id);
      assert.deepEqual(Object.keys(await machines()), [guarded.id]);
    });
  });

  describe("a question for instances", () => {
    const ids = async (filters: Record<string, string>, more: Properties = {}): Promise<unknown> => {
      const asked = Object.entries(filters).map(([name, value]) => ({ name, values: value.split(",") }));
      const token = "aws:ec2/getInstances:getInstances";
      return (await aws.invoke(token, { filters: asked, ...more }))["ids"];
    };

    it("is answered by those that pass every filter, with one of its values, as EC2 does", async () => {
      const { subnet } = await network();
      const tagged = (name: string, cluster: string) =>
        make(instanceToken, { ...shape, subnetId: subnet.id, tags: { Name: name, cluster } }, cluster + name);
      const [one, two, other] = [
        await tagged("a", "orbit"),
        await tagged("b", "orbit"),
        await tagged("a", "ground"),
      ];
      assert.deepEqual(await ids({ "tag:Name": "a", "tag:cluster": "orbit" }), [one.id]);
      assert.deepEqual(await ids({ "tag:Name": "a,b", "tag:cluster": "orbit" }), [one.id, two.id]);
      assert.deepEqual(await ids({ "tag:cluster": "orbit", "instance-id": other.id }), []);
      assert.deepEqual(await ids({ "instance-id": `${two.id},i-0` }), [two.id]);
      assert.deepEqual(await ids({ "tag:name": "a" }), [], "capitals count");
      assert.deepEqual(await ids({ "tag:Name": "A" }), []);
    });

    it("leaves out those in other states, by default all that do not run", async () => {
      const { subnet } = await network();
      const made = await make(instanceToken, { ...shape, subnetId: subnet.id, tags: { Name: "a" } });
      await setState(made.id, "stopped");
      await aws.read(call(instanceToken), made.id, made.outputs, made.inputs);
      assert.deepEqual(await ids({ "tag:Name": "a" }), []);
      assert.deepEqual(await ids({ "tag:Name": "a" }, { instanceStateNames: ["stopping", "stopped"] }), [
        made.id,
      ]);
    });

    it("is refused with a filter that EC2 does not have, also where there is no instance", async () => {
      await assert.rejects(ids({ tag: "a" }), /InvalidParameterValue: The filter 'tag' is invalid/);
    });
  });

  describe("zones", () => {
    const typesOf = (answer: Properties) =>
      (answer["instanceTypes"] as string[]).map(
        (type, n) => `${type} ${(answer["locations"] as string[])[n]}`,
      );
    const offerings = (...values: string[]) =>
      aws.invoke("aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings", {
        locationType: "availability-zone",
        filters: [{ name: "instance-type", values }],
      });

    it("offer every type, except where an old one lacks it", async () => {
      assert.equal(typesOf(await offerings("t3.large")).length, 3);
      aws.configure({ region: "us-east-1" });
      assert.deepEqual(typesOf(await offerings("t3.large", "t2.large")), [
        "t3.large us-east-1a",
        "t3.large us-east-1b",
        "t2.large us-east-1a",
        "t2.large us-east-1b",
        "t2.large us-east-1c",
      ]);
    });

    it("start no machine, and change none, of a type that they do not offer", async () => {
      await writeFile(
        join(folder, "cloud.json"),
        JSON.stringify({ notOffered: { "eu-central-1a": ["p5.48xlarge"] } }),
      );
      const { subnet } = await network();
      const refused =
        /Unsupported: Your requested instance type \(p5\.48xlarge\) is not supported .* \(eu-central-1a\)\. .* eu-central-1b, eu-central-1c\./;
      await assert.rejects(
        make(instanceToken, { ...shape, instanceType: "p5.48xlarge", subnetId: subnet.id }),
        refused,
      );
      const made = await make(instanceToken, { ...shape, subnetId: subnet.id });
      const news = { ...made.inputs, instanceType: "p5.48xlarge" };
      await assert.rejects(aws.update(call(instanceToken), made.id, made, news, false), refused);
    });
  });

  describe("partitions", () => {
    it("have ARNs of their own, and refuse another's", async () => {
      aws.configure({ region: "us-gov-west-1" });
      const role = await make("aws:iam/role:Role", { assumeRolePolicy: "{}" });
      assert.match(text(role.outputs, "arn") ?? "", /^arn:aws-us-gov:iam::/);
      const attached = (arn: string) =>
        make("aws:iam/rolePolicyAttachment:RolePolicyAttachment", { role: role.id, policyArn: arn });
      await assert.rejects(
        attached("arn:aws:iam::aws:policy/A"),
        /InvalidInput: ARN arn:aws:iam::aws:policy\/A is not valid/,
      );
      await attached("arn:aws-us-gov:iam::aws:policy/A");
    });
  });

  describe("default tags of the provider", () => {
    it("show up in tagsAll under the resource's own, and a change of them is a change of it", async () => {
      aws.configure({
        region: "eu-central-1",
        defaultTags: JSON.stringify({ tags: { fleet: "perigee", owner: "ops" } }),
      });
      const vpc = await make(vpcToken, { cidrBlock: "10.0.0.0/16", tags: { owner: "me" } });
      assert.deepEqual(vpc.outputs["tagsAll"], { fleet: "perigee", owner: "me" });
      aws.configure({ region: "eu-central-1" });
      const { changes } = await aws.diff(call(vpcToken), vpc.id, vpc, vpc.inputs);
      assert.deepEqual(changes, [{ path: "tagsAll.fleet", kind: "delete", replaces: false }]);
    });
  });

  describe("previews", () => {
    it("do not touch the account, and leave open only what AWS decides", async () => {
      const { inputs } = await aws.check(call(vpcToken), {}, { cidrBlock: "10.0.0.0/16" });
      const { outputs } = await aws.create(call(vpcToken), inputs, true);
      assert.equal(outputs["cidrBlock"], "10.0.0.0/16");
      assert.equal(outputs["defaultSecurityGroupId"], unknownValue);
      await assert.rejects(readFile(join(folder, "cloud.json")), /ENOENT/);
    });

    it("keep an instance's addresses where only tags change", async () => {
      const { subnet } = await network();
      const made = await make(instanceToken, { ...shape, subnetId: subnet.id });
      const foreseen = await aws.update(
        call(instanceToken),
        made.id,
        made,
        { ...made.inputs, tags: { a: "b" } },
        true,
      );
      assert.equal(foreseen["privateIp"], "10.0.1.4");
      const resized = await aws.update(
        call(instanceToken),
        made.id,
        made,
        { ...made.inputs, instanceType: "t3.nano" },
        true,
      );
      assert.deepEqual([resized["privateIp"], resized["publicIp"]], ["10.0.1.4", unknownValue]);
    });
  });

  describe("updates", () => {
    it("refuse a smaller disk", async () => {
      const { subnet } = await network();
      const made = await make(instanceToken, {
        ...shape,
        subnetId: subnet.id,
        rootBlockDevice: { volumeSize: 20 },
      });
      const news = { ...made.inputs, rootBlockDevice: { volumeSize: 10 } };
      await assert.rejects(
        aws.update(call(instanceToken), made.id, made, news, false),
        /cannot be smaller than existing/,
      );
    });

    it("keep a secret a secret, and out of the account's file", async () => {
      const { subnet } = await network();
      const made = await make(instanceToken, { ...shape, subnetId: subnet.id, userData: secret("hunter2") });
      assert.deepEqual(made.outputs["userData"], secret("hunter2"));
      const read = (await aws.read(call(instanceToken), made.id, made.outputs, made.inputs)) ?? {};
      assert.deepEqual(read["userData"], secret("hunter2"));
      for (const file of ["cloud.json", "machines.json"]) {
        assert.ok(!(await readFile(join(folder, file), "utf8")).includes("hunter2"));
      }
    });
  });

  describe("roles", () => {
    it("are refused with a boundary that is no policy of the account", async () => {
      const make = (permissionsBoundary: string) =>
        aws.create(
          call("aws:iam/role:Role"),
          { name: "r", assumeRolePolicy: "{}", permissionsBoundary },
          false,
        );
      await assert.rejects(
        make("arn:aws:iam::123456789012:policy/perigee-boundary"),
        /Scope ARN: .*perigee-boundary does not exist or is not attachable/,
      );
      await make("arn:aws:iam::aws:policy/ReadOnlyAccess");
    });
  });

  describe("security groups", () => {
    it("admit what their rules say, with groups as their members' addresses", async () => {
      const { subnet, group } = await network();
      const inputs = { ...shape, subnetId: subnet.id, vpcSecurityGroupIds: [group.id] };
      const [one] = [await make(instanceToken, inputs), await make(instanceToken, inputs)];
      const rule = { securityGroupId: group.id, ipProtocol: "tcp", fromPort: 6443, toPort: 6443 };
      const open = await make(ruleToken, { ...rule, cidrIpv4: "198.51.100.0/24" });
      await make(ruleToken, { ...rule, fromPort: 2379, toPort: 2380, referencedSecurityGroupId: group.id });
      const sources = async () =>
        (await machines())[one.id]?.ingress.map(
          (r) => `${r.protocol} ${r.fromPort}-${r.toPort} ${r.sourceCidr}`,
        );
      assert.deepEqual(await sources(), [
        "tcp 2379-2380 10.0.1.4/32",
        "tcp 2379-2380 10.0.1.5/32",
        "tcp 6443-6443 198.51.100.0/24",
      ]);
      await aws.delete(call(ruleToken), open.id);
      assert.deepEqual(await sources(), ["tcp 2379-2380 10.0.1.4/32", "tcp 2379-2380 10.0.1.5/32"]);
    });

    it("cannot be deleted while in use, nor can subnets and VPCs", async () => {
      const { vpc, subnet, group } = await network();
      await make(instanceToken, { ...shape, subnetId: subnet.id, vpcSecurityGroupIds: [group.id] });
      for (const [type, { id }] of [
        [groupToken, group],
        [subnetToken, subnet],
        [vpcToken, vpc],
      ] as const) {
        await assert.rejects(aws.delete(call(type), id), /DependencyViolation: .* has dependencies/);
      }
    });
  });

  describe("elastic addresses", () => {
    it("take the place of an instance's own while associated", async () => {
      const { subnet } = await network();
      const made = await make(instanceToken, { ...shape, subnetId: subnet.id });
      const address = await make("aws:ec2/eip:Eip", { domain: "vpc" });
      const association = { allocationId: address.id, instanceId: made.id };
      const { id } = await make("aws:ec2/eipAssociation:EipAssociation", association);
      assert.deepEqual((await machines())[made.id]?.publicAddresses, [address.outputs["publicIp"]]);
      const read = (await aws.read(call(instanceToken), made.id, made.outputs, made.inputs)) ?? {};
      assert.equal(read["publicIp"], address.outputs["publicIp"]);
      await aws.delete(call("aws:ec2/eipAssociation:EipAssociation"), id);
      assert.deepEqual((await machines())[made.id]?.publicAddresses, [made.outputs["publicIp"]]);
    });
  });

  describe("metadata options", () => {
    const options = (given: Properties): Properties => ({ ...shape, metadataOptions: given });

    it("outside what EC2 takes are refused, all at once", async () => {
      const reasons = await refusals(instanceToken, {
        ...options({
          httpEndpoint: "on",
          httpTokens: "always",
          httpPutResponseHopLimit: 65,
        }),
        subnetId: "subnet-1",
      });
      assert.deepEqual(
        reasons.map((reason) => reason.split(" ")[0]),
        ['"httpEndpoint"', '"httpTokens"', '"httpPutResponseHopLimit"'],
      );
      for (const httpPutResponseHopLimit of [0, 1.5]) {
        const given = { ...options({ httpPutResponseHopLimit }), subnetId: "subnet-1" };
        assert.match((await refusals(instanceToken, given)).join(), /whole number from 1 to 64/);
      }
    });

    it("reach the machine: the hops of its metadata, at its start and when they are changed", async () => {
      const { subnet } = await network();
      const given = { ...options({ httpPutResponseHopLimit: 2 }), subnetId: subnet.id };
      const made = await make(instanceToken, given);
      assert.equal((await machines())[made.id]?.metadataHops, 2);
      const inputs = { ...given, metadataOptions: { httpPutResponseHopLimit: 1 } };
      const old = { inputs: made.inputs, outputs: made.outputs };
      await aws.update(call(instanceToken), made.id, old, inputs, false);
      assert.equal((await machines())[made.id]?.metadataHops, 1);
    });
  });

  describe("machines", () => {
    it("that were killed are gone on a refresh, and their address is free again", async () => {
      const { subnet } = await network();
      const made = await make(instanceToken, { ...shape, subnetId: subnet.id });
      await setState(made.id, "absent");
      assert.equal(await aws.read(call(instanceToken), made.id, made.outputs, made.inputs), undefined);
      assert.equal(
        (await make(instanceToken, { ...shape, subnetId: subnet.id })).outputs["privateIp"],
        "10.0.1.4",
      );
    });

    it("that were stopped say so", async () => {
      const { subnet } = await network();
      const made = await make(instanceToken, { ...shape, subnetId: subnet.id });
      await setState(made.id, "stopped");
      const read = (await aws.read(call(instanceToken), made.id, made.outputs, made.inputs)) ?? {};
      assert.equal(read["instanceState"], "stopped");
    });

    it("that do not start within the limit leave nothing behind", async () => {
      class Slow extends NoMachines {
        override async start(): Promise<void> {
          await new Promise((resolve) => setTimeout(resolve, 80));
        }
      }
      aws = provider(20, new Slow(folder));
      const { subnet } = await network();
      const given = { ...shape, subnetId: subnet.id, tags: { Name: "late" } };
      await assert.rejects(
        make(instanceToken, given),
        /machine late \(i-0\w+, 10.0.1.4\) did not start: not running after 0.02 s/,
      );
      await aws.delete(call(subnetToken), subnet.id);
    });

    it("are undone when the engine cancels while they boot", async () => {
      const { subnet } = await network();
      const controller = new AbortController();
      class Stuck extends NoMachines {
        override async start(): Promise<void> {
          controller.abort(new Error("cancelled"));
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      }
      aws = provider(1000, new Stuck(folder));
      const { inputs } = await aws.check(call(instanceToken), {}, { ...shape, subnetId: subnet.id });
      await assert.rejects(
        aws.create(call(instanceToken, "one", controller.signal), inputs, false),
        /did not start: cancelled/,
      );
      assert.deepEqual(Object.keys(map(revealAll({ all: (await read()) as Properties }), "all")), []);
    });

    const read = async () => {
      const { resources } = JSON.parse(await readFile(join(folder, "cloud.json"), "utf8")) as {
        resources: object;
      };
      return Object.fromEntries(
        Object.entries(resources).filter(([key]) => key.startsWith(instanceToken)),
      ) as unknown;
    };
  });
});
