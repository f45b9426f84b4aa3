/**
 * AWS permissions that the provider needs for each resource type of the program: to create, read, change and
 * delete it. Written by hand from the Service Authorization Reference and the provider's source; the tests check
 * that no type of the program is missing.
 */
import type { RecordedResource } from "../../test/support/infra/mocks";

type Condition = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

/** Actions on some resources, under a condition. */
export interface Grant {
  readonly actions: readonly string[];
  readonly resource: string;
  readonly condition?: Condition;
}

type Permissions = (resource: RecordedResource) => Grant[];

const anywhere = (...actions: string[]): Grant => ({ actions, resource: "*" });

/** Grant of actions that change or delete a resource, limited to resources with a cluster's tag. */
const onTagged = (...actions: string[]): Grant => ({
  actions,
  resource: "*",
  condition: { Null: { "aws:ResourceTag/perigee:cluster": "false" } },
});

const ec2 =
  (make: readonly string[], read: readonly string[], tagged: readonly string[] = []): Permissions =>
  () => {
    const named = (actions: readonly string[]): string[] => actions.map((action) => `ec2:${action}`);
    return [
      anywhere(...named([...make, ...read]), "ec2:CreateTags", "ec2:DeleteTags"),
      onTagged(...named(tagged)),
    ];
  };

/** ARN of a resource named by Pulumi: the resource's own name and seven random digits. */
const autoNamed = (kind: string, { name }: RecordedResource): string => `arn:aws:iam::*:${kind}/${name}-*`;

const role: Permissions = (resource) => {
  const arn = autoNamed("role", resource);
  const trusted = /"Service":\s*"([a-z0-9.-]+)"/.exec(
    JSON.stringify(resource.inputs.assumeRolePolicy).replaceAll("\\", ""),
  );
  if (trusted?.[1] === undefined) throw new Error(`role ${resource.name} trusts no service`);
  return [
    {
      resource: arn,
      actions: [
        ..."CreateRole DeleteRole GetRole TagRole UntagRole UpdateAssumeRolePolicy UpdateRole".split(" "),
        ..."ListRolePolicies ListAttachedRolePolicies ListInstanceProfilesForRole".split(" "),
      ].map((action) => `iam:${action}`),
    },
    {
      actions: ["iam:PassRole"],
      resource: arn,
      condition: { StringEquals: { "iam:PassedToService": trusted[1] } },
    },
  ];
};

const attachment: Permissions = (resource) => [
  {
    actions: ["iam:AttachRolePolicy", "iam:DetachRolePolicy"],
    resource: autoNamed("role", resource),
    condition: { ArnEquals: { "iam:PolicyARN": String(resource.inputs.policyArn) } },
  },
];

const instanceProfile: Permissions = (resource) => [
  {
    actions: [
      ..."AddRoleToInstanceProfile CreateInstanceProfile DeleteInstanceProfile GetInstanceProfile".split(" "),
      ..."RemoveRoleFromInstanceProfile TagInstanceProfile UntagInstanceProfile".split(" "),
    ].map((action) => `iam:${action}`),
    resource: autoNamed("instance-profile", resource),
  },
];

const rolePolicy: Permissions = (resource) => [
  {
    actions: ["iam:DeleteRolePolicy", "iam:GetRolePolicy", "iam:PutRolePolicy"],
    resource: autoNamed("role", resource),
  },
];

const instance: Permissions = () => [
  ...ec2(
    ["RunInstances"],
    [
      ..."DescribeImages DescribeInstanceAttribute DescribeInstanceCreditSpecifications DescribeInstances".split(
        " ",
      ),
      ..."DescribeInstanceTypes DescribeNetworkInterfaces DescribeSpotInstanceRequests DescribeTags".split(
        " ",
      ),
      ..."DescribeIamInstanceProfileAssociations DescribeVolumes".split(" "),
    ],
    [
      ..."ModifyInstanceAttribute ModifyInstanceMetadataOptions ModifyVolume StartInstances".split(" "),
      ..."StopInstances TerminateInstances".split(" "),
    ],
  )({ type: "", name: "", inputs: {}, secretInputs: [] }),
  // The first Spot instance of an account creates the service-linked role for Spot requests.
  {
    actions: ["iam:CreateServiceLinkedRole"],
    resource: "arn:aws:iam::*:role/aws-service-role/spot.amazonaws.com/*",
    condition: { StringEquals: { "iam:AWSServiceName": "spot.amazonaws.com" } },
  },
];

const logGroup: Permissions = ({ inputs }) => {
  // Log groups of all clusters: `/perigee/<cluster>/flow-logs`.
  const folder = String(inputs.name).split("/").slice(0, 2).join("/");
  return [
    {
      actions: [
        ..."CreateLogGroup DeleteLogGroup DeleteRetentionPolicy ListTagsForResource PutRetentionPolicy".split(
          " ",
        ),
        ..."TagResource UntagResource".split(" "),
      ].map((action) => `logs:${action}`),
      resource: `arn:aws:logs:*:*:log-group:${folder}/*`,
    },
    anywhere("logs:DescribeLogGroups"),
  ];
};

const zone: Permissions = () => [
  anywhere(
    ...[
      ..."AssociateVPCWithHostedZone CreateHostedZone DeleteHostedZone DisassociateVPCFromHostedZone".split(
        " ",
      ),
      ..."ChangeTagsForResource GetChange GetHostedZone ListHostedZonesByName ListResourceRecordSets".split(
        " ",
      ),
      ..."ListTagsForResource UpdateHostedZoneComment".split(" "),
    ].map((action) => `route53:${action}`),
    "ec2:DescribeVpcs",
  ),
];

const record: Permissions = () => [
  anywhere(
    "route53:ChangeResourceRecordSets",
    "route53:GetChange",
    "route53:GetHostedZone",
    "route53:ListResourceRecordSets",
  ),
];

/** Permissions by resource type. */
export const permissionsOf: Readonly<Record<string, Permissions>> = {
  "aws:cloudwatch/logGroup:LogGroup": logGroup,
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": ec2(
    ["RevokeSecurityGroupEgress", "RevokeSecurityGroupIngress"],
    ["DescribeSecurityGroups"],
  ),
  "aws:ec2/eip:Eip": ec2(
    ["AllocateAddress"],
    ["DescribeAddresses", "DescribeAddressesAttribute"],
    ["ReleaseAddress"],
  ),
  "aws:ec2/eipAssociation:EipAssociation": ec2(
    ["AssociateAddress", "DisassociateAddress"],
    ["DescribeAddresses"],
  ),
  "aws:ec2/flowLog:FlowLog": ec2(["CreateFlowLogs"], ["DescribeFlowLogs"], ["DeleteFlowLogs"]),
  "aws:ec2/instance:Instance": instance,
  "aws:ec2/internetGateway:InternetGateway": ec2(
    ["AttachInternetGateway", "CreateInternetGateway"],
    ["DescribeInternetGateways"],
    ["DeleteInternetGateway", "DetachInternetGateway"],
  ),
  "aws:ec2/route:Route": ec2(["CreateRoute"], ["DescribeRouteTables"], ["DeleteRoute", "ReplaceRoute"]),
  "aws:ec2/routeTable:RouteTable": ec2(["CreateRouteTable"], ["DescribeRouteTables"], ["DeleteRouteTable"]),
  "aws:ec2/routeTableAssociation:RouteTableAssociation": ec2(
    ["AssociateRouteTable", "DisassociateRouteTable", "ReplaceRouteTableAssociation"],
    ["DescribeRouteTables"],
  ),
  "aws:ec2/securityGroup:SecurityGroup": ec2(
    // AWS creates a new group with a rule that allows all egress; the provider removes it.
    ["CreateSecurityGroup", "RevokeSecurityGroupEgress"],
    ["DescribeNetworkInterfaces", "DescribeSecurityGroups"],
    ["DeleteSecurityGroup"],
  ),
  "aws:ec2/subnet:Subnet": ec2(
    ["CreateSubnet"],
    ["DescribeNetworkInterfaces", "DescribeSubnets"],
    ["DeleteSubnet", "ModifySubnetAttribute"],
  ),
  "aws:ec2/vpc:Vpc": ec2(
    ["CreateVpc"],
    "DescribeNetworkAcls DescribeRouteTables DescribeSecurityGroups DescribeVpcAttribute DescribeVpcs".split(
      " ",
    ),
    ["DeleteVpc", "ModifyVpcAttribute"],
  ),
  "aws:iam/instanceProfile:InstanceProfile": instanceProfile,
  "aws:iam/role:Role": role,
  "aws:iam/rolePolicy:RolePolicy": rolePolicy,
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": attachment,
  "aws:route53/record:Record": record,
  "aws:route53/zone:Zone": zone,
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": ec2(
    ["AuthorizeSecurityGroupEgress", "ModifySecurityGroupRules", "RevokeSecurityGroupEgress"],
    ["DescribeSecurityGroupRules"],
  ),
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": ec2(
    ["AuthorizeSecurityGroupIngress", "ModifySecurityGroupRules", "RevokeSecurityGroupIngress"],
    ["DescribeSecurityGroupRules"],
  ),
};

/** Permissions by provider function that the program calls. */
export const functionPermissions: Readonly<Record<string, Grant>> = {
  "aws:index/getAvailabilityZones:getAvailabilityZones": anywhere("ec2:DescribeAvailabilityZones"),
  "aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings": anywhere("ec2:DescribeInstanceTypeOfferings"),
  // Answered from the region's name.
  "aws:index/getPartition:getPartition": anywhere(),
  "aws:ssm/getParameter:getParameter": {
    actions: ["ssm:GetParameter"],
    resource: "arn:aws:ssm:*:*:parameter/aws/service/canonical/*",
  },
};
