/** Identity of the machines: SSH login key, host keys, and permissions in AWS. */
import * as aws from "@pulumi/aws";
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { clusterTags, named } from "../tags";
import { deriveSshKeyPair, type SshKeyPair } from "./sshKeys";

export interface ClusterIdentityArgs {
  readonly clusterName: string;
}

export class ClusterIdentity extends pulumi.ComponentResource {
  /** Secret: key pair of the login user, the same on every machine. */
  readonly login: pulumi.Output<SshKeyPair>;
  readonly instanceProfile: aws.iam.InstanceProfile;

  private readonly seed: pulumi.Output<string>;

  constructor(
    private readonly name: string,
    private readonly args: ClusterIdentityArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("perigee:machines:ClusterIdentity", name, {}, opts);
    this.seed = this.makeSeed();
    this.login = this.keyPair("login", args.clusterName);
    this.instanceProfile = this.makeInstanceProfile();
    this.registerOutputs();
  }

  /** Secret: the host key of one machine, known before the machine boots. */
  hostKey(machine: string): pulumi.Output<SshKeyPair> {
    return this.keyPair(`host/${machine}`, machine);
  }

  private keyPair(purpose: string, comment: string): pulumi.Output<SshKeyPair> {
    return pulumi.secret(this.seed.apply((seed) => deriveSshKeyPair(seed, purpose, comment)));
  }

  /** 32 random bytes, generated once and kept as a secret in the state. */
  private makeSeed(): pulumi.Output<string> {
    const seed = new command.local.Command(
      `${this.name}-seed`,
      {
        interpreter: ["node", "-e"],
        create: `process.stdout.write(require("node:crypto").randomBytes(32).toString("base64"))`,
        logging: "none",
        addPreviousOutputInEnv: false,
      },
      {
        parent: this,
        additionalSecretOutputs: ["stdout"],
        // Running it again would change every key of a running cluster.
        ignoreChanges: ["create", "interpreter", "logging", "addPreviousOutputInEnv"],
      },
    );
    return pulumi.secret(seed.stdout);
  }

  /** Instance profile for Session Manager, the access when SSH fails; no other permission. */
  private makeInstanceProfile(): aws.iam.InstanceProfile {
    const tags = named(clusterTags(this.args.clusterName), `${this.args.clusterName}-machine`);
    const role = new aws.iam.Role(
      this.name,
      { assumeRolePolicy: aws.iam.assumeRolePolicyForPrincipal({ Service: "ec2.amazonaws.com" }), tags },
      { parent: this },
    );
    // GovCloud, China and the European Sovereign Cloud are partitions of their own; service principals are the same.
    const { partition } = aws.getPartitionOutput({}, { parent: this });
    new aws.iam.RolePolicyAttachment(
      this.name,
      {
        role: role.name,
        policyArn: pulumi.interpolate`arn:${partition}:iam::aws:policy/AmazonSSMManagedInstanceCore`,
      },
      { parent: this },
    );
    return new aws.iam.InstanceProfile(this.name, { role: role.name, tags }, { parent: this });
  }
}
