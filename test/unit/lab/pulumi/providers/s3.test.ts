import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../../../../lab/command";
import { freePort } from "../../../../../lab/processes";
import { Cloud } from "../../../../../lab/pulumi/providers/aws/cloud";
import type { RoleCredentials } from "../../../../../lab/pulumi/providers/aws/metadata/roleCredentials";
import { certificateFiles } from "../../../../../lab/pulumi/providers/aws/s3/certificates";
import { contentFolder, versionsOf } from "../../../../../lab/pulumi/providers/aws/s3/objects";
import { serveS3, stopS3 } from "../../../../../lab/pulumi/providers/aws/s3/serve";
import type { ResourceCall } from "../../../../../lab/pulumi/providers/rpc/provider";
import { labFolders } from "../../../../../lab/settings";
import { onPath } from "../../../../support/infra/tools";
import { OwnS3 } from "../../../../support/lab/s3";

const everybody = "*";

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  /** S3's error code. */
  readonly code: string;
}

interface Asked {
  readonly as?: Partial<RoleCredentials> | "nobody";
  readonly scheme?: "http" | "https";
  /** curl's own: method, content, more headers. */
  readonly with?: readonly string[];
}

describe("the lab's S3, asked by curl", function () {
  this.timeout(30_000);
  let s3: OwnS3;
  let portOf: (scheme: "http" | "https") => number;
  let credentials: RoleCredentials;

  before(function () {
    // Skipped where there is no curl that signs (7.75), or no openssl that makes certificates.
    if (!onPath("curl") || !onPath("openssl")) this.skip();
  });

  beforeEach(async () => {
    s3 = await OwnS3.start();
    ({ credentials } = s3);
    portOf = (scheme) => s3.port(scheme);
  });

  afterEach(async () => {
    await stopS3(labFolders(s3.folder));
    await s3.stop();
  });

  async function ask(
    path: string,
    { as = {}, scheme = "https", with: more = [] }: Asked = {},
  ): Promise<Answer> {
    const port = portOf(scheme);
    const { accessKeyId, secretAccessKey, token } = { ...credentials, ...(as === "nobody" ? {} : as) };
    const signed = [
      ...["--aws-sigv4", `aws:amz:${s3.region}:s3`, "--user", `${accessKeyId}:${secretAccessKey}`],
      ...["-H", `x-amz-security-token: ${token}`],
    ];
    const place = { https: 443, http: 80 }[scheme];
    const out = await run("curl", [
      ...["--silent", "--show-error", "--max-time", "10", "--cacert", s3.authorityFile],
      ...["--connect-to", `${s3.host}:${place}:127.0.0.1:${port}`, "--dump-header", "-"],
      ...(as === "nobody" ? [] : signed),
      ...(as === "nobody" || more.some((each) => each.startsWith("x-amz-content-sha256")) ? [] : noContent),
      ...more,
      `${scheme}://${s3.host}${path}`,
    ]);
    const [head = "", ...rest] = out.replace(/^HTTP\/1.1 100 .*?\r\n\r\n/s, "").split("\r\n\r\n");
    const body = rest.join("\r\n\r\n");
    const lines = head
      .split("\r\n")
      .slice(1)
      .map((line) => line.split(/: (.*)/s, 2) as [string, string]);
    return {
      status: Number(/^HTTP\/1.1 (\d+)/.exec(head)?.[1]),
      body,
      headers: Object.fromEntries(lines.map(([name, value]) => [name.toLowerCase(), value])),
      code: /<Code>(.*?)<\/Code>/.exec(body)?.[1] ?? "",
    };
  }

  // curl 7.88 does not send it by itself.
  const noContent = ["-H", `x-amz-content-sha256: ${createHash("sha256").update("").digest("hex")}`];
  const sum = (text: string): string => createHash("sha256").update(text).digest("hex");
  const content = (text: string, ...more: string[]) => [
    "-X",
    "PUT",
    "--data-binary",
    text,
    "-H",
    `x-amz-content-sha256: ${sum(text)}`,
    ...more,
  ];
  const put = (key: string, text = "data", more: string[] = [], asked: Asked = {}) =>
    ask(`/${key}`, { ...asked, with: content(text, ...more) });
  const refused = ({ status, code }: Answer): string => `${status} ${code}`;
  const versions = () =>
    new Cloud(s3.folder, () => s3.region).look((account) => versionsOf(account, s3.bucket));
  const files = () => readdir(contentFolder(s3.folder, s3.bucket));

  it("takes an object in the prefix that the role may write, by a certificate of the lab's own authority", async () => {
    const { status, headers } = await put("ground/one");
    assert.equal(status, 200);
    assert.equal(headers["etag"], `"${createHash("md5").update("data").digest("hex")}"`);
    assert.equal(headers["x-amz-server-side-encryption"], "AES256");
    const [version] = await versions();
    assert.equal(headers["x-amz-version-id"], version?.versionId);
    assert.equal(
      await readFile(join(contentFolder(s3.folder, s3.bucket), version?.content?.file ?? ""), "utf8"),
      "data",
    );
  });

  it("takes a file of any size by its sum or without one, and says so before it is sent", async () => {
    const file = join(s3.folder, "large");
    await writeFile(file, Buffer.alloc(3 * 2 ** 20, 7));
    const upload = ["-T", file];
    assert.equal(
      (await ask("/ground/unsummed", { with: [...upload, "-H", "x-amz-content-sha256: UNSIGNED-PAYLOAD"] }))
        .status,
      200,
    );
    const digest = createHash("sha256")
      .update(await readFile(file))
      .digest("hex");
    assert.equal(
      (await ask("/ground/summed", { with: [...upload, "-H", `x-amz-content-sha256: ${digest}`] })).status,
      200,
    );
    assert.deepEqual(
      (await versions()).map((one) => one.content?.size),
      [3 * 2 ** 20, 3 * 2 ** 20],
    );
    const outside = await ask("/other/one", {
      with: [...upload, "-H", `x-amz-content-sha256: ${digest}`, "-H", "Expect: 100-continue"],
    });
    assert.equal(refused(outside), "403 AccessDenied");
  });

  it("needs the sum of the content in the signature, if only as unsummed", async () => {
    for (const [given, expected] of [
      ["x-amz-content-sha256:", "400 InvalidRequest"],
      ["x-amz-content-sha256: 12", "400 InvalidArgument"],
      ["x-amz-content-sha256: STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "501 NotImplemented"],
    ] as const) {
      assert.equal(refused(await ask("/ground/one", { with: ["-H", given] })), expected);
    }
  });

  it("refuses what the role may not do, with AWS' reason", async () => {
    await put("ground/one");
    const outside = await put("other/one");
    assert.equal(refused(outside), "403 AccessDenied");
    assert.match(
      outside.body,
      /User: arn:aws:sts::123456789012:assumed-role\/machine\/i-1 is not authorized to perform: s3:PutObject on resource: &#34;arn:aws:s3:::backups\/other\/one&#34; because no identity-based policy allows the s3:PutObject action/,
    );
    assert.equal(refused(await put("ground/../other")), "403 AccessDenied");
    assert.equal(refused(await ask("/ground/one")), "403 AccessDenied");
    assert.equal(refused(await ask("/ground/one", { with: ["-X", "DELETE"] })), "403 AccessDenied");
    assert.equal(refused(await ask("/?list-type=2")), "403 AccessDenied");
    assert.equal((await ask("/ground/one", { with: ["--head"] })).status, 403);
    assert.equal((await versions()).length, 1);
    assert.equal((await files()).length, 1);
  });

  it("refuses keys that are not good", async () => {
    const secretAccessKey = credentials.secretAccessKey.replace(/./, (first) => (first === "a" ? "b" : "a"));
    assert.equal(
      refused(await put("ground/one", "data", [], { as: { secretAccessKey } })),
      "403 SignatureDoesNotMatch",
    );
    assert.equal(refused(await put("ground/one", "data", [], { as: { token: "x" } })), "400 InvalidToken");
    assert.equal(
      refused(await put("ground/one", "data", [], { as: { accessKeyId: "ASIAX" } })),
      "403 InvalidAccessKeyId",
    );
    assert.equal(refused(await put("ground/one", "data", [], { as: "nobody" })), "403 AccessDenied");
    const table = JSON.parse(await readFile(join(s3.folder, "cloud-credentials.json"), "utf8")) as Record<
      string,
      RoleCredentials
    >;
    const old = { ...credentials, expiration: "2026-01-01T00:00:00Z" };
    await writeFile(
      join(s3.folder, "cloud-credentials.json"),
      JSON.stringify({ ...table, [old.accessKeyId]: old }),
    );
    assert.equal(refused(await put("ground/one")), "400 ExpiredToken");
  });

  it("refuses a clock that is 16 minutes off", async () => {
    s3.now = () => new Date(Date.now() + 16 * 60_000);
    assert.equal(refused(await put("ground/one")), "403 RequestTimeTooSkewed");
  });

  it("keeps nothing of a content that is not what was signed", async () => {
    const other = ["-X", "PUT", "--data-binary", "datb", "-H", `x-amz-content-sha256: ${sum("data")}`];
    assert.equal(refused(await ask("/ground/one", { with: other })), "400 XAmzContentSHA256Mismatch");
    const md5 = createHash("md5").update("other").digest("base64");
    assert.equal(refused(await put("ground/one", "data", ["-H", `Content-MD5: ${md5}`])), "400 BadDigest");
    assert.deepEqual([await versions(), await files()], [[], []]);
  });

  it("answers plain HTTP, which the bucket's policy denies", async () => {
    await s3.allow("s3:*", `${s3.arn}/*`);
    const plain = await put("ground/one", "data", [], { scheme: "http" });
    assert.equal(refused(plain), "403 AccessDenied");
    assert.match(plain.body, /with an explicit deny in a resource-based policy/);
    assert.equal((await put("ground/one")).status, 200);
  });

  it("lists under the prefix that the role may list, in pages", async () => {
    await s3.allow("s3:ListBucket", s3.arn, { StringLike: { "s3:prefix": "ground/*" } });
    for (const key of ["ground/b", "ground/a", "ground/c%26d"]) assert.equal((await put(key)).status, 200);
    assert.equal(refused(await ask("/?list-type=2")), "403 AccessDenied");
    assert.equal(refused(await ask("/?list-type=2&prefix=other%2F")), "403 AccessDenied");
    const keys = ({ body }: Answer) => [...body.matchAll(/<Key>(.*?)<\/Key>/g)].map(([, key]) => key);
    assert.deepEqual(keys(await ask("/?list-type=2&prefix=ground%2F")), [
      "ground/a",
      "ground/b",
      "ground/c&#38;d",
    ]);
    const first = await ask("/?list-type=2&max-keys=2&prefix=ground%2F");
    assert.deepEqual(keys(first), ["ground/a", "ground/b"]);
    assert.match(first.body, /<KeyCount>2<\/KeyCount><MaxKeys>2<\/MaxKeys><IsTruncated>true<\/IsTruncated>/);
    const token = encodeURIComponent(/<NextContinuationToken>(.*?)</.exec(first.body)?.[1] ?? "");
    const rest = await ask(`/?continuation-token=${token}&list-type=2&max-keys=2&prefix=ground%2F`);
    assert.deepEqual(keys(rest), ["ground/c&#38;d"]);
    assert.match(rest.body, /<IsTruncated>false/);
    assert.deepEqual(keys(await ask("/?list-type=2&prefix=ground%2F&start-after=ground%2Fb")), [
      "ground/c&#38;d",
    ]);
    assert.equal(
      refused(await ask("/?continuation-token=x&list-type=2&prefix=ground%2F")),
      "400 InvalidArgument",
    );
    assert.equal(refused(await ask("/?list-type=2&max-keys=many&prefix=ground%2F")), "400 InvalidArgument");
  });

  it("gives an object back as it was written, to who may read it", async () => {
    await s3.allow("s3:GetObject", `${s3.arn}/ground/*`);
    await put("ground/one", "first");
    await put("ground/one", "second", [
      "-H",
      "Content-Type: text/x-test",
      "-H",
      "x-amz-meta-version: 1.36.3",
    ]);
    const read = await ask("/ground/one");
    assert.deepEqual([read.status, read.body], [200, "second"]);
    assert.deepEqual(
      ["content-type", "content-length", "x-amz-meta-version"].map((name) => read.headers[name]),
      ["text/x-test", "6", "1.36.3"],
    );
    const head = await ask("/ground/one", { with: ["--head", "--output", "/dev/null"] });
    assert.deepEqual([head.status, head.body, head.headers["content-length"]], [200, "", "6"]);
    assert.equal((await versions()).length, 2, "the first version stays");
  });

  it("tells only who may list the bucket what is not in it", async () => {
    await s3.allow("s3:GetObject", `${s3.arn}/*`);
    assert.equal(refused(await ask("/ground/none")), "403 AccessDenied");
    await s3.allow("s3:ListBucket", s3.arn);
    assert.equal(refused(await ask("/ground/none")), "404 NoSuchKey");
  });

  it("deletes with a marker, and keeps the versions", async () => {
    for (const action of ["s3:GetObject", "s3:DeleteObject"]) await s3.allow(action, `${s3.arn}/*`);
    await s3.allow("s3:ListBucket", s3.arn);
    await put("ground/one");
    const gone = await ask("/ground/one", { with: ["-X", "DELETE"] });
    assert.deepEqual([gone.status, gone.headers["x-amz-delete-marker"]], [204, "true"]);
    const read = await ask("/ground/one");
    assert.deepEqual([refused(read), read.headers["x-amz-delete-marker"]], ["404 NoSuchKey", "true"]);
    assert.deepEqual(
      (await versions()).map(({ content }) => content !== undefined),
      [true, false],
    );
    assert.equal((await files()).length, 1);
    assert.doesNotMatch((await ask("/?list-type=2")).body, /<Key>/);
  });

  it("overwrites and deletes for good where the bucket has no versions", async () => {
    await s3.make("s3/bucket:Bucket", { bucket: "plain" });
    await s3.allow("s3:*", "arn:aws:s3:::plain/*");
    const there = ["--connect-to", `plain.s3.${s3.region}.amazonaws.com:443:127.0.0.1:${portOf("https")}`];
    const plain = (...more: string[]) =>
      run("curl", [
        ...["--silent", "--fail", "--cacert", s3.authorityFile, ...there],
        ...[
          "--aws-sigv4",
          `aws:amz:${s3.region}:s3`,
          "--user",
          `${credentials.accessKeyId}:${credentials.secretAccessKey}`,
        ],
        ...[
          "-H",
          `x-amz-security-token: ${credentials.token}`,
          ...more,
          `https://plain.s3.${s3.region}.amazonaws.com/one`,
        ],
      ]);
    await plain(...content("first"));
    await plain(...content("second"));
    assert.equal((await readdir(contentFolder(s3.folder, "plain"))).length, 1);
    assert.equal(await plain(...noContent), "second");
    await plain("-X", "DELETE", ...noContent);
    assert.deepEqual(await readdir(contentFolder(s3.folder, "plain")), []);
  });

  it("writes no second object where only a first is asked for", async () => {
    const onlyNew = ["-H", "If-None-Match: *"];
    assert.equal((await put("ground/one", "data", onlyNew)).status, 200);
    assert.equal(refused(await put("ground/one", "data", onlyNew)), "412 PreconditionFailed");
    assert.equal((await files()).length, 1);
  });

  it("refuses a bucket that is not the expected owner's", async () => {
    const owner = (id: string) => put("ground/one", "data", ["-H", `x-amz-expected-bucket-owner: ${id}`]);
    assert.equal((await owner("123456789012")).status, 200);
    assert.equal(refused(await owner("210987654321")), "403 AccessDenied");
    assert.equal(refused(await owner("me")), "400 InvalidBucketOwnerAWSAccountID");
  });

  it("refuses access control lists, other encryption, and all that it does not have", async () => {
    for (const resource of [s3.arn, `${s3.arn}/*`]) await s3.allow("s3:*", resource);
    assert.equal(
      refused(await put("ground/one", "data", ["-H", "x-amz-acl: public-read"])),
      "400 AccessControlListNotSupported",
    );
    assert.equal(
      refused(await put("ground/one", "data", ["-H", "x-amz-server-side-encryption: none"])),
      "400 InvalidArgument",
    );
    for (const name of [
      "x-amz-server-side-encryption: aws:kms",
      "x-amz-tagging: a=b",
      "x-amz-copy-source: /a/b",
    ]) {
      assert.equal(refused(await put("ground/one", "data", ["-H", name])), "501 NotImplemented", name);
    }
    for (const path of ["/?versioning=", "/ground/one?versionId=1", "/?delimiter=%2F&list-type=2", "/"]) {
      assert.equal(refused(await ask(path)), "501 NotImplemented", path);
    }
    assert.equal(refused(await ask("/", { with: ["-X", "PUT"] })), "501 NotImplemented");
  });

  it("asks the role's boundary too", async () => {
    await rm(join(s3.folder, "cloud.json"));
    await s3.make("iam/role:Role", {
      name: "machine",
      assumeRolePolicy: "{}",
      permissionsBoundary: "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess",
    });
    await s3.allow("s3:*", `${s3.arn}/*`);
    await s3.make("s3/bucket:Bucket", { bucket: s3.bucket });
    const bounded = await put("ground/one");
    assert.equal(refused(bounded), "403 AccessDenied");
    assert.match(bounded.body, /because no permissions boundary allows the s3:PutObject action/);
  });

  it("does not pass what it cannot evaluate, and logs why; no token is in the log", async () => {
    await s3.allow("s3:GetObject", `${s3.arn}/*`, { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } });
    assert.equal(refused(await ask("/ground/one")), "500 InternalError");
    assert.match(
      s3.log.join("\n"),
      /500 InternalError: the condition operator IpAddress is not evaluated here/,
    );
    assert.ok(
      !s3.log.join("\n").includes(credentials.token) &&
        !s3.log.join("\n").includes(credentials.secretAccessKey),
    );
  });

  it("knows no bucket of another name, and no role that is gone", async () => {
    await s3.aws.delete(callOf("aws:s3/bucketPolicy:BucketPolicy"), s3.bucket);
    await s3.aws.delete(callOf("aws:s3/bucket:Bucket"), s3.bucket);
    assert.equal(refused(await put("ground/one")), "404 NoSuchBucket");
    await new Cloud(s3.folder, () => s3.region).change((account) =>
      account.remove("aws:iam/role:Role", "machine"),
    );
    assert.equal(refused(await put("ground/one")), "403 InvalidAccessKeyId");
  });

  it("is open to nobody by a public policy while that is blocked, and else to everybody", async () => {
    const isPublic = {
      Statement: [{ Effect: "Allow", Principal: everybody, Action: "s3:GetObject", Resource: `${s3.arn}/*` }],
    };
    await put("ground/one");
    await new Cloud(s3.folder, () => s3.region).change((account) =>
      account.remove("aws:s3/bucketPolicy:BucketPolicy", s3.bucket),
    );
    await assert.rejects(
      s3.make("s3/bucketPolicy:BucketPolicy", { bucket: s3.bucket, policy: isPublic }),
      /AccessDenied: .* public policies are prevented by the BlockPublicPolicy setting/,
    );
    await new Cloud(s3.folder, () => s3.region).change((account) =>
      account.remove("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", s3.bucket),
    );
    await s3.make("s3/bucketPublicAccessBlock:BucketPublicAccessBlock", { bucket: s3.bucket });
    await s3.make("s3/bucketPolicy:BucketPolicy", { bucket: s3.bucket, policy: isPublic });
    const read = await ask("/ground/one", { as: "nobody" });
    assert.deepEqual([read.status, read.body], [200, "data"]);
  });

  function callOf(type: string): ResourceCall {
    const log = { status: () => undefined, warn: () => undefined, error: () => undefined };
    return { urn: "", type, name: "one", signal: new AbortController().signal, log };
  }

  it("runs as a process of the lab, goes away, and comes back with all it had", async () => {
    const folders = labFolders(s3.folder);
    const ports = { https: await freePort(), http: await freePort() };
    const served = { address: "127.0.0.1", region: s3.region, ports };
    const authority = await serveS3(folders, served);
    assert.equal(authority, await readFile(certificateFiles(folders, s3.region).authority, "utf8"));
    portOf = (scheme) => ports[scheme];
    assert.equal((await put("ground/one")).status, 200);
    await stopS3(folders);
    await assert.rejects(put("ground/two"), /Failed to connect/);
    await serveS3(folders, served);
    assert.equal((await put("ground/two")).status, 200);
    assert.equal((await versions()).length, 2);
    assert.equal(refused(await put("ground/one", "data", [], { scheme: "http" })), "403 AccessDenied");
  });
});
