import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Location, parseLocation } from "../../../../lab/supply/remoteCache/location";
import { remoteCacheSettings } from "../../../../lab/supply/remoteCache/settings";

const at = (text: string): Location => {
  const location = parseLocation("CACHE", text);
  assert.ok(!("problem" in location), JSON.stringify(location));
  return location;
};
const problem = (text: string): string => {
  const location = parseLocation("CACHE", text);
  return "problem" in location ? location.problem : `none: ${location.said}`;
};

describe("the location of a remote cache", () => {
  it("is a folder, a web server, or a registry's repository", () => {
    assert.equal(at("/srv/perigee").kind, "folder");
    assert.deepEqual(at("https://example.org/lab"), {
      kind: "http",
      said: "https://example.org/lab/",
      base: "https://example.org/lab/",
    });
    assert.deepEqual(at("oci://ghcr.io/owner/perigee-lab"), {
      kind: "oci",
      said: "oci://ghcr.io/owner/perigee-lab",
      origin: "https://ghcr.io",
      registry: "ghcr.io",
      repository: "owner/perigee-lab",
    });
  });

  it("has Docker Hub's own name for its API", () => {
    const location = at("oci://docker.io/owner/lab");
    assert.equal(location.kind === "oci" && location.origin, "https://registry-1.docker.io");
  });

  it("is not encrypted on this machine only", () => {
    assert.equal(at("http://127.0.0.1:8000/").kind, "http");
    assert.equal(at("http://[::1]/x").kind, "http");
    const registry = at("oci://localhost:5000/lab");
    assert.equal(registry.kind === "oci" && registry.origin, "http://localhost:5000");
    assert.match(
      problem("http://example.org/"),
      /^CACHE is http:\/\/example\.org\/: http:\/\/ is not encrypted/,
    );
    assert.match(problem("http://127.example.org/"), /not encrypted/);
  });

  for (const [text, reason] of [
    ["lab/cache", /neither an absolute path nor a URL/],
    ["./cache", /neither an absolute path nor a URL/],
    ["s3://bucket/lab", /s3: is not known here/],
    ["https://", /neither an absolute path nor a URL/],
    ["https://example.org/?token=1", /a query/],
    ["oci://ghcr.io", /names no repository/],
    ["oci://ghcr.io/owner/lab:latest", /or one with a tag/],
    ["oci://ghcr.io/Owner", /names no repository/],
  ] as const) {
    it(`is not ${text}, and what is allowed is said`, () => {
      assert.match(problem(text), reason);
      assert.match(problem(text), /Allowed are the absolute path of a folder, https:/);
    });
  }

  it("keeps credentials to itself, whatever else is wrong", () => {
    const location = at("https://user:pass%20word@example.org/lab");
    assert.equal(location.said, "https://example.org/lab/");
    const header = location.kind === "http" ? location.authorization : "";
    assert.equal(header, `Basic ${Buffer.from("user:pass word").toString("base64")}`);
    for (const text of [
      "http://user:secret@example.org/",
      "ftp://user:secret@example.org/",
      "https://user:sec/secret@host@example.org/",
      "oci://user:secret@ghcr.io/a",
      "https://example.org/?sig=secret",
    ]) {
      assert.doesNotMatch(problem(text), /secret|user/, text);
    }
  });
});

describe("the settings of a remote cache", () => {
  let folder = "";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "cache-settings-"));
    await writeFile(join(folder, "signers"), "# us\nlab@example ssh-ed25519 AAAAC3Nz us\n");
    await writeFile(join(folder, "empty"), "\n");
    await writeFile(join(folder, "key.pub"), "ssh-ed25519 AAAAC3Nz us@here\n");
  });
  afterEach(() => rm(folder, { recursive: true }));

  const check = (cache: string, signers?: string) =>
    remoteCacheSettings({
      PERIGEE_LAB_CACHE: cache,
      ...(signers !== undefined && { PERIGEE_LAB_CACHE_SIGNERS: signers }),
    });

  it("are none where the variable is not set", async () => {
    assert.deepEqual(await check(""), { problems: [] });
  });

  it("are good with a folder that exists and a file of signers", async () => {
    const { settings, problems } = await check(folder, join(folder, "signers"));
    assert.deepEqual(problems, []);
    assert.equal(settings?.location.said, folder);
  });

  it("name both problems at once", async () => {
    const { settings, problems } = await check("/does/not/exist");
    assert.equal(settings, undefined);
    assert.match(problems[0] ?? "", /^PERIGEE_LAB_CACHE is \/does\/not\/exist, which does not exist/);
    assert.match(problems[1] ?? "", /^PERIGEE_LAB_CACHE_SIGNERS is not set, and no unsigned cache is used/);
    assert.equal(problems.length, 2);
  });

  it("name a folder that is a file", async () => {
    const { problems } = await check(join(folder, "signers"), join(folder, "signers"));
    assert.match(problems.join(), /which is not a folder/);
  });

  for (const [signers, reason] of [
    ["signers", /is signers, which is not an absolute path/],
    ["/does/not/exist", /does not exist/],
    ["FOLDER/empty", /is empty/],
    ["FOLDER/key.pub", /no line with a name and a public key/],
    ["FOLDER", /cannot be read \(EISDIR\)/],
  ] as const) {
    it(`do not take ${signers} for a file of signers`, async () => {
      const { problems } = await check(folder, signers.replace("FOLDER", folder));
      assert.equal(problems.length, 1);
      assert.match(problems[0] ?? "", reason);
      assert.match(problems[0] ?? "", /a file of lines such as `name ssh-ed25519 AAAA…`/);
    });
  }
});
