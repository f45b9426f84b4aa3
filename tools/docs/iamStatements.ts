/**
 * Statements of the operator's IAM policy: on which resources, under which condition, and why. Which actions are in
 * each is in awsPermissions.ts. The keys are the statements' Sids.
 */

export type Condition = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

export interface StatementForm {
  readonly why: string;
  readonly resources: readonly string[];
  readonly condition?: Condition;
}

const ec2 = (...types: string[]): string[] => types.map((type) => `arn:aws:ec2:*:*:${type}/*`);
const iam = (...names: string[]): string[] => names.map((name) => `arn:aws:iam::*:${name}`);
const balancers = (...types: string[]): string[] =>
  types.map((type) => `arn:aws:elasticloadbalancing:*:*:${type}/network-api-*`);
const [machineRole, flowLogRole] = ["role/identity-*", "role/network-flow-logs-*"];

/** The cluster's tag is in the request, or on the resource. */
const asked = { "aws:RequestTag/perigee:cluster": "false" };
const owned = { "aws:ResourceTag/perigee:cluster": "false" };
/** Name of a VPC's default security group, which is emptied and never opened. */
const unusedGroup = "*-unused";

/** Name of the permissions boundary that the policy asks for; docs/iam.md says how it is made. */
const boundaryName = "perigee-boundary";

/** Names of the buckets of backups: Pulumi adds seven hexadecimal digits to `<clusterName>-backup-`. */
export const backupBuckets = "arn:aws:s3:::*-backup-???????";

export const statementForms = {
  Look: { why: "Reads change nothing, and most of them know no condition.", resources: ["*"] },
  MakeTagged: {
    why: "Whatever is new carries a cluster's tag from its first moment.",
    resources: ec2(
      ..."elastic-ip instance internet-gateway route-table security-group".split(" "),
      ..."security-group-rule subnet vpc vpc-flow-log".split(" "),
    ),
    condition: { Null: asked },
  },
  UseUntagged: {
    why: "Image, disk, interface and Spot request of a machine that starts have no tag yet; the machine itself has.",
    resources: ["arn:aws:ec2:*::image/*", ...ec2("network-interface", "spot-instances-request", "volume")],
  },
  ChangeTagged: {
    why: "Only what carries a cluster's tag is built upon, changed or deleted.",
    resources: ["*"],
    condition: { Null: owned },
  },
  OpenGroup: {
    why: "Rules are added to the cluster's own groups, never to one that was only marked as unused.",
    resources: ec2("security-group", "security-group-rule"),
    condition: { Null: owned, StringNotLike: { "aws:ResourceTag/Name": unusedGroup } },
  },
  TagNew: {
    why: "Tags are given while a resource is made.",
    resources: ["*"],
    condition: { Null: { "ec2:CreateAction": "false" } },
  },
  TagOwn: {
    why: "Tags are changed on what carries a cluster's tag already.",
    resources: ["*"],
    condition: { Null: owned, StringNotLike: { "aws:ResourceTag/Name": unusedGroup } },
  },
  TagRootDisk: {
    why: "The provider tags a root disk after its machine has started. Whoever holds the policy can so tag, and then enlarge, any volume; not delete or detach it.",
    resources: ec2("volume"),
    condition: { Null: asked },
  },
  TagUnusedGroup: {
    why: "AWS makes a VPC's default security group, without tags; it is marked as unused and emptied. Whoever holds the policy can so empty any group; not open or delete it.",
    resources: ec2("security-group"),
    condition: {
      Null: { ...asked, "aws:ResourceTag/perigee:cluster": "true" },
      StringLike: { "aws:RequestTag/Name": unusedGroup },
    },
  },
  Zones: { why: "Route 53 knows no condition on a zone's tags.", resources: ["*"] },
  ApiName: {
    why: "The API server's name, `api.<cluster>.internal`, and no other name of any zone.",
    resources: ["arn:aws:route53:::hostedzone/*"],
    condition: {
      "ForAllValues:StringLike": {
        "route53:ChangeResourceRecordSetsNormalizedRecordNames": ["api.*.internal"],
      },
    },
  },
  Roles: {
    why: "A role is made, trusted and given permissions only behind the boundary, so nobody becomes an administrator by making one.",
    resources: iam(machineRole, flowLogRole),
    condition: { StringLike: { "iam:PermissionsBoundary": `arn:aws:iam::*:policy/${boundaryName}` } },
  },
  RoleCare: {
    why: "Reading, tagging and deleting roles gives nobody a permission; roles of a cluster without the boundary can be deleted too.",
    resources: iam(machineRole, flowLogRole),
  },
  Profiles: { why: "The machines' instance profile.", resources: iam("instance-profile/identity-*") },
  PassToMachines: {
    why: "The machines' role goes to EC2 and to nothing else.",
    resources: iam(machineRole),
    condition: { StringEquals: { "iam:PassedToService": "ec2.amazonaws.com" } },
  },
  PassToFlowLogs: {
    why: "The flow logs' role goes to the flow log service and to nothing else.",
    resources: iam(flowLogRole),
    condition: { StringEquals: { "iam:PassedToService": "vpc-flow-logs.amazonaws.com" } },
  },
  DetachFormer: {
    why: "Perigee 0.1.0 attached this policy of AWS to the machines' role; an `up` takes it away.",
    resources: iam(machineRole),
    condition: { ArnEquals: { "iam:PolicyARN": "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore" } },
  },
  SpotRole: {
    why: "The first Spot machine of an account makes AWS' own role for them.",
    resources: iam("role/aws-service-role/spot.amazonaws.com/*"),
    condition: { StringEquals: { "iam:AWSServiceName": "spot.amazonaws.com" } },
  },
  Balancers: {
    why: "The balancers before several control planes, by their names: Pulumi adds seven hexadecimal digits to `network-api-`.",
    resources: balancers("loadbalancer/net", "listener/net", "targetgroup"),
  },
  BalancerRole: {
    why: "The first load balancer of an account makes AWS' own role for them.",
    resources: iam("role/aws-service-role/elasticloadbalancing.amazonaws.com/*"),
    condition: { StringEquals: { "iam:AWSServiceName": "elasticloadbalancing.amazonaws.com" } },
  },
  Buckets: {
    why: "The buckets of backups, by their names: made, protected and listed. The backups are not read; whoever holds the policy can end them early, by another life cycle.",
    resources: [backupBuckets],
  },
  RemoveBuckets: {
    why: "Only `backup.keepOnDestroy: false` empties a bucket and deletes it; leave this out where a destroy shall never do so.",
    resources: [backupBuckets, `${backupBuckets}/*`],
  },
  LogGroups: { why: "Groups of flow logs.", resources: ["arn:aws:logs:*:*:log-group:/perigee/*"] },
  MachineImage: {
    why: "Canonical's public parameter with the id of the current Ubuntu image.",
    resources: ["arn:aws:ssm:*:*:parameter/aws/service/canonical/*"],
  },
} as const satisfies Readonly<Record<string, StatementForm>>;

export type Sid = keyof typeof statementForms;
