/**
 * Requests of the AWS provider for a resource of the program, as AWS authorizes them: which resources each touches,
 * which tags those have and which they get. From the Service Authorization Reference and the provider's source.
 */
import type { Request, Target } from "../../../lab/pulumi/providers/aws/iam/evaluate";
import type { RecordedResource } from "../../support/infra/mocks";

type Tags = Readonly<Record<string, string>>;

const region = "eu-central-1";
const account = "123456789012";
const ec2 = (type: string): string => `arn:aws:ec2:${region}:${account}:${type}/x-1`;
const iam = (name: string): string => `arn:aws:iam::${account}:${name}`;
const marks: Tags = { "perigee:cluster": "ground" };

/** An own resource that exists already. */
const own = (type: string, tags: Tags = marks): Target => ({ arn: ec2(type), tags });
const request = (action: string, ...targets: Target[]): Request => ({ action, targets });

/** Making a resource of EC2 with its tags, inside what exists, and tagging it again later. */
function made(action: string, type: string, tags: Tags, ...inside: Target[]): Request[] {
  const fresh = { arn: ec2(type), given: tags };
  const name = action.replace("ec2:", "");
  return [
    request(action, fresh, ...inside),
    { ...request("ec2:CreateTags", fresh), context: { "ec2:CreateAction": name } },
    request("ec2:CreateTags", { ...own(type, tags), given: tags }),
    request("ec2:DeleteTags", own(type, tags)),
  ];
}

const each = (actions: string, ...targets: Target[]): Request[] =>
  actions.split(" ").map((name) => request(`ec2:${name}`, ...targets));

type Requests = (resource: RecordedResource, tags: Tags) => Request[];

function instance({ inputs }: RecordedResource, tags: Tags): Request[] {
  const disk = (inputs["rootBlockDevice"] as { tags: Tags }).tags;
  const untagged = ["network-interface", "volume", "spot-instances-request"];
  return [
    ...made(
      "ec2:RunInstances",
      "instance",
      tags,
      own("subnet"),
      own("security-group"),
      { arn: `arn:aws:ec2:${region}::image/ami-1` },
      ...untagged.map((type) => ({ arn: ec2(type) })),
    ),
    {
      ...request("iam:PassRole", { arn: iam("role/identity-1234567") }),
      context: passedTo("ec2.amazonaws.com"),
    },
    request("ec2:CreateTags", { arn: ec2("volume"), given: disk }),
    request("ec2:ModifyVolume", own("volume", disk)),
    ...each(
      "StartInstances StopInstances TerminateInstances ModifyInstanceMetadataOptions " +
        "AssociateIamInstanceProfile DisassociateIamInstanceProfile ReplaceIamInstanceProfileAssociation",
      own("instance", tags),
    ),
    request("ec2:ModifyInstanceAttribute", own("instance", tags), own("security-group")),
    request("ec2:DescribeVolumesModifications", { arn: "*" }),
    {
      ...request("iam:CreateServiceLinkedRole", {
        arn: iam(`role/aws-service-role/spot.amazonaws.com/AWSServiceRoleForEC2Spot`),
      }),
      context: { "iam:AWSServiceName": "spot.amazonaws.com" },
    },
  ];
}

const passedTo = (service: string) => ({ "iam:PassedToService": service });

function role({ inputs, name }: RecordedResource): Request[] {
  const target = { arn: iam(`role/${name}-1234567`) };
  const behind = { "iam:PermissionsBoundary": String(inputs["permissionsBoundary"]) };
  return [
    ...["CreateRole", "PutRolePermissionsBoundary", "UpdateAssumeRolePolicy", "UpdateRole"].map((action) => ({
      ...request(`iam:${action}`, target),
      context: behind,
    })),
    // A role that was made before there was a boundary can be deleted.
    ...["GetRole", "TagRole", "UntagRole", "DeleteRole"].map((action) => request(`iam:${action}`, target)),
  ];
}

/**
 * An update that changes a role's trust and sets its boundary, in the provider's order (terraform-provider-aws,
 * internal/service/iam/role.go). AWS judges a request by the boundary that the role has, and the one that sets a
 * boundary by the new one.
 */
export function roleUpdate(name: string, before: string | undefined, after: string): Request[] {
  const target = { arn: iam(`role/${name}`) };
  const behind = (boundary: string) => ({ context: { "iam:PermissionsBoundary": boundary } });
  return [
    { ...request("iam:UpdateAssumeRolePolicy", target), ...(before !== undefined && behind(before)) },
    { ...request("iam:PutRolePermissionsBoundary", target), ...behind(after) },
  ];
}

function rolePolicy({ inputs }: RecordedResource): Request[] {
  // The mocked id of a role is its resource's name with `-id`.
  const target = { arn: iam(`role/${String(inputs["role"]).replace(/-id$/, "-1234567")}`) };
  const behind = { "iam:PermissionsBoundary": String(inputs["permissionsBoundary"]) };
  return [
    { ...request("iam:PutRolePolicy", target), context: behind },
    request("iam:GetRolePolicy", target),
    request("iam:DeleteRolePolicy", target),
  ];
}

function groupRule(direction: string): Requests {
  const action = `AuthorizeSecurityGroup${direction}`;
  return (_, tags) => [
    ...made(`ec2:${action}`, "security-group-rule", tags, own("security-group")),
    request("ec2:ModifySecurityGroupRules", own("security-group"), own("security-group-rule", tags)),
    request(`ec2:RevokeSecurityGroup${direction}`, own("security-group")),
  ];
}

const record: Requests = ({ inputs }) => [
  {
    ...request("route53:ChangeResourceRecordSets", { arn: "arn:aws:route53:::hostedzone/Z1" }),
    context: { "route53:ChangeResourceRecordSetsNormalizedRecordNames": [String(inputs["name"])] },
  },
];

const zone: Requests = () => [
  request("route53:CreateHostedZone", { arn: "*" }),
  ...["ChangeTagsForResource", "DeleteHostedZone", "UpdateHostedZoneComment"].map((action) =>
    request(`route53:${action}`, { arn: "arn:aws:route53:::hostedzone/Z1" }),
  ),
];

const logGroup: Requests = ({ inputs }) =>
  ["CreateLogGroup", "PutRetentionPolicy", "TagResource", "DeleteLogGroup"].map((action) =>
    request(`logs:${action}`, {
      arn: `arn:aws:logs:${region}:${account}:log-group:${String(inputs["name"])}`,
    }),
  );

/** Requests for a bucket of backups, which Pulumi names. */
const onBucket = (actions: string): Request[] =>
  actions.split(" ").map((name) => request(`s3:${name}`, { arn: "arn:aws:s3:::ground-backup-1234567" }));

/** A part of a bucket: what puts it also takes it back. */
const bucketPart =
  (name: string): Requests =>
  () =>
    onBucket(`Put${name} Get${name}`);

const bucket: Requests = () => [
  ...onBucket("ListBucket CreateBucket TagResource UntagResource ListTagsForResource"),
  // Read after it was made, whatever of it is set.
  ...onBucket(
    "GetBucketPolicy GetBucketAcl GetBucketCORS GetBucketWebsite GetBucketVersioning GetAccelerateConfiguration " +
      "GetBucketRequestPayment GetBucketLogging GetLifecycleConfiguration GetReplicationConfiguration " +
      "GetEncryptionConfiguration GetBucketObjectLockConfiguration",
  ),
  // Where the tags of S3 Control are not to be had.
  ...onBucket("PutBucketTagging GetBucketTagging"),
  // forceDestroy empties it: every version of every backup.
  ...onBucket("ListBucketVersions DeleteBucket"),
  ...["DeleteObject", "DeleteObjectVersion"].map((action) =>
    request(`s3:${action}`, { arn: "arn:aws:s3:::ground-backup-1234567/ground/backup.tar.age" }),
  ),
];

/** Requests for a part of the balancer, which Pulumi names. */
const onBalancer = (type: string, actions: string): Request[] =>
  actions.split(" ").map((name) =>
    request(`elasticloadbalancing:${name}`, {
      arn: `arn:aws:elasticloadbalancing:${region}:${account}:${type}/network-api-1234567/50dc6c495c0c9188`,
    }),
  );

const balancerRole: Request = {
  ...request("iam:CreateServiceLinkedRole", {
    arn: iam(
      "role/aws-service-role/elasticloadbalancing.amazonaws.com/AWSServiceRoleForElasticLoadBalancing",
    ),
  }),
  context: { "iam:AWSServiceName": "elasticloadbalancing.amazonaws.com" },
};

const requests: Readonly<Record<string, Requests>> = {
  "aws:cloudwatch/logGroup:LogGroup": logGroup,
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": (_, tags) => [
    request("ec2:CreateTags", { arn: ec2("security-group"), given: tags }),
    ...each("RevokeSecurityGroupEgress RevokeSecurityGroupIngress", own("security-group", tags)),
  ],
  "aws:ec2/eip:Eip": (_, tags) => [
    ...made("ec2:AllocateAddress", "elastic-ip", tags),
    request("ec2:ReleaseAddress", own("elastic-ip", tags)),
  ],
  "aws:ec2/eipAssociation:EipAssociation": () => [
    request("ec2:AssociateAddress", own("elastic-ip"), own("instance"), { arn: ec2("network-interface") }),
    request("ec2:DisassociateAddress", own("elastic-ip"), { arn: ec2("network-interface") }),
  ],
  "aws:ec2/flowLog:FlowLog": (_, tags) => [
    ...made("ec2:CreateFlowLogs", "vpc-flow-log", tags, own("vpc")),
    request("ec2:DeleteFlowLogs", own("vpc-flow-log", tags)),
    {
      ...request("iam:PassRole", { arn: iam("role/network-flow-logs-1234567") }),
      context: passedTo("vpc-flow-logs.amazonaws.com"),
    },
  ],
  "aws:ec2/instance:Instance": instance,
  "aws:ec2/internetGateway:InternetGateway": (_, tags) => [
    ...made("ec2:CreateInternetGateway", "internet-gateway", tags),
    ...each("AttachInternetGateway DetachInternetGateway", own("internet-gateway", tags), own("vpc")),
    request("ec2:DeleteInternetGateway", own("internet-gateway", tags)),
  ],
  "aws:ec2/route:Route": () => each("CreateRoute ReplaceRoute DeleteRoute", own("route-table")),
  "aws:ec2/routeTable:RouteTable": (_, tags) => [
    ...made("ec2:CreateRouteTable", "route-table", tags, own("vpc")),
    request("ec2:DeleteRouteTable", own("route-table", tags)),
  ],
  "aws:ec2/routeTableAssociation:RouteTableAssociation": () =>
    each(
      "AssociateRouteTable DisassociateRouteTable ReplaceRouteTableAssociation",
      own("route-table"),
      own("subnet"),
    ),
  "aws:ec2/securityGroup:SecurityGroup": (_, tags) => [
    ...made("ec2:CreateSecurityGroup", "security-group", tags, own("vpc")),
    ...each("RevokeSecurityGroupEgress DeleteSecurityGroup", own("security-group", tags)),
  ],
  "aws:ec2/subnet:Subnet": (_, tags) => [
    ...made("ec2:CreateSubnet", "subnet", tags, own("vpc")),
    ...each("ModifySubnetAttribute DeleteSubnet", own("subnet", tags)),
  ],
  "aws:ec2/vpc:Vpc": (_, tags) => [
    ...made("ec2:CreateVpc", "vpc", tags),
    ...each("ModifyVpcAttribute DeleteVpc", own("vpc", tags)),
  ],
  "aws:iam/instanceProfile:InstanceProfile": ({ name }) => [
    ...["CreateInstanceProfile", "AddRoleToInstanceProfile", "DeleteInstanceProfile"].map((action) =>
      request(`iam:${action}`, { arn: iam(`instance-profile/${name}-1234567`) }),
    ),
    {
      ...request("iam:PassRole", { arn: iam(`role/${name}-1234567`) }),
      context: passedTo("ec2.amazonaws.com"),
    },
  ],
  "aws:iam/role:Role": role,
  "aws:iam/rolePolicy:RolePolicy": rolePolicy,
  "aws:lb/listener:Listener": () => [
    ...onBalancer("loadbalancer/net", "CreateListener"),
    ...onBalancer("listener/net", "AddTags ModifyListener RemoveTags DeleteListener"),
  ],
  "aws:lb/loadBalancer:LoadBalancer": () => [
    balancerRole,
    ...onBalancer(
      "loadbalancer/net",
      "CreateLoadBalancer AddTags ModifyLoadBalancerAttributes SetSubnets SetSecurityGroups RemoveTags DeleteLoadBalancer",
    ),
  ],
  "aws:lb/targetGroup:TargetGroup": () =>
    onBalancer(
      "targetgroup",
      "CreateTargetGroup AddTags ModifyTargetGroup ModifyTargetGroupAttributes RemoveTags DeleteTargetGroup",
    ),
  "aws:lb/targetGroupAttachment:TargetGroupAttachment": () =>
    onBalancer("targetgroup", "RegisterTargets DeregisterTargets"),
  "aws:route53/record:Record": record,
  "aws:route53/zone:Zone": zone,
  "aws:s3/bucket:Bucket": bucket,
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": bucketPart("LifecycleConfiguration"),
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": bucketPart("BucketOwnershipControls"),
  "aws:s3/bucketPolicy:BucketPolicy": () => onBucket("PutBucketPolicy GetBucketPolicy DeleteBucketPolicy"),
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": bucketPart("BucketPublicAccessBlock"),
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration":
    bucketPart("EncryptionConfiguration"),
  "aws:s3/bucketVersioning:BucketVersioning": bucketPart("BucketVersioning"),
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": groupRule("Egress"),
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": groupRule("Ingress"),
};

/** @throws Error when the requests of the type are not written down */
export function requestsOf(resource: RecordedResource): Request[] {
  if (!resource.type.startsWith("aws:")) return [];
  const of = requests[resource.type];
  if (of === undefined) throw new Error(`the requests for ${resource.type} are not written down`);
  return of(resource, (resource.inputs["tags"] ?? {}) as Tags);
}
