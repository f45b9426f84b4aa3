import assert from "node:assert/strict";
import { parse } from "yaml";
import { portRange, trafficRules } from "../../../infra/network/trafficRules";
import { deploy, type Deployment, type RecordedResource } from "../../support/infra/mocks";
import { small, threeControlPlanes, threeZones, twoPools } from "../../support/infra/settingsExamples";

const types = {
  instance: "aws:ec2/instance:Instance",
  step: "command:remote:Command",
  subnet: "aws:ec2/subnet:Subnet",
  ingress: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
  egress: "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
  flowLog: "aws:ec2/flowLog:FlowLog",
  logGroup: "aws:cloudwatch/logGroup:LogGroup",
};

const ofType = ({ resources }: Deployment, type: string): RecordedResource[] =>
  resources.filter((resource) => resource.type === type);

const names = (resources: readonly RecordedResource[]): string[] =>
  resources.map((resource) => resource.name).sort();

function one(deployment: Deployment, type: string, name: string): Readonly<Record<string, unknown>> {
  const found = ofType(deployment, type).filter((resource) => resource.name === name);
  assert.equal(found.length, 1, `one ${type} named ${name}`);
  return found[0]?.inputs ?? {};
}

function count(deployment: Deployment): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { type } of deployment.resources) counts[type] = (counts[type] ?? 0) + 1;
  return counts;
}

/** A policy document, given as text or as a value. */
function documentOf(given: unknown): { readonly Statement: readonly Readonly<Record<string, unknown>>[] } {
  return (typeof given === "string" ? JSON.parse(given) : given) as ReturnType<typeof documentOf>;
}

describe("a cluster of one control plane and one worker", () => {
  let deployment: Deployment;
  before(async () => (deployment = await deploy(small)));

  it("is these resources and no others", () => {
    assert.deepEqual(count(deployment), {
      "perigee:network:Network": 1,
      "perigee:network:SecurityGroups": 1,
      "perigee:machines:ClusterIdentity": 1,
      "perigee:machines:Machines": 2,
      "perigee:kubeadm:Cluster": 1,
      "perigee:kubeadm:LoginKeys": 1,
      "perigee:backup:Bucket": 1,
      "perigee:backup:Backups": 1,
      "aws:ec2/vpc:Vpc": 1,
      "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": 1,
      "aws:ec2/internetGateway:InternetGateway": 1,
      "aws:ec2/routeTable:RouteTable": 1,
      "aws:ec2/route:Route": 1,
      "aws:ec2/subnet:Subnet": 1,
      "aws:ec2/routeTableAssociation:RouteTableAssociation": 1,
      "aws:ec2/securityGroup:SecurityGroup": 2,
      [types.ingress]: 16,
      [types.egress]: 1,
      "aws:route53/zone:Zone": 1,
      "aws:route53/record:Record": 1,
      "aws:iam/role:Role": 2,
      "aws:iam/rolePolicy:RolePolicy": 3,
      "aws:iam/instanceProfile:InstanceProfile": 2,
      "aws:s3/bucket:Bucket": 1,
      "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": 1,
      "aws:s3/bucketOwnershipControls:BucketOwnershipControls": 1,
      "aws:s3/bucketPolicy:BucketPolicy": 1,
      "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": 1,
      "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": 1,
      "aws:s3/bucketVersioning:BucketVersioning": 1,
      "aws:ec2/instance:Instance": 2,
      "aws:ec2/eip:Eip": 1,
      "aws:ec2/eipAssociation:EipAssociation": 1,
      "command:local:Command": 2,
      "command:remote:Command": 10,
    });
  });

  it("names its nodes after cluster, pool and number", () => {
    assert.deepEqual(names(ofType(deployment, types.instance)), [
      "perigee-test-control-plane-1",
      "perigee-test-default-1",
    ]);
  });

  it("puts every machine into the node group, and only control planes into theirs", () => {
    const groups = (name: string): unknown => one(deployment, types.instance, name).vpcSecurityGroupIds;
    assert.deepEqual(groups("perigee-test-control-plane-1"), ["network-node-id", "network-control-plane-id"]);
    assert.deepEqual(groups("perigee-test-default-1"), ["network-node-id"]);
  });

  it("gives the control plane an address of its own, and the worker none", () => {
    assert.deepEqual(names(ofType(deployment, "aws:ec2/eip:Eip")), ["perigee-test-control-plane-1"]);
    assert.equal(
      one(deployment, "aws:ec2/eipAssociation:EipAssociation", "perigee-test-control-plane-1").instanceId,
      "perigee-test-control-plane-1-id",
    );
  });

  it("protects the control plane from termination by mistake, which a destroy of this stack lifts", () => {
    const protection = (name: string) => {
      const { disableApiTermination, forceDestroy } = one(deployment, types.instance, name);
      return [disableApiTermination, forceDestroy];
    };
    assert.deepEqual(protection("perigee-test-control-plane-1"), [true, true]);
    assert.deepEqual(protection("perigee-test-default-1"), [undefined, undefined]);
  });

  it("lets machines do nothing in AWS but Session Manager, and control planes write backups", () => {
    const policies = ofType(deployment, "aws:iam/rolePolicy:RolePolicy");
    assert.deepEqual(
      policies.map(({ name, inputs }) => [name, inputs.role]),
      [
        ["identity", "identity-id"],
        ["identity-control-plane", "identity-control-plane-id"],
        ["backup", "identity-control-plane-id"],
      ],
    );
    const profile = (machine: string) => one(deployment, types.instance, machine).iamInstanceProfile;
    assert.equal(profile("perigee-test-control-plane-1"), "identity-control-plane");
    assert.equal(profile("perigee-test-default-1"), "identity");
    assert.deepEqual(ofType(deployment, "aws:iam/rolePolicyAttachment:RolePolicyAttachment"), []);
    const { Statement: statements } = documentOf(
      one(deployment, "aws:iam/rolePolicy:RolePolicy", "identity").policy,
    );
    // No parameter, object or secret of the account can be read from a machine.
    assert.deepEqual(statements, [
      {
        Effect: "Allow",
        Action: [
          "ssm:UpdateInstanceInformation",
          "ssmmessages:CreateControlChannel",
          "ssmmessages:CreateDataChannel",
          "ssmmessages:OpenControlChannel",
          "ssmmessages:OpenDataChannel",
        ],
        Resource: "*",
      },
    ]);
  });

  it("puts no boundary on its role unless one is given", () => {
    assert.equal(one(deployment, "aws:iam/role:Role", "identity").permissionsBoundary, undefined);
  });

  it("answers the API server's name inside the VPC with the control plane's private address", () => {
    const record = one(deployment, "aws:route53/record:Record", "network-api");
    const nodes = deployment.outputs.nodes as { privateIp: string }[];
    assert.equal(record.name, "api.perigee-test.internal");
    assert.deepEqual(record.records, [nodes[0]?.privateIp]);
    assert.deepEqual(one(deployment, "aws:route53/zone:Zone", "network").vpcs, [{ vpcId: "network-id" }]);
  });

  it("empties the VPC's default security group", () => {
    const group = one(deployment, "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "network");
    assert.deepEqual([group.ingress, group.egress], [[], []]);
  });

  it("writes no flow logs unless they are asked for", () => {
    assert.deepEqual([...ofType(deployment, types.flowLog), ...ofType(deployment, types.logGroup)], []);
  });
});

describe("a cluster of three workers over three zones", () => {
  let deployment: Deployment;
  before(async () => (deployment = await deploy(threeZones)));

  it("has a subnet in each zone, zones taken by name", () => {
    const subnets = ofType(deployment, types.subnet).map(({ inputs }) => [
      inputs.cidrBlock,
      inputs.availabilityZone,
    ]);
    assert.deepEqual(subnets.sort(), [
      ["10.0.1.0/24", "eu-central-1a"],
      ["10.0.2.0/24", "eu-central-1b"],
      ["10.0.3.0/24", "eu-central-1c"],
    ]);
  });

  it("spreads the workers over the zones", () => {
    const placed = [1, 2, 3].map((n) => one(deployment, types.instance, `ground-default-${n}`).subnetId);
    assert.deepEqual(placed, ["network-1-id", "network-2-id", "network-3-id"]);
  });

  it("tells what the contract asks for about every node, the control plane first", () => {
    const nodes = deployment.outputs.nodes as Record<string, string>[];
    assert.deepEqual(
      nodes.map(({ name, role, instanceId }) => [name, role, instanceId]),
      [
        ["ground-control-plane-1", "control-plane", "ground-control-plane-1-id"],
        ["ground-default-1", "worker", "ground-default-1-id"],
        ["ground-default-2", "worker", "ground-default-2-id"],
        ["ground-default-3", "worker", "ground-default-3-id"],
      ],
    );
    for (const node of nodes) {
      assert.match(`${node.privateIp} ${node.publicIp}`, /^10\.\S+ (198\.51|203\.0)\.\S+$/);
    }
    assert.equal(nodes[0]?.publicIp, "203.0.113.10");
  });
});

describe("a cluster of a type that one zone lacks", () => {
  it("has its subnets in the zones that offer every type", async () => {
    const typed = {
      ...small,
      availabilityZones: 2,
      workers: [{ name: "default", instanceType: "m9z.large" }],
    };
    const zones = ofType(await deploy(typed), types.subnet).map(({ inputs }) => inputs.availabilityZone);
    assert.deepEqual(zones.sort(), ["eu-central-1b", "eu-central-1c"]);
  });

  it("has them in the zones that are named, in their order", async () => {
    const named = { ...small, availabilityZones: ["eu-central-1c", "eu-central-1a"] };
    const subnets = ofType(await deploy(named), types.subnet).map(({ name, inputs }) => [
      name,
      inputs.availabilityZone,
    ]);
    assert.deepEqual(subnets, [
      ["network-1", "eu-central-1c"],
      ["network-2", "eu-central-1a"],
    ]);
  });
});

describe("a cluster of two pools", () => {
  let deployment: Deployment;
  before(async () => (deployment = await deploy(twoPools)));

  it("has as many machines in each pool as asked for, of the asked type and disk", () => {
    const machines = ofType(deployment, types.instance).map(({ name, inputs }) => {
      const disk = inputs.rootBlockDevice as { volumeSize: number };
      return [name, inputs.instanceType, disk.volumeSize];
    });
    assert.deepEqual(machines.sort(), [
      ["ground-control-plane-1", "t3.medium", 30],
      ["ground-passes-1", "t3.large", 30],
      ["ground-steady-1", "m7i.large", 100],
      ["ground-steady-2", "m7i.large", 100],
    ]);
  });

  it("asks for spot machines in the spot pool only", () => {
    const spot = ofType(deployment, types.instance).filter(
      ({ inputs }) => inputs.instanceMarketOptions !== undefined,
    );
    assert.deepEqual(names(spot), ["ground-passes-1"]);
  });

  it("brings labels and taints to the nodes that join and to those that are there already", () => {
    const joined = String(one(deployment, types.step, "ground-passes-1-join").stdin);
    const document = parse(/KUBEADM_CONFIG='([^']*)'/.exec(joined)?.[1] ?? "") as {
      nodeRegistration: { taints: unknown; kubeletExtraArgs: { name: string; value: string }[] };
    };
    assert.deepEqual(document.nodeRegistration.taints, [
      { key: "example.org/pass", value: "true", effect: "NoSchedule" },
    ]);
    const labels = document.nodeRegistration.kubeletExtraArgs.find(({ name }) => name === "node-labels");
    assert.match(labels?.value ?? "", /^example\.org\/pass=true,tier=burst,topology/);
    const admitted = String(one(deployment, types.step, "ground-passes-1-admit").stdin);
    assert.match(admitted, /LABELS='example\.org\/pass=true\ntier=burst\ntopology/);
    assert.match(admitted, /TAINTS='example\.org\/pass=true:NoSchedule'/);
  });

  it("boots the image that the settings name, and does not look one up", () => {
    for (const { inputs } of ofType(deployment, types.instance)) {
      assert.equal(inputs.ami, "ami-0123456789abcdef0");
    }
    assert.ok(!deployment.calls.includes("aws:ssm/getParameter:getParameter"));
  });

  it("writes the VPC's flow logs, kept for 14 days", () => {
    assert.equal(one(deployment, types.flowLog, "network-flow-logs").trafficType, "ALL");
    assert.equal(one(deployment, types.logGroup, "network-flow-logs").retentionInDays, 14);
  });

  it("lets flow logs do all that AWS asks for, in their own group only", () => {
    const { policy } = one(deployment, "aws:iam/rolePolicy:RolePolicy", "network-flow-logs");
    const group = "arn:aws:logs:eu-central-1:123456789012:log-group:/perigee/ground/flow-logs";
    assert.deepEqual(documentOf(policy).Statement, [
      {
        Effect: "Allow",
        Action: [
          "logs:CreateLogGroup",
          "logs:CreateLogStream",
          "logs:DescribeLogStreams",
          "logs:PutLogEvents",
        ],
        Resource: [group, `${group}:*`],
      },
      { Effect: "Allow", Action: "logs:DescribeLogGroups", Resource: "*" },
    ]);
  });

  it("lets the flow log service act for this account and region only", () => {
    const { assumeRolePolicy } = one(deployment, "aws:iam/role:Role", "network-flow-logs");
    const [trust, ...more] = documentOf(assumeRolePolicy).Statement;
    assert.deepEqual(more, []);
    assert.deepEqual(trust?.["Condition"], {
      StringEquals: { "aws:SourceAccount": "123456789012" },
      ArnLike: { "aws:SourceArn": "arn:aws:ec2:eu-central-1:123456789012:vpc-flow-log/*" },
    });
  });

  it("puts the given boundary on every role", () => {
    const roles = ofType(deployment, "aws:iam/role:Role");
    assert.deepEqual(names(roles), ["identity", "identity-control-plane", "network-flow-logs"]);
    for (const { inputs } of roles) assert.equal(inputs.permissionsBoundary, twoPools.permissionsBoundary);
  });
});

describe("security rules", () => {
  /** What a rule resource admits, without its name. */
  const admits = (inputs: RecordedResource["inputs"]): string =>
    [
      inputs.securityGroupId,
      inputs.ipProtocol,
      inputs.fromPort,
      inputs.toPort,
      inputs.cidrIpv4 ?? inputs.referencedSecurityGroupId,
      inputs.description,
    ].join(" ");

  it("are one resource per row and peer of the table, and none besides", async () => {
    const deployment = await deploy(twoPools);
    const peers = {
      admin: twoPools.adminCidrs,
      node: ["network-node-id"],
      balancer: [],
      "control-plane": ["network-control-plane-id"],
    };
    const wanted = trafficRules([
      { port: 30081, protocol: "tcp", why: "Ground station antenna control" },
    ]).flatMap((rule) =>
      rule.from.flatMap((peer) =>
        peers[peer].map((source) =>
          [`network-${rule.to}-id`, rule.protocol, ...portRange(rule), source, rule.why].join(" "),
        ),
      ),
    );
    const made = ofType(deployment, types.ingress).map(({ inputs }) => admits(inputs));
    assert.deepEqual(made.sort(), wanted.sort());
  });

  it("let the operator to the balancer, and the balancer to the control planes, where there are several", async () => {
    const deployment = await deploy(threeControlPlanes);
    const api = ofType(deployment, types.ingress).filter(({ inputs }) => inputs.fromPort === 6443);
    assert.deepEqual(
      api
        .map(({ inputs: { securityGroupId, cidrIpv4, referencedSecurityGroupId } }) =>
          [cidrIpv4 ?? referencedSecurityGroupId, securityGroupId].join(" -> "),
        )
        .sort(),
      [
        "203.0.113.0/24 -> network-balancer-id",
        "network-balancer-id -> network-control-plane-id",
        "network-node-id -> network-control-plane-id",
      ],
    );
    const outgoing = one(deployment, types.egress, "network-balancer-out");
    assert.deepEqual(
      [outgoing.fromPort, outgoing.referencedSecurityGroupId],
      [6443, "network-control-plane-id"],
      "a group that is made by a program lets nothing out by itself",
    );
  });

  it("admit the world to nothing, and let machines speak to it", async () => {
    const deployment = await deploy(small);
    for (const { inputs } of ofType(deployment, types.ingress)) assert.notEqual(inputs.cidrIpv4, "0.0.0.0/0");
    const [outgoing, ...more] = ofType(deployment, types.egress);
    assert.deepEqual(more, []);
    assert.deepEqual([outgoing?.inputs.cidrIpv4, outgoing?.inputs.ipProtocol], ["0.0.0.0/0", "-1"]);
  });
});

describe("a cluster of three control planes", () => {
  let deployment: Deployment;
  before(async () => (deployment = await deploy(threeControlPlanes)));

  it("has a balancer before them in every zone, which faces the operator and crosses zones", () => {
    const balancer = one(deployment, "aws:lb/loadBalancer:LoadBalancer", "network-api");
    assert.deepEqual(
      [balancer.loadBalancerType, balancer.internal, balancer.enableCrossZoneLoadBalancing],
      ["network", false, true],
    );
    assert.deepEqual(balancer.subnets, ["network-1-id", "network-2-id", "network-3-id"]);
    assert.deepEqual(balancer.securityGroups, ["network-balancer-id"]);
  });

  it("is asked for its health where it serves, and shows its targets no client's address", () => {
    const group = one(deployment, "aws:lb/targetGroup:TargetGroup", "network-api");
    const check = group.healthCheck as Readonly<Record<string, unknown>>;
    assert.deepEqual([check.protocol, check.path, group.preserveClientIp], ["HTTPS", "/readyz", "false"]);
    const attached = ofType(deployment, "aws:lb/targetGroupAttachment:TargetGroupAttachment");
    assert.deepEqual(
      attached.map(({ inputs }) => inputs.targetId).sort(),
      [1, 2, 3].map((number) => `ground-control-plane-${number}-id`),
    );
  });

  it("stands in a zone each, and all of them are behind the API's name", () => {
    const subnets = [1, 2, 3].map((number) =>
      one(deployment, types.instance, `ground-control-plane-${number}`),
    );
    assert.deepEqual(
      subnets.map(({ subnetId }) => subnetId),
      ["network-1-id", "network-2-id", "network-3-id"],
    );
    const { records } = one(deployment, "aws:route53/record:Record", "network-api");
    assert.equal((records as string[]).length, 3);
  });

  it("has a kubeconfig with the balancer's address, verified by the API's own name", () => {
    const { clusters } = parse(String(deployment.outputs.kubeconfig)) as {
      clusters: { cluster: Record<string, string> }[];
    };
    assert.equal(clusters[0]?.cluster["tls-server-name"], "api.ground.internal");
    assert.equal(clusters[0].cluster["server"], deployment.outputs.apiServerUrl);
    assert.match(String(deployment.outputs.apiServerUrl), /^https:\/\/network-api-.*\.elb\.eu-central-1/);
  });

  it("pays for no balancer where there is one, and warns where they share a zone", async () => {
    assert.deepEqual(ofType(await deploy(threeZones), "aws:lb/loadBalancer:LoadBalancer"), []);
    assert.ok(!deployment.said.some((text) => text.includes("controlPlane.count")));
    const { said } = await deploy({ ...threeControlPlanes, availabilityZones: 1 });
    assert.ok(
      said.some((text) => /warning.*controlPlane\.count = 3 in 1 zone/.test(text)),
      said.join(),
    );
  });
});
