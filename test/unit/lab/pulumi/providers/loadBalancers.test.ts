import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BalancerSpec } from "../../../../../lab/host/balancer/spec";
import { AwsProvider } from "../../../../../lab/pulumi/providers/aws/awsProvider";
import { NoMachines, type RecordedMachines } from "../../../../../lab/pulumi/providers/aws/noMachines";
import type { ResourceCall } from "../../../../../lab/pulumi/providers/rpc/provider";
import { type Properties, text } from "../../../../../lab/pulumi/providers/rpc/values";

const balancerToken = "aws:lb/loadBalancer:LoadBalancer";
const groupToken = "aws:lb/targetGroup:TargetGroup";
const listenerToken = "aws:lb/listener:Listener";
const attachmentToken = "aws:lb/targetGroupAttachment:TargetGroupAttachment";
const instanceToken = "aws:ec2/instance:Instance";
const ruleToken = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";

function call(type: string, name = "one"): ResourceCall {
  const log = { status: () => undefined, warn: () => undefined, error: () => undefined };
  return { urn: `urn:pulumi:s::p::${type}::${name}`, type, name, signal: new AbortController().signal, log };
}

describe("load balancers of the lab's AWS", () => {
  let folder: string;
  let aws: AwsProvider;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "perigee-balancers-"));
    aws = provider();
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  function provider(): AwsProvider {
    const settings = {
      stateFolder: folder,
      machines: "none",
      region: "eu-central-1",
      deleteWaitMs: 0,
      startLimitMs: 1000,
    } as const;
    return new AwsProvider("7.48.0", settings, new NoMachines(folder));
  }

  async function refusals(type: string, inputs: Properties): Promise<string[]> {
    return (await aws.check(call(type), {}, inputs)).failures.map(({ reason }) => reason);
  }

  async function make(type: string, inputs: Properties, name = "one") {
    const checked = await aws.check(call(type, name), {}, inputs);
    assert.deepEqual(checked.failures, []);
    return { ...(await aws.create(call(type, name), checked.inputs, false)), inputs: checked.inputs };
  }

  async function replaces(type: string, before: Properties, now: Properties): Promise<string[]> {
    const { inputs: olds } = await aws.check(call(type), {}, before);
    const { inputs: news } = await aws.check(call(type), olds, now);
    const { changes } = await aws.diff(call(type), "x", { inputs: olds, outputs: olds }, news);
    return changes.filter((change) => change.replaces).map(({ path }) => path.replace(/\[.*/, ""));
  }

  async function network() {
    const vpc = await make("aws:ec2/vpc:Vpc", { cidrBlock: "10.0.0.0/16" });
    const gateway = await make("aws:ec2/internetGateway:InternetGateway", { vpcId: vpc.id });
    const subnet = (number: number, zone: string) =>
      make("aws:ec2/subnet:Subnet", {
        vpcId: vpc.id,
        cidrBlock: `10.0.${number}.0/24`,
        availabilityZone: `eu-central-1${zone}`,
      });
    const subnets = [await subnet(1, "a"), await subnet(2, "b")];
    const group = await make("aws:ec2/securityGroup:SecurityGroup", { vpcId: vpc.id });
    return { vpc, gateway, subnets, group };
  }
  type Network = Awaited<ReturnType<typeof network>>;

  const shape = ({ subnets, group }: Network): Properties => ({
    ...{ loadBalancerType: "network", enableCrossZoneLoadBalancing: true },
    ...{ subnets: subnets.map(({ id }) => id), securityGroups: [group.id] },
  });
  const apiGroup = ({ vpc }: Network): Properties => ({
    ...{ port: 6443, protocol: "TCP", vpcId: vpc.id, preserveClientIp: "false", deregistrationDelay: 15 },
    healthCheck: { protocol: "HTTPS", path: "/readyz", interval: 5, timeout: 4, healthyThreshold: 2 },
  });
  const machine = ({ subnets, group }: Network): Properties => ({
    ...{ ami: "ami-0123456789abcdef0", instanceType: "t3.large", subnetId: subnets[0]?.id ?? "" },
    vpcSecurityGroupIds: [group.id],
  });

  async function whole() {
    const net = await network();
    const balancer = await make(balancerToken, shape(net));
    const group = await make(groupToken, apiGroup(net));
    const listener = await make(listenerToken, {
      ...{ loadBalancerArn: balancer.id, port: 6443, protocol: "TCP" },
      defaultActions: [{ type: "forward", targetGroupArn: group.id }],
    });
    const instance = await make(instanceToken, machine(net));
    const attachment = await make(attachmentToken, { targetGroupArn: group.id, targetId: instance.id });
    return { ...net, balancer, targets: group, listener, instance, attachment };
  }

  const recorded = async (): Promise<BalancerSpec[]> => {
    const content = await readFile(join(folder, "machines.json"), "utf8").catch(() => "{}");
    return Object.values((JSON.parse(content) as Partial<RecordedMachines>).balancers ?? {});
  };

  it("have a name of the region's domain, an address in each subnet, and a public one in each", async () => {
    const { balancer } = await whole();
    assert.match(
      text(balancer.outputs, "dnsName") ?? "",
      /^one-\w{7}-[0-9a-f]{16}\.elb\.eu-central-1\.amazonaws\.com$/,
    );
    assert.equal(balancer.outputs["interfaces"], undefined);
    const [spec] = await recorded();
    assert.deepEqual(
      spec?.nodes.map(({ zone, privateIp, publicIp }) => [zone, privateIp, publicIp]),
      [
        ["eu-central-1a", "10.0.1.4", "203.0.113.10"],
        ["eu-central-1b", "10.0.2.4", "203.0.113.11"],
      ],
    );
  });

  it("reach their targets at the group's port, and are told how to check them", async () => {
    const { instance } = await whole();
    const [spec] = await recorded();
    const [group] = spec?.groups ?? [];
    assert.deepEqual(group?.targets, [
      { id: instance.id, address: "10.0.1.5", port: 6443, zone: "eu-central-1a" },
    ]);
    assert.deepEqual(
      [
        group.check.interval,
        group.check.timeout,
        group.check.healthyThreshold,
        group.check.unhealthyThreshold,
      ],
      [5, 4, 2, 3],
    );
    assert.deepEqual(spec?.listeners, [{ port: 6443, group: group.name }]);
  });

  it("that are internal have no public address, and no other machine's private one", async () => {
    const net = await network();
    await make(instanceToken, machine(net));
    await make(balancerToken, { ...shape(net), internal: true });
    const [spec] = await recorded();
    assert.deepEqual(
      spec?.nodes.map(({ privateIp, publicIp }) => [privateIp, publicIp]),
      [
        ["10.0.1.5", undefined],
        ["10.0.2.4", undefined],
      ],
    );
  });

  it("are behind their own security groups, and members of them for the rules of others", async () => {
    const { group, instance } = await whole();
    const rule = { ipProtocol: "tcp", fromPort: 6443, toPort: 6443 };
    await make(ruleToken, { ...rule, securityGroupId: group.id, cidrIpv4: "203.0.113.1/32" });
    await make(ruleToken, { ...rule, securityGroupId: group.id, referencedSecurityGroupId: group.id }, "two");
    const [spec] = await recorded();
    assert.deepEqual(
      spec?.ingress.map(({ sourceCidr }) => sourceCidr),
      ["10.0.1.4/32", "10.0.1.5/32", "10.0.2.4/32", "203.0.113.1/32"],
    );
    const content = await readFile(join(folder, "machines.json"), "utf8");
    const { machines } = JSON.parse(content) as RecordedMachines;
    assert.deepEqual(machines[instance.id]?.ingress, spec.ingress);
  });

  it("lose a target whose machine is gone, and go with their own", async () => {
    const { instance, balancer, listener } = await whole();
    await aws.delete(call(instanceToken), instance.id);
    assert.deepEqual((await recorded())[0]?.groups[0]?.targets, []);
    await aws.delete(call(listenerToken), listener.id);
    // By another process than the one that made it.
    await provider().delete(call(balancerToken), balancer.id);
    assert.deepEqual(await recorded(), []);
  });

  it("keep their addresses when a zone is added", async () => {
    const { balancer, vpc, ...net } = await whole();
    const third = await make("aws:ec2/subnet:Subnet", {
      ...{ vpcId: vpc.id, cidrBlock: "10.0.3.0/24", availabilityZone: "eu-central-1c" },
    });
    const more = { ...balancer.inputs, subnets: [...net.subnets.map(({ id }) => id), third.id] };
    await aws.update(call(balancerToken), balancer.id, balancer, more, false);
    assert.deepEqual(
      (await recorded())[0]?.nodes.map(({ privateIp }) => privateIp),
      ["10.0.1.4", "10.0.2.4", "10.0.3.4"],
    );
  });

  describe("replaces", () => {
    const before = { name: "a", loadBalancerType: "network", subnets: ["s-1", "s-2"], securityGroups: ["g"] };
    const cases: readonly [string, Properties, readonly string[]][] = [
      ["a zone added", { subnets: ["s-1", "s-2", "s-3"] }, []],
      ["a zone taken away", { subnets: ["s-1"] }, ["subnets"]],
      ["another zone", { subnets: ["s-1", "s-3"] }, ["subnets"]],
      ["another security group", { securityGroups: ["h"] }, []],
      ["no security group any more", { securityGroups: [] }, ["securityGroups"]],
      ["another name", { name: "b" }, ["name"]],
      ["another scheme", { internal: true }, ["internal"]],
      ["traffic across zones", { enableCrossZoneLoadBalancing: true }, []],
    ];
    for (const [what, change, expected] of cases) {
      it(`${expected.length === 0 ? "nothing" : "the balancer"} for ${what}`, async () => {
        assert.deepEqual(
          [...new Set(await replaces(balancerToken, before, { ...before, ...change }))],
          expected,
        );
      });
    }

    it("a target group for another port, and none for another check or delay", async () => {
      const group = { name: "a", port: 6443, protocol: "TCP", vpcId: "v", preserveClientIp: "false" };
      assert.deepEqual(await replaces(groupToken, group, { ...group, port: 7443 }), ["port"]);
      const check = { healthCheck: { interval: 10 }, deregistrationDelay: 60 };
      assert.deepEqual(await replaces(groupToken, group, { ...group, ...check }), []);
    });
  });

  describe("are refused", () => {
    it("with names that AWS does not take", async () => {
      for (const name of ["a_b", "-a", "a-", "internal-a", "a".repeat(33), ""]) {
        const [reason = ""] = await refusals(balancerToken, {
          ...{ name, loadBalancerType: "network", subnets: ["s"] },
        });
        assert.match(reason, /"name" must be 1 to 32 of/, name);
      }
    });

    it("as another type, without subnets, and with inputs that the lab does not play", async () => {
      assert.deepEqual(await refusals(balancerToken, { loadBalancerType: "application", subnets: [] }), [
        'the lab\'s AWS has load balancers of the type network, not "application"',
        'one of "subnets,subnetMappings" must be specified',
      ]);
      assert.match((await refusals(balancerToken, { idleTimeout: 5 })).join(), /does not know "idleTimeout"/);
    });

    it("with checks out of AWS' ranges, all at once", async () => {
      const reasons = await refusals(groupToken, {
        ...{ port: 0, protocol: "UDP", vpcId: "v", preserveClientIp: "true", deregistrationDelay: 3601 },
        healthCheck: { interval: 4, timeout: 5, healthyThreshold: 1, path: "readyz", protocol: "TLS" },
      });
      assert.equal(reasons.length, 9, reasons.join("\n"));
      assert.match((await refusals(groupToken, {})).join(), /keeps no client's address.*needs "port"/s);
    });

    it("in two subnets of a zone, in a VPC without a way to the Internet, or with a group of another VPC", async () => {
      const net = await network();
      const { vpc, subnets } = net;
      const other = await make("aws:ec2/subnet:Subnet", {
        ...{ vpcId: vpc.id, cidrBlock: "10.0.9.0/24", availabilityZone: "eu-central-1a" },
      });
      const twice = { ...shape(net), subnets: [subnets[0]?.id ?? "", other.id] };
      await assert.rejects(
        make(balancerToken, twice),
        /InvalidConfigurationRequest: .*same Availability Zone/,
      );
      await assert.rejects(make(balancerToken, { ...shape(net), subnets: ["subnet-0"] }), /SubnetNotFound/);
      const groups = { ...shape(net), securityGroups: ["sg-0"] };
      await assert.rejects(make(balancerToken, groups), /InvalidSecurityGroup/);
      await aws.delete(call("aws:ec2/internetGateway:InternetGateway"), net.gateway.id);
      await assert.rejects(make(balancerToken, shape(net)), /InvalidSubnet: VPC .* has no internet gateway/);
    });

    it("where the name is taken, the port has a listener, or the machine is not there", async () => {
      const net = await whole();
      const name = text(net.balancer.outputs, "name") ?? "";
      await assert.rejects(make(balancerToken, { ...shape(net), name }, "two"), /already exists/);
      const again = { ...net.listener.inputs };
      await assert.rejects(make(listenerToken, again, "two"), /DuplicateListener/);
      const gone = { targetGroupArn: net.targets.id, targetId: "i-0" };
      await assert.rejects(make(attachmentToken, gone, "two"), /InvalidTarget: .*not in a running state/);
    });
  });

  describe("hold on to what they use", () => {
    it("a target group of a listener, a subnet, a security group and the gateway are not deleted", async () => {
      const { targets, subnets, group, gateway } = await whole();
      await assert.rejects(
        aws.delete(call(groupToken), targets.id),
        /ResourceInUse: .* in use by a listener/,
      );
      const subnet = aws.delete(call("aws:ec2/subnet:Subnet"), subnets[1]?.id ?? "");
      await assert.rejects(subnet, /DependencyViolation.*loadbalancer\/net/);
      const members = aws.delete(call("aws:ec2/securityGroup:SecurityGroup"), group.id);
      await assert.rejects(members, /DependencyViolation.*loadbalancer\/net/);
      const way = aws.delete(call("aws:ec2/internetGateway:InternetGateway"), gateway.id);
      await assert.rejects(way, /mapped public address/);
    });

    it("one that is protected stays", async () => {
      const net = await network();
      const balancer = await make(balancerToken, { ...shape(net), enableDeletionProtection: true });
      await assert.rejects(aws.delete(call(balancerToken), balancer.id), /OperationNotPermitted/);
    });
  });
});
