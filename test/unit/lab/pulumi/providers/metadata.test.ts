import assert from "node:assert/strict";
import { copyFile, mkdtemp, readFile, rm, stat } from "node:fs/promises";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AwsProvider } from "../../../../../lab/pulumi/providers/aws/awsProvider";
import { Cloud } from "../../../../../lab/pulumi/providers/aws/cloud";
import {
  type CredentialsTable,
  RoleCredentialsIssuer,
} from "../../../../../lab/pulumi/providers/aws/metadata/roleCredentials";
import { metadataServer } from "../../../../../lab/pulumi/providers/aws/metadata/server";
import { NoMachines } from "../../../../../lab/pulumi/providers/aws/noMachines";
import type { ResourceCall } from "../../../../../lab/pulumi/providers/rpc/provider";
import type { Properties } from "../../../../../lab/pulumi/providers/rpc/values";

const instanceToken = "aws:ec2/instance:Instance";
const roleToken = "aws:iam/role:Role";
const profileToken = "aws:iam/instanceProfile:InstanceProfile";
const userData = "#cloud-config\nhostname: machine\n";
const hour = 3_600_000;

describe("the metadata of the lab's instances", () => {
  /** An account, made once; each test has a copy of it. */
  let original: string;
  let folder: string;
  let server: Server;
  let now: Date;
  let log: string[];
  let made: Awaited<ReturnType<typeof account>>;

  const settings = () =>
    ({
      stateFolder: original,
      machines: "none",
      region: "eu-central-1",
      deleteWaitMs: 0,
      startLimitMs: 1000,
    }) as const;

  async function make(type: string, name: string, inputs: Properties): Promise<string> {
    const log = { status: () => undefined, warn: () => undefined, error: () => undefined };
    const call: ResourceCall = { urn: `urn:${name}`, type, name, signal: new AbortController().signal, log };
    const aws = new AwsProvider("7.48.0", settings(), new NoMachines(original));
    const checked = await aws.check(call, {}, inputs);
    assert.deepEqual(checked.failures, []);
    return (await aws.create(call, checked.inputs, false)).id;
  }

  /** An account with three machines: one as Perigee's are, one that is open to all, one whose metadata is off. */
  async function account() {
    const vpcId = await make("aws:ec2/vpc:Vpc", "vpc", { cidrBlock: "10.0.0.0/16" });
    const subnetId = await make("aws:ec2/subnet:Subnet", "subnet", { vpcId, cidrBlock: "10.0.1.0/24" });
    const group = await make("aws:ec2/securityGroup:SecurityGroup", "node", { vpcId, name: "ground-node" });
    const trust = (service: string): string =>
      JSON.stringify({ Statement: [{ Principal: { Service: service } }] });
    const role = await make(roleToken, "machine", {
      name: "machine",
      assumeRolePolicy: trust("ec2.amazonaws.com"),
    });
    const foreign = await make(roleToken, "lambda", {
      name: "lambda",
      assumeRolePolicy: trust("lambda.amazonaws.com"),
    });
    const shape = {
      ami: "ami-0123456789abcdef0",
      instanceType: "t3.large",
      subnetId,
      vpcSecurityGroupIds: [group],
    };
    const closed = await make(instanceToken, "closed", {
      ...shape,
      userData,
      associatePublicIpAddress: true,
      iamInstanceProfile: await make(profileToken, "machine", { name: "machine", role }),
      instanceMarketOptions: { marketType: "spot" },
      metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
      tags: { Name: "ground-default-1", "kubernetes.io/cluster/ground": "owned" },
    });
    const open = await make(instanceToken, "open", {
      ...shape,
      instanceType: "t4g.small",
      iamInstanceProfile: await make(profileToken, "lambda", { name: "lambda", role: foreign }),
      metadataOptions: { httpTokens: "optional" },
      tags: { Name: "open" },
    });
    await make(instanceToken, "off", { ...shape, metadataOptions: { httpEndpoint: "disabled" } });
    return { closed, open };
  }

  before(async () => {
    original = await mkdtemp(join(tmpdir(), "perigee-metadata-"));
    made = await account();
  });
  after(() => rm(original, { recursive: true, force: true }));

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "perigee-metadata-"));
    await copyFile(join(original, "cloud.json"), join(folder, "cloud.json"));
    now = new Date("2026-11-26T12:00:00.250Z");
    log = [];
    server = listening();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true, force: true });
  });

  function listening(): Server {
    const cloud = new Cloud(folder, () => "");
    const issuer = new RoleCredentialsIssuer(folder, () => now);
    const sources = {
      account: () => cloud.look((found) => found),
      now: () => now,
      userData: (id: string) => Promise.resolve(id === made.closed ? userData : undefined),
      credentials: (id: string, role: string) => issuer.current(id, role),
      mac: () => Promise.resolve("02:42:0a:00:01:04"),
    };
    return metadataServer(
      sources,
      (line) => log.push(line),
      ({ headers }) => String(headers["test-address"]),
    );
  }

  /** Addresses in the order in which the machines were made. */
  const closed = "10.0.1.4";
  const open = "10.0.1.5";
  const off = "10.0.1.6";

  async function ask(from: string, path: string, headers: Record<string, string> = {}, method = "GET") {
    const { port } = server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}${path}`;
    const response = await fetch(url, { method, headers: { "test-address": from, ...headers } });
    return { status: response.status, body: await response.text(), headers: response.headers };
  }

  const life = (seconds: string | number) => ({ "X-aws-ec2-metadata-token-ttl-seconds": String(seconds) });
  const putToken = (from: string, headers: Record<string, string>) =>
    ask(from, "/latest/api/token", headers, "PUT");
  const withToken = (token: string) => ({ "X-aws-ec2-metadata-token": token });

  async function get(from: string, path: string) {
    const { body: token } = await putToken(from, life(60));
    return ask(from, path, withToken(token));
  }
  const read = async (from: string, path: string): Promise<string> => {
    const { status, body } = await get(from, path);
    assert.equal(status, 200, path);
    return body;
  };

  describe("a session token", () => {
    it("is given for 1 to 21600 seconds, whole ones, and for no other life", async () => {
      for (const seconds of ["1", "60", "21600"]) {
        const { status, headers } = await putToken(closed, life(seconds));
        assert.equal(status, 200, seconds);
        assert.equal(headers.get("x-aws-ec2-metadata-token-ttl-seconds"), seconds);
      }
      for (const seconds of ["0", "-1", "21601", "99999999", "1.5", "1e3", "an hour", ""]) {
        assert.equal((await putToken(closed, life(seconds))).status, 400, seconds);
      }
      assert.equal((await putToken(closed, {})).status, 400, "without the header");
    });

    it("is given to nobody who was forwarded, and by no other method", async () => {
      const forwarded = { ...life(60), "X-Forwarded-For": "198.51.100.7" };
      assert.equal((await putToken(closed, forwarded)).status, 403);
      for (const method of ["GET", "POST", "DELETE"]) {
        assert.equal((await ask(closed, "/latest/api/token", life(60), method)).status, 405, method);
      }
    });

    it("is needed where httpTokens is required, and is not where it is optional", async () => {
      assert.equal((await ask(closed, "/latest/meta-data/instance-id")).status, 401);
      assert.equal((await ask(open, "/latest/meta-data/instance-id")).body, made.open);
    });

    it("opens the metadata of the instance that asked for it, and of no other", async () => {
      const { body: token } = await putToken(closed, life(60));
      assert.equal((await ask(closed, "/latest/meta-data/instance-id", withToken(token))).body, made.closed);
      assert.equal((await ask(open, "/latest/meta-data/instance-id", withToken(token))).status, 401);
    });

    it("is refused once it has expired, or when it is none, also where none is needed", async () => {
      const { body: token } = await putToken(open, life(60));
      now = new Date(now.getTime() + 59_999);
      assert.equal((await ask(open, "/latest/meta-data/", withToken(token))).status, 200);
      now = new Date(now.getTime() + 1);
      for (const wrong of [
        token,
        "",
        "x",
        token.slice(0, -1),
        `${token}A`,
        Buffer.alloc(38, 255).toString("base64url"),
      ]) {
        assert.equal((await ask(open, "/latest/meta-data/", withToken(wrong))).status, 401, wrong);
      }
    });
  });

  describe("answers", () => {
    it("nobody who is no machine of the account", async () => {
      await assert.rejects(ask("10.0.1.77", "/latest/meta-data/"));
      await assert.rejects(putToken("203.0.113.1", life(60)));
    });

    it("403 to everything where httpEndpoint is disabled", async () => {
      assert.equal((await putToken(off, life(60))).status, 403);
      assert.equal((await ask(off, "/latest/meta-data/")).status, 403);
    });

    it("with what the account knows of the instance", async () => {
      const identity: Record<string, string> = {
        "instance-id": made.closed,
        "instance-type": "t3.large",
        "ami-id": "ami-0123456789abcdef0",
        "local-ipv4": closed,
        "local-hostname": "ip-10-0-1-4.eu-central-1.compute.internal",
        hostname: "ip-10-0-1-4.eu-central-1.compute.internal",
        "public-ipv4": "203.0.113.10",
        mac: "02:42:0a:00:01:04",
        "placement/availability-zone": "eu-central-1a",
        "placement/region": "eu-central-1",
        "security-groups": "ground-node",
        "instance-life-cycle": "spot",
      };
      for (const [path, value] of Object.entries(identity)) {
        assert.equal(await read(closed, `/latest/meta-data/${path}`), value, path);
      }
      assert.equal(await read(open, "/latest/meta-data/instance-life-cycle"), "on-demand");
    });

    it("with a document of the instance's identity", async () => {
      const path = "/latest/dynamic/instance-identity/document";
      const document = JSON.parse(await read(open, path)) as Record<string, unknown>;
      assert.match(String(document["pendingTime"]), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      assert.deepEqual(document, {
        accountId: "123456789012",
        architecture: "arm64",
        availabilityZone: "eu-central-1a",
        billingProducts: null,
        devpayProductCodes: null,
        marketplaceProductCodes: null,
        imageId: "ami-0123456789abcdef0",
        instanceId: made.open,
        instanceType: "t4g.small",
        kernelId: null,
        pendingTime: document["pendingTime"],
        privateIp: open,
        ramdiskId: null,
        region: "eu-central-1",
        version: "2017-09-30",
      });
      assert.match(await read(closed, path), /"architecture": "x86_64"/);
    });

    it("with the instance's own user data, and 404 where it has none", async () => {
      assert.equal(await read(closed, "/latest/user-data"), userData);
      assert.equal((await get(open, "/latest/user-data")).status, 404);
    });

    it("with the names in a folder, with or without a slash at its end", async () => {
      assert.equal(await read(closed, "/latest/"), "dynamic/\nmeta-data/\nuser-data");
      assert.equal(await read(closed, "/latest/dynamic"), "instance-identity/");
      const names = (await read(closed, "/latest/meta-data/")).split("\n");
      assert.ok(names.includes("instance-id") && names.includes("placement/") && names.includes("iam/"));
      assert.deepEqual(await get(closed, "/latest/meta-data").then(({ body }) => body.split("\n")), names);
      assert.equal(await read(closed, "/latest/meta-data/placement/region/"), "eu-central-1");
      assert.match(await read(closed, "/"), /^latest\/$/m);
      assert.equal(await read(closed, "/2021-03-23/meta-data/instance-id"), made.closed);
    });

    it("404 to a path that is not there, whatever its names", async () => {
      for (const path of [
        "/latest/meta-data/nothing",
        "/latest/meta-data/instance-id/more",
        "/latest/meta-data/events/recommendations/rebalance",
        "/latest/meta-data/constructor",
        "/latest/meta-data/__proto__/toString",
        "/1999-01-01/meta-data/",
      ]) {
        assert.equal((await get(closed, path)).status, 404, path);
      }
    });

    it("400 to what is no path, and goes on", async () => {
      assert.equal((await get(closed, "/latest/meta-data/%E0%A4%A")).status, 400);
      assert.equal(await read(closed, "//latest/meta-data/instance-id"), made.closed);
    });

    it("no public address where the instance has none", async () => {
      assert.equal((await get(open, "/latest/meta-data/public-ipv4")).status, 404);
    });

    it("without tags: instanceMetadataTags is disabled, as EC2 has it unless asked", async () => {
      assert.equal((await get(closed, "/latest/meta-data/tags/instance/Name")).status, 404);
    });

    it("and logs what it refused, not what is asked for every five seconds", async () => {
      await get(closed, "/latest/meta-data/spot/instance-action");
      await read(closed, "/latest/user-data");
      assert.deepEqual(log, []);
      await ask(closed, "/latest/user-data");
      await assert.rejects(ask("10.0.1.77", "/latest/user-data"));
      assert.deepEqual(log, [
        `${closed} GET /latest/user-data 401`,
        "10.0.1.77 GET /latest/user-data no answer: not a machine",
      ]);
    });

    it("by the account as it is at that moment", async () => {
      const cloud = new Cloud(folder, () => "");
      await cloud.change((found) => found.remove(instanceToken, made.open));
      await assert.rejects(ask(open, "/latest/meta-data/"));
    });
  });

  describe("credentials of the machine's role", () => {
    const path = "/latest/meta-data/iam/security-credentials";
    const credentials = async () =>
      JSON.parse(await read(closed, `${path}/machine`)) as Record<string, string>;
    const table = async () =>
      JSON.parse(await readFile(join(folder, "cloud-credentials.json"), "utf8")) as CredentialsTable;

    it("are found by the role's name, and are temporary ones", async () => {
      assert.equal(await read(closed, `${path}/`), "machine");
      const { AccessKeyId, SecretAccessKey, Token, ...rest } = await credentials();
      assert.match(String(AccessKeyId), /^ASIA[A-Z2-7]{16}$/);
      assert.equal(SecretAccessKey?.length, 40);
      assert.ok((Token?.length ?? 0) > 200);
      assert.deepEqual(rest, {
        Code: "Success",
        LastUpdated: "2026-11-26T12:00:00Z",
        Type: "AWS-HMAC",
        Expiration: "2026-11-26T18:00:00Z",
      });
      assert.match(await read(closed, "/latest/meta-data/iam/info"), /"InstanceProfileArn": "arn:aws:iam::/);
    });

    it("stay until shortly before they expire, and are then others", async () => {
      const first = await credentials();
      now = new Date(now.getTime() + 5 * hour);
      assert.deepEqual(await credentials(), first);
      now = new Date(Date.parse(String(first["Expiration"])) - 5 * 60_000);
      const second = await credentials();
      assert.notEqual(second["AccessKeyId"], first["AccessKeyId"]);
      assert.deepEqual(Object.keys(await table()).length, 2, "the old ones are good until they expire");
      now = new Date(now.getTime() + 6 * hour);
      await credentials();
      assert.ok(!Object.keys(await table()).includes(String(first["AccessKeyId"])));
    });

    it("are asked for many times at once, and are one", async () => {
      const all = await Promise.all(Array.from({ length: 8 }, credentials));
      assert.equal(new Set(all.map((one) => one["AccessKeyId"])).size, 1);
    });

    it("are kept with their instance and role in a file that only its owner can read", async () => {
      const { AccessKeyId, SecretAccessKey, Token } = await credentials();
      const kept = (await table())[String(AccessKeyId)];
      assert.equal(kept?.secretAccessKey, SecretAccessKey);
      assert.deepEqual([kept?.instanceId, kept?.role, kept?.token], [made.closed, "machine", Token]);
      assert.equal((await stat(join(folder, "cloud-credentials.json"))).mode & 0o777, 0o600);
    });

    it("are refused for a role that does not trust EC2, or that is another machine's", async () => {
      assert.match(await read(open, `${path}/lambda`), /"Code": "AssumeRoleUnauthorizedAccess"/);
      assert.equal((await get(open, `${path}/machine`)).status, 404);
    });
  });

  describe("a Spot notice", () => {
    it("is not there until AWS takes the instance back, and then says what happens when", async () => {
      for (const name of ["instance-action", "termination-time"]) {
        assert.equal((await get(closed, `/latest/meta-data/spot/${name}`)).status, 404);
      }
      const time = "2026-11-26T12:02:00Z";
      await new Cloud(folder, () => "").change(({ data }) => {
        data.notices[made.closed] = { action: "terminate", time };
      });
      assert.equal(
        await read(closed, "/latest/meta-data/spot/instance-action"),
        `{"action":"terminate","time":"${time}"}`,
      );
      assert.equal(await read(closed, "/latest/meta-data/spot/termination-time"), time);
      assert.equal((await get(open, "/latest/meta-data/spot/instance-action")).status, 404);
    });
  });
});
