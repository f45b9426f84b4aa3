/**
 * Bucket of the backups: one of its own, or one that the settings name; and what a control plane may do there.
 * Costs: S3 Standard, about 0.023 USD per GB and month, and 0.005 USD for a thousand backups.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../config";
import type { ClusterIdentity } from "../machines/identity";
import { clusterTags, named } from "../tags";
import { type AgeIdentity, parseAgeIdentity } from "./ageIdentity";

export interface BackupBucketArgs {
  readonly clusterName: string;
  readonly backup: Settings["backup"];
  readonly restoreFrom?: string | undefined;
  readonly identity: ClusterIdentity;
}

/** Days in which a backup that was deleted or overwritten can be had back. */
const graceDays = 7;

export class BackupBucket extends pulumi.ComponentResource {
  readonly bucketName: pulumi.Output<string>;
  /** `<bucket>.s3.<region>.amazonaws.com` */
  readonly host: pulumi.Output<string>;
  readonly region: pulumi.Output<string>;
  /** ID of the account that the bucket has to belong to. */
  readonly owner: pulumi.Output<string>;
  /** Secret. */
  readonly age: pulumi.Output<AgeIdentity>;
  /** What a control plane may do in the bucket. */
  readonly permission: readonly pulumi.Resource[];

  constructor(
    private readonly name: string,
    private readonly args: BackupBucketArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("perigee:backup:Bucket", name, {}, opts);
    const { bucket: given, identity } = args.backup;
    const bucket =
      given === undefined ? this.makeBucket() : aws.s3.getBucketOutput({ bucket: given }, { parent: this });
    this.bucketName = bucket.bucket;
    this.host = bucket.bucketRegionalDomainName;
    this.region = bucket.bucketRegion;
    this.owner = aws.getCallerIdentityOutput({}, { parent: this }).accountId;
    this.age = identity === undefined ? args.identity.backups : pulumi.secret(parseAgeIdentity(identity));
    this.permission = this.permit(bucket.arn);
    this.registerOutputs();
  }

  /** Private, versioned, encrypted, TLS only; a destroy leaves it, and what protects it, unless the settings say otherwise. */
  private makeBucket(): aws.s3.Bucket {
    const { clusterName, backup } = this.args;
    const retained = { parent: this, retainOnDelete: backup.keepOnDestroy };
    const bucket = new aws.s3.Bucket(
      `${clusterName}-backup`,
      { forceDestroy: !backup.keepOnDestroy, tags: named(clusterTags(clusterName), `${clusterName}-backup`) },
      retained,
    );
    const of = { bucket: bucket.bucket };
    const block = new aws.s3.BucketPublicAccessBlock(
      this.name,
      {
        ...of,
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      },
      retained,
    );
    new aws.s3.BucketOwnershipControls(
      this.name,
      { ...of, rule: { objectOwnership: "BucketOwnerEnforced" } },
      retained,
    );
    new aws.s3.BucketServerSideEncryptionConfiguration(
      this.name,
      { ...of, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }] },
      retained,
    );
    const versioning = new aws.s3.BucketVersioning(
      this.name,
      { ...of, versioningConfiguration: { status: "Enabled" } },
      retained,
    );
    new aws.s3.BucketLifecycleConfiguration(
      this.name,
      {
        ...of,
        rules: [
          {
            id: "backups",
            status: "Enabled",
            filter: { prefix: `${clusterName}/` },
            expiration: { days: backup.keepDays },
            noncurrentVersionExpiration: { noncurrentDays: graceDays },
            abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
          },
          // What is left when the last version of an object has gone.
          {
            id: "markers",
            status: "Enabled",
            filter: { prefix: `${clusterName}/` },
            expiration: { expiredObjectDeleteMarker: true },
          },
        ],
      },
      { ...retained, dependsOn: [versioning] },
    );
    // Two changes of one bucket's access at a time are refused by S3.
    new aws.s3.BucketPolicy(
      this.name,
      { ...of, policy: bucket.arn.apply(tlsOnly) },
      { ...retained, dependsOn: [block] },
    );
    return bucket;
  }

  /** Write below the cluster's own prefix, and read or delete nothing; read there only while a restore is asked for. */
  private permit(bucketArn: pulumi.Output<string>): pulumi.Resource[] {
    const { clusterName, restoreFrom, identity, backup } = this.args;
    const objects = pulumi.interpolate`${bucketArn}/${clusterName}/*`;
    const write: aws.iam.PolicyStatement = { Effect: "Allow", Action: "s3:PutObject", Resource: objects };
    const read: aws.iam.PolicyStatement[] = [
      { Effect: "Allow", Action: "s3:GetObject", Resource: objects },
      {
        Effect: "Allow",
        Action: "s3:ListBucket",
        Resource: bucketArn,
        Condition: { StringLike: { "s3:prefix": `${clusterName}/*` } },
      },
    ];
    const statements = [...(backup.enabled ? [write] : []), ...(restoreFrom === undefined ? [] : read)];
    if (statements.length === 0) return [];
    const policy = new aws.iam.RolePolicy(
      this.name,
      {
        role: identity.controlPlaneRole.id,
        policy: { Version: "2012-10-17", Statement: statements },
      },
      { parent: this },
    );
    return [policy];
  }
}

const tlsOnly = (bucketArn: string): aws.iam.PolicyDocument => ({
  Version: "2012-10-17",
  Statement: [
    {
      Sid: "TlsOnly",
      Effect: "Deny",
      Principal: "*",
      Action: "s3:*",
      Resource: [bucketArn, `${bucketArn}/*`],
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    },
  ],
});
