/** Every resource type of the lab's AWS, by token. */
import type { AwsType } from "../awsType";
import { record, zone } from "./dns";
import { flowLog, instanceProfile, logGroup, role, rolePolicy, rolePolicyAttachment } from "./iam";
import { instance } from "./instance";
import { listener, loadBalancer } from "./loadBalancers";
import { eip, eipAssociation } from "./publicAddresses";
import {
  bucket,
  bucketEncryption,
  bucketLifecycle,
  bucketOwnershipControls,
  bucketPolicy,
  bucketPublicAccessBlock,
  bucketVersioning,
} from "./s3";
import { defaultSecurityGroup, egressRule, ingressRule, securityGroup } from "./securityGroups";
import { targetGroup, targetGroupAttachment } from "./targetGroups";
import { internetGateway, route, routeTable, routeTableAssociation, subnet, vpc } from "./vpc";

export const awsTypes: ReadonlyMap<string, AwsType> = new Map(
  [
    vpc,
    subnet,
    internetGateway,
    routeTable,
    route,
    routeTableAssociation,
    securityGroup,
    defaultSecurityGroup,
    ingressRule,
    egressRule,
    instance,
    eip,
    eipAssociation,
    loadBalancer,
    targetGroup,
    listener,
    targetGroupAttachment,
    zone,
    record,
    role,
    rolePolicy,
    rolePolicyAttachment,
    instanceProfile,
    logGroup,
    flowLog,
    bucket,
    bucketVersioning,
    bucketEncryption,
    bucketPublicAccessBlock,
    bucketOwnershipControls,
    bucketPolicy,
    bucketLifecycle,
  ].map((type) => [type.token, type]),
);
