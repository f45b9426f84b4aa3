/** Identity of the machines: SSH login key, host keys, and permissions in AWS. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { keptRandom } from "../../contract/keptSecret";
import type { KeyNumbers } from "../../contract/outputs";
import { type AgeIdentity, deriveAgeIdentity } from "../backup/ageIdentity";
import { clusterTags, named } from "../tags";
import { deriveLoginKeys, deriveSshKeyPair, type LoginKeys, type SshKeyPair } from "./sshKeys";

export interface ClusterIdentityArgs {
  readonly clusterName: string;
  readonly permissionsBoundary?: string | undefined;
  readonly keys: KeyNumbers;
}

/**
 * What the SSM agent calls for Session Manager. AWS' own policy, AmazonSSMManagedInstanceCore, would also let whoever
 * is on a machine read every SSM parameter of the account.
 * Source: Systems Manager user guide, "Add Session Manager permissions to an existing IAM role".
 */
const sessionManager: aws.iam.PolicyStatement = {
  Effect: "Allow",
  Action: [
    "ssm:UpdateInstanceInformation",
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
  ],
  Resource: "*",
};

export class ClusterIdentity extends pulumi.ComponentResource {
  /** Secret: key pair of the login user, the same on every machine. */
  readonly login: pulumi.Output<SshKeyPair>;
  /** Secret: age identity of the backups, unless the settings have one. */
  readonly backups: pulumi.Output<AgeIdentity>;
  /** Which public keys every machine lets in, and which no longer. */
  readonly publicLogins: pulumi.Output<Omit<LoginKeys, "current">>;
  /** Steps that log in to a machine, by its name: the former key is taken from it after all of them. */
  readonly logins = new Map<string, pulumi.Resource[]>();
  readonly instanceProfile: aws.iam.InstanceProfile;
  /** Role and profile of control planes, which do more in AWS than a worker. */
  readonly controlPlaneRole: aws.iam.Role;
  readonly controlPlaneProfile: aws.iam.InstanceProfile;

  private readonly seed: pulumi.Output<string>;

  constructor(
    private readonly name: string,
    private readonly args: ClusterIdentityArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("perigee:machines:ClusterIdentity", name, {}, opts);
    this.seed = this.makeSeed();
    const logins = this.seed.apply((seed) => deriveLoginKeys(seed, args.keys.login, args.clusterName));
    this.login = pulumi.secret(logins.apply(({ current }) => current));
    this.publicLogins = pulumi.unsecret(logins.apply(({ authorised, former }) => ({ authorised, former })));
    this.backups = pulumi.secret(this.seed.apply(deriveAgeIdentity));
    this.instanceProfile = this.makeProfile(this.name, "machine").profile;
    const controlPlane = this.makeProfile(`${this.name}-control-plane`, "control-plane");
    this.controlPlaneRole = controlPlane.role;
    this.controlPlaneProfile = controlPlane.profile;
    this.registerOutputs();
  }

  /** Secret: the host key of one machine, known before the machine boots. */
  hostKey(machine: string): pulumi.Output<SshKeyPair> {
    return pulumi.secret(this.seed.apply((seed) => deriveSshKeyPair(seed, `host/${machine}`, machine)));
  }

  /** 32 random bytes, generated once and kept as a secret in the state. */
  private makeSeed(): pulumi.Output<string> {
    // Another one would change every key of a running cluster.
    return keptRandom(`${this.name}-seed`, { bytes: 32, encoding: "base64" }, { parent: this });
  }

  /** Role and instance profile for Session Manager, the access when SSH fails; no other permission. */
  private makeProfile(name: string, tag: string): { role: aws.iam.Role; profile: aws.iam.InstanceProfile } {
    const { clusterName } = this.args;
    const tags = named(clusterTags(clusterName), `${clusterName}-${tag}`);
    const role = new aws.iam.Role(
      name,
      {
        assumeRolePolicy: aws.iam.assumeRolePolicyForPrincipal({ Service: "ec2.amazonaws.com" }),
        permissionsBoundary: this.args.permissionsBoundary,
        tags,
      },
      { parent: this },
    );
    new aws.iam.RolePolicy(
      name,
      { role: role.id, policy: { Version: "2012-10-17", Statement: [sessionManager] } },
      { parent: this },
    );
    return { role, profile: new aws.iam.InstanceProfile(name, { role: role.name, tags }, { parent: this }) };
  }
}
