/** Policy that every taggable AWS resource has the tags of its cluster. */
import type { ReportViolation, ResourceValidationPolicy } from "@pulumi/policy";
import { object, type Properties } from "./properties";

/**
 * Resource types without tags in AWS, among those that Perigee uses or may use. Every other AWS type must be tagged:
 * check a new type here once. A test compares the list with the provider's types.
 */
export const untaggable: readonly string[] = [
  "aws:ec2/eipAssociation:EipAssociation",
  "aws:ec2/mainRouteTableAssociation:MainRouteTableAssociation",
  "aws:ec2/route:Route",
  "aws:ec2/routeTableAssociation:RouteTableAssociation",
  "aws:ec2/securityGroupRule:SecurityGroupRule",
  "aws:ec2/volumeAttachment:VolumeAttachment",
  "aws:iam/rolePolicy:RolePolicy",
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
  "aws:route53/record:Record",
  "aws:route53/zoneAssociation:ZoneAssociation",
  "aws:s3/bucketAcl:BucketAcl",
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
  "aws:s3/bucketPolicy:BucketPolicy",
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  "aws:s3/bucketVersioning:BucketVersioning",
];

export const clusterTags: ResourceValidationPolicy = {
  name: "cluster-tags",
  description: "Everything that AWS can tag carries perigee:cluster and kubernetes.io/cluster/<name>: owned.",
  enforcementLevel: "mandatory",
  validateResource: ({ type, props }, report) => {
    if (!type.startsWith("aws:") || untaggable.includes(type)) return;
    judge("", object(props, "tags"), report);
    if (type === "aws:ec2/instance:Instance") {
      const root = object(props, "rootBlockDevice");
      const own = object(root, "tags");
      judge("its root disk: ", Object.keys(own).length > 0 ? own : object(props, "volumeTags"), report);
    }
  },
};

function judge(what: string, tags: Properties, report: ReportViolation): void {
  const cluster = tags["perigee:cluster"];
  if (typeof cluster !== "string" || cluster === "") report(`${what}the tag perigee:cluster is missing`);
  else if (tags[`kubernetes.io/cluster/${cluster}`] !== "owned") {
    report(`${what}the tag kubernetes.io/cluster/${cluster} must be owned`);
  }
}
