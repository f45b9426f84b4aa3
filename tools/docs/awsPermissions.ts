/**
 * AWS actions that the provider calls for each resource type of the program: to create, read, change and delete it,
 * by statement of the policy (iamStatements.ts). Written by hand from the Service Authorization Reference and the
 * provider's source. Tests compare the types with those of the program, and the actions with the Reference.
 */
import type { Sid } from "./iamStatements";

/** Actions by statement. */
export type Actions = Readonly<Partial<Record<Sid, readonly string[]>>>;

const of =
  (service: string) =>
  (names: string): string[] =>
    names.split(" ").map((name) => `${service}:${name}`);
const [ec2, elb, iam, logs, route53, s3] = [
  of("ec2"),
  of("elasticloadbalancing"),
  of("iam"),
  of("logs"),
  of("route53"),
  of("s3"),
];

/** Actions on a type that is tagged while it is made. */
const tagged = { TagNew: ec2("CreateTags"), TagOwn: ec2("CreateTags DeleteTags") };

const instance: Actions = {
  ...tagged,
  MakeTagged: ec2("RunInstances"),
  UseUntagged: ec2("RunInstances"),
  ChangeTagged: ec2(
    "RunInstances AssociateIamInstanceProfile DisassociateIamInstanceProfile ReplaceIamInstanceProfileAssociation ModifyInstanceAttribute ModifyInstanceMetadataOptions ModifyVolume StartInstances StopInstances TerminateInstances",
  ),
  TagRootDisk: ec2("CreateTags"),
  Look: ec2(
    "DescribeIamInstanceProfileAssociations DescribeImages DescribeInstanceAttribute DescribeInstanceCreditSpecifications " +
      "DescribeInstances DescribeInstanceTypes DescribeNetworkInterfaces DescribeSpotInstanceRequests DescribeTags " +
      "DescribeVolumes DescribeVolumesModifications",
  ),
  PassToMachines: iam("PassRole"),
  SpotRole: iam("CreateServiceLinkedRole"),
};

const role: Actions = {
  Roles: iam("CreateRole PutRolePermissionsBoundary UpdateAssumeRolePolicy UpdateRole"),
  RoleCare: iam(
    "DeleteRole GetRole ListAttachedRolePolicies ListInstanceProfilesForRole ListRolePolicies TagRole UntagRole",
  ),
};

const instanceProfile: Actions = {
  Profiles: iam(
    "AddRoleToInstanceProfile CreateInstanceProfile DeleteInstanceProfile GetInstanceProfile " +
      "RemoveRoleFromInstanceProfile TagInstanceProfile UntagInstanceProfile",
  ),
  PassToMachines: iam("PassRole"),
};

const logGroup: Actions = {
  LogGroups: logs(
    "CreateLogGroup DeleteLogGroup DeleteRetentionPolicy ListTagsForResource PutRetentionPolicy TagResource UntagResource",
  ),
  Look: logs("DescribeLogGroups"),
};

const zone: Actions = {
  Zones: route53(
    "AssociateVPCWithHostedZone ChangeTagsForResource CreateHostedZone DeleteHostedZone " +
      "DisassociateVPCFromHostedZone UpdateHostedZoneComment",
  ),
  Look: [
    ...route53("GetChange GetHostedZone ListHostedZonesByName ListResourceRecordSets ListTagsForResource"),
    ...ec2("DescribeVpcs"),
  ],
};

const bucket: Actions = {
  // The provider tags by S3 Control, and where that is not to be had (other partitions) by the former calls.
  Buckets: s3(
    "CreateBucket GetAccelerateConfiguration GetBucketAcl GetBucketCORS GetBucketLogging GetBucketObjectLockConfiguration " +
      "GetBucketPolicy GetBucketRequestPayment GetBucketTagging GetBucketVersioning GetBucketWebsite " +
      "GetEncryptionConfiguration GetLifecycleConfiguration GetReplicationConfiguration ListBucket ListTagsForResource " +
      "PutBucketTagging TagResource UntagResource",
  ),
  RemoveBuckets: s3("DeleteBucket DeleteObject DeleteObjectVersion ListBucketVersions"),
};

/** A part of a bucket that is read, put and, but for the policy, taken back by the action that puts it. */
const bucketPart = (name: string): Actions => ({ Buckets: s3(`Get${name} Put${name}`) });

const balancerTags = elb("AddTags RemoveTags");

const loadBalancer: Actions = {
  Balancers: [
    ...elb("CreateLoadBalancer DeleteLoadBalancer ModifyLoadBalancerAttributes SetSecurityGroups SetSubnets"),
    ...balancerTags,
  ],
  Look: [
    ...elb("DescribeCapacityReservation DescribeLoadBalancerAttributes DescribeLoadBalancers DescribeTags"),
    ...ec2("DescribeNetworkInterfaces"),
  ],
  BalancerRole: iam("CreateServiceLinkedRole"),
};

const groupRule = (direction: "Egress" | "Ingress"): Actions => ({
  ...tagged,
  MakeTagged: ec2(`AuthorizeSecurityGroup${direction}`),
  OpenGroup: ec2(`AuthorizeSecurityGroup${direction} ModifySecurityGroupRules`),
  ChangeTagged: ec2(`RevokeSecurityGroup${direction}`),
  Look: ec2("DescribeSecurityGroupRules"),
});

/** Actions by resource type. */
export const actionsOf: Readonly<Record<string, Actions>> = {
  "aws:cloudwatch/logGroup:LogGroup": logGroup,
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": {
    TagUnusedGroup: ec2("CreateTags"),
    ChangeTagged: ec2("RevokeSecurityGroupEgress RevokeSecurityGroupIngress"),
    Look: ec2("DescribeSecurityGroups"),
  },
  "aws:ec2/eip:Eip": {
    ...tagged,
    MakeTagged: ec2("AllocateAddress"),
    ChangeTagged: ec2("ReleaseAddress"),
    Look: ec2("DescribeAddresses DescribeAddressesAttribute"),
  },
  "aws:ec2/eipAssociation:EipAssociation": {
    ChangeTagged: ec2("AssociateAddress DisassociateAddress"),
    UseUntagged: ec2("AssociateAddress DisassociateAddress"),
    Look: ec2("DescribeAddresses"),
  },
  "aws:ec2/flowLog:FlowLog": {
    ...tagged,
    MakeTagged: ec2("CreateFlowLogs"),
    ChangeTagged: ec2("CreateFlowLogs DeleteFlowLogs"),
    Look: ec2("DescribeFlowLogs"),
    PassToFlowLogs: iam("PassRole"),
  },
  "aws:ec2/instance:Instance": instance,
  "aws:ec2/internetGateway:InternetGateway": {
    ...tagged,
    MakeTagged: ec2("CreateInternetGateway"),
    ChangeTagged: ec2("AttachInternetGateway DeleteInternetGateway DetachInternetGateway"),
    Look: ec2("DescribeInternetGateways"),
  },
  "aws:ec2/route:Route": {
    ChangeTagged: ec2("CreateRoute DeleteRoute ReplaceRoute"),
    Look: ec2("DescribeRouteTables"),
  },
  "aws:ec2/routeTable:RouteTable": {
    ...tagged,
    MakeTagged: ec2("CreateRouteTable"),
    ChangeTagged: ec2("CreateRouteTable DeleteRouteTable"),
    Look: ec2("DescribeRouteTables"),
  },
  "aws:ec2/routeTableAssociation:RouteTableAssociation": {
    ChangeTagged: ec2("AssociateRouteTable DisassociateRouteTable ReplaceRouteTableAssociation"),
    Look: ec2("DescribeRouteTables"),
  },
  "aws:ec2/securityGroup:SecurityGroup": {
    ...tagged,
    MakeTagged: ec2("CreateSecurityGroup"),
    // AWS creates a new group with a rule that allows all egress; the provider removes it.
    ChangeTagged: ec2("CreateSecurityGroup RevokeSecurityGroupEgress"),
    OpenGroup: ec2("DeleteSecurityGroup"),
    Look: ec2("DescribeNetworkInterfaces DescribeSecurityGroups"),
  },
  "aws:ec2/subnet:Subnet": {
    ...tagged,
    MakeTagged: ec2("CreateSubnet"),
    ChangeTagged: ec2("CreateSubnet DeleteSubnet ModifySubnetAttribute"),
    Look: ec2("DescribeNetworkInterfaces DescribeSubnets"),
  },
  "aws:ec2/vpc:Vpc": {
    ...tagged,
    MakeTagged: ec2("CreateVpc"),
    ChangeTagged: ec2("DeleteVpc ModifyVpcAttribute"),
    Look: ec2(
      "DescribeNetworkAcls DescribeRouteTables DescribeSecurityGroups DescribeVpcAttribute DescribeVpcs",
    ),
  },
  "aws:iam/instanceProfile:InstanceProfile": instanceProfile,
  "aws:iam/role:Role": role,
  "aws:iam/rolePolicy:RolePolicy": {
    Roles: iam("PutRolePolicy"),
    RoleCare: iam("DeleteRolePolicy GetRolePolicy"),
  },
  "aws:lb/listener:Listener": {
    Balancers: [
      ...elb("CreateListener DeleteListener ModifyListener ModifyListenerAttributes"),
      ...balancerTags,
    ],
    Look: elb("DescribeListenerAttributes DescribeListeners DescribeTags"),
  },
  "aws:lb/loadBalancer:LoadBalancer": loadBalancer,
  "aws:lb/targetGroup:TargetGroup": {
    Balancers: [
      ...elb("CreateTargetGroup DeleteTargetGroup ModifyTargetGroup ModifyTargetGroupAttributes"),
      ...balancerTags,
    ],
    Look: elb("DescribeTags DescribeTargetGroupAttributes DescribeTargetGroups"),
  },
  "aws:lb/targetGroupAttachment:TargetGroupAttachment": {
    Balancers: elb("DeregisterTargets RegisterTargets"),
    Look: elb("DescribeTargetHealth"),
  },
  "aws:route53/record:Record": {
    ApiName: route53("ChangeResourceRecordSets"),
    Look: route53("GetChange GetHostedZone ListResourceRecordSets"),
  },
  "aws:route53/zone:Zone": zone,
  "aws:s3/bucket:Bucket": bucket,
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": bucketPart("LifecycleConfiguration"),
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": bucketPart("BucketOwnershipControls"),
  "aws:s3/bucketPolicy:BucketPolicy": {
    ...bucketPart("BucketPolicy"),
    RemoveBuckets: s3("DeleteBucketPolicy"),
  },
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": bucketPart("BucketPublicAccessBlock"),
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration":
    bucketPart("EncryptionConfiguration"),
  "aws:s3/bucketVersioning:BucketVersioning": bucketPart("BucketVersioning"),
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": groupRule("Egress"),
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": groupRule("Ingress"),
};

/** Types that a released Perigee made and this one deletes. */
export const formerTypes: Readonly<Record<string, Actions>> = {
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": { DetachFormer: iam("DetachRolePolicy") },
};

/** Actions by provider function that the program calls. */
export const functionActions: Readonly<Record<string, Actions>> = {
  "aws:index/getAvailabilityZones:getAvailabilityZones": { Look: ec2("DescribeAvailabilityZones") },
  "aws:ec2/getInstance:getInstance": {
    Look: ec2(
      "DescribeInstanceAttribute DescribeInstanceCreditSpecifications DescribeInstances DescribeInstanceTypes DescribeVolumes",
    ),
  },
  "aws:ec2/getInstances:getInstances": { Look: ec2("DescribeInstances") },
  "aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings": {
    Look: ec2("DescribeInstanceTypeOfferings"),
  },
  // Whoever has credentials may ask whose they are.
  "aws:index/getCallerIdentity:getCallerIdentity": {},
  "aws:s3/getBucket:getBucket": { Buckets: s3("ListBucket") },
  "aws:s3/getBucketPolicy:getBucketPolicy": { Buckets: s3("GetBucketPolicy") },
  "aws:s3/getObjects:getObjects": { Buckets: s3("ListBucket") },
  "aws:ssm/getParameter:getParameter": { MachineImage: ["ssm:GetParameter"] },
};
