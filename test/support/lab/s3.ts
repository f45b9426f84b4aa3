/** The lab's S3 in this process: a bucket as a careful program makes it, and the credentials of a role that may do what is allowed. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AwsProvider } from "../../../lab/pulumi/providers/aws/awsProvider";
import { Cloud } from "../../../lab/pulumi/providers/aws/cloud";
import {
  issuedCredentials,
  type RoleCredentials,
  RoleCredentialsIssuer,
} from "../../../lab/pulumi/providers/aws/metadata/roleCredentials";
import { NoMachines } from "../../../lab/pulumi/providers/aws/noMachines";
import { certificateFiles, ensureCertificates } from "../../../lab/pulumi/providers/aws/s3/certificates";
import { contentFolder, currentObjects } from "../../../lab/pulumi/providers/aws/s3/objects";
import { s3Servers } from "../../../lab/pulumi/providers/aws/s3/server";
import type { ResourceCall } from "../../../lab/pulumi/providers/rpc/provider";
import type { Properties, PropertyValue } from "../../../lab/pulumi/providers/rpc/values";
import { labFolders } from "../../../lab/settings";

export class OwnS3 {
  readonly region = "eu-central-1";
  readonly bucket = "backups";
  readonly host = `${this.bucket}.s3.${this.region}.amazonaws.com`;
  readonly arn = `arn:aws:s3:::${this.bucket}`;
  readonly log: string[] = [];
  now = (): Date => new Date();
  readonly aws: AwsProvider;
  private policies = 0;
  private made?: { readonly servers: { https: Server; http: Server }; readonly credentials: RoleCredentials };

  private constructor(readonly folder: string) {
    const settings = {
      stateFolder: folder,
      machines: "none",
      region: this.region,
      deleteWaitMs: 0,
      startLimitMs: 1000,
    } as const;
    this.aws = new AwsProvider("7.48.0", settings, new NoMachines(folder));
  }

  static async start(): Promise<OwnS3> {
    const s3 = new OwnS3(await mkdtemp(join(tmpdir(), "perigee-s3-")));
    await s3.fill();
    return s3;
  }

  /** Role `machine` may write below `ground/`; the bucket is versioned, private and takes TLS alone. */
  private async fill(): Promise<void> {
    const { bucket, arn, folder, region } = this;
    await this.make("iam/role:Role", { name: "machine", assumeRolePolicy: "{}" });
    await this.allow("s3:PutObject", `${arn}/ground/*`);
    await this.make("s3/bucket:Bucket", { bucket });
    await this.make("s3/bucketVersioning:BucketVersioning", {
      bucket,
      versioningConfiguration: { status: "Enabled" },
    });
    await this.make("s3/bucketPublicAccessBlock:BucketPublicAccessBlock", {
      bucket,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    await this.make("s3/bucketPolicy:BucketPolicy", { bucket, policy: this.tlsOnly() });
    const credentials = await new RoleCredentialsIssuer(folder, () => this.now()).current("i-1", "machine");
    await ensureCertificates(labFolders(folder), region);
    const files = certificateFiles(labFolders(folder), region);
    const servers = s3Servers(
      {
        cloud: new Cloud(folder, () => region),
        stateFolder: folder,
        region,
        now: () => this.now(),
        credentials: () => issuedCredentials(folder),
      },
      { key: await readFile(files.serverKey, "utf8"), cert: await readFile(files.serverCertificate, "utf8") },
      (line) => this.log.push(line),
    );
    this.made = { servers, credentials };
    for (const server of Object.values(servers)) {
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    }
  }

  get servers(): { https: Server; http: Server } {
    assert.ok(this.made);
    return this.made.servers;
  }

  get credentials(): RoleCredentials {
    assert.ok(this.made);
    return this.made.credentials;
  }

  /** File with the certificate (PEM) that the server's is verified by. */
  get authorityFile(): string {
    return certificateFiles(labFolders(this.folder), this.region).authority;
  }

  port(scheme: "http" | "https"): number {
    return (this.servers[scheme].address() as AddressInfo).port;
  }

  /** As the bucket of a careful program. */
  private tlsOnly(): Properties {
    return {
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Deny",
          Principal: "*",
          Action: "s3:*",
          Resource: [this.arn, `${this.arn}/*`],
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        },
      ],
    };
  }

  async make(type: string, inputs: Properties, name = "one"): Promise<string> {
    const log = { status: () => undefined, warn: () => undefined, error: () => undefined };
    const token = `aws:${type}`;
    const call: ResourceCall = { urn: "", type: token, name, signal: new AbortController().signal, log };
    const checked = await this.aws.check(call, {}, inputs);
    assert.deepEqual(checked.failures, []);
    return (await this.aws.create(call, checked.inputs, false)).id;
  }

  async allow(actions: string, resource: string, condition?: PropertyValue): Promise<void> {
    const statement = {
      Effect: "Allow",
      Action: actions,
      Resource: resource,
      ...(condition && { Condition: condition }),
    };
    this.policies += 1;
    const policy = { Version: "2012-10-17", Statement: [statement] };
    await this.make("iam/rolePolicy:RolePolicy", { name: `p${this.policies}`, role: "machine", policy });
  }

  /** Contents of the objects by their keys. */
  objects(): Promise<Map<string, Buffer>> {
    return objectsIn(this.folder, this.region, this.bucket);
  }

  async stop(): Promise<void> {
    for (const server of Object.values(this.servers)) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Contents by key of a bucket's objects, of the lab whose record is in a folder. */
export async function objectsIn(
  stateFolder: string,
  region: string,
  bucket: string,
): Promise<Map<string, Buffer>> {
  const found = await new Cloud(stateFolder, () => region).look((account) => currentObjects(account, bucket));
  const contents = found.map(async ({ key, content }) => {
    const file = join(contentFolder(stateFolder, bucket), content?.file ?? "");
    return [key, await readFile(file)] as const;
  });
  return new Map(await Promise.all(contents));
}
