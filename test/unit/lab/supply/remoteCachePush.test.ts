import assert from "node:assert/strict";
import { chmod, lstat, mkdir, readdir, readFile, readlink, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { type AddressInfo } from "node:net";
import { join } from "node:path";
import { run } from "../../../../lab/command";
import { exists, namesIn } from "../../../../lab/files";
import { cacheRoot } from "../../../../lab/settings";
import { ensureCacheEntry, productsOf } from "../../../../lab/supply/cacheEntry";
import { withRegistry } from "../../../../lab/supply/images/registry";
import { ensureSigningKey } from "../../../../lab/supply/packages/signing";
import { parseLocation } from "../../../../lab/supply/remoteCache/location";
import { type Pushed, pushProblems, pushProducts } from "../../../../lab/supply/remoteCache/push";
import { product, TestCache } from "../../../support/lab/remoteCache";

/** This machine's own cache, before a test sets another. */
const realCache = cacheRoot();

/** A program that the lab has built on this machine; undefined where it has not. */
async function built(entry: string, program: string): Promise<string | undefined> {
  for (const key of await namesIn(join(realCache, entry))) {
    const path = join(realCache, entry, key, program);
    if (!key.startsWith(".") && (await exists(path))) return path;
  }
  return undefined;
}

const other = { name: "toolchain/other", key: "ef56" } as const;

describe("a push to a remote cache", () => {
  let cache: TestCache;
  beforeEach(async () => (cache = await TestCache.make()));
  afterEach(() => cache.remove());

  const make = async (wanted: { name: string; key: string }): Promise<void> => {
    await ensureCacheEntry({
      ...wanted,
      progress: () => undefined,
      build: async (folder) => {
        await mkdir(join(folder, "bin"));
        await mkdir(join(folder, "empty"));
        await writeFile(join(folder, "content"), "built");
        await writeFile(join(folder, "bin", "program"), "#!");
        await chmod(join(folder, "bin", "program"), 0o750);
        await symlink("bin/program", join(folder, "link"));
      },
    });
  };
  const push = async (to: string, options: { key?: string; crane?: string } = {}): Promise<Pushed> => {
    const location = parseLocation("TO", to);
    assert.ok(!("problem" in location) && location.kind !== "http");
    const asked = await productsOf(async () => {
      for (const wanted of [product, other]) await make(wanted);
    });
    return pushProducts(
      asked.filter(({ complete }) => complete),
      {
        to: location,
        key: options.key ?? cache.path("key"),
        signers: "",
        crane: () => Promise.resolve(options.crane ?? ""),
      },
      (line) => cache.said.push(line),
    );
  };
  /** Takes the product from a cache on a machine that has nothing. */
  const fetched = async (from: string, wanted: { name: string; key: string }): Promise<string> => {
    process.env["PERIGEE_LAB_CACHE"] = from;
    process.env["XDG_CACHE_HOME"] = cache.path("another-home");
    const progress = (line: string) => cache.said.push(line);
    return ensureCacheEntry({ ...wanted, progress, build: () => Promise.reject(new Error("it was built")) });
  };
  const builtHere = async (): Promise<void> => {
    process.env["PERIGEE_LAB_CACHE"] = "";
    for (const wanted of [product, other]) await make(wanted);
  };
  const checkRoundTrip = async (to: string): Promise<void> => {
    const folder = await fetched(to, other);
    assert.equal((await lstat(join(folder, "bin/program"))).mode & 0o777, 0o750);
    assert.equal(await readlink(join(folder, "link")), "bin/program");
    assert.deepEqual(await readdir(join(folder, "empty")), []);
  };

  it("is what another machine takes: modes, links, and empty folders", async () => {
    await builtHere();
    const to = cache.path("new", "folder");
    const { pushed, present, signer } = await push(to);
    assert.deepEqual([pushed, present], [2, 0]);
    assert.match(signer, /^perigee-lab ssh-ed25519 \S+$/);
    await writeFile(cache.path("signers"), signer);
    await checkRoundTrip(to);
    assert.deepEqual(
      (await readdir(to)).sort(),
      ["SHA256SUMS", "SHA256SUMS.sig", "toolchain-other-ef56.tar.zst", "toolchain-thing-ab12.tar.zst"].sort(),
    );
    await run("sha256sum", ["--check", "--strict", "SHA256SUMS"], { cwd: to });
  });

  it("adds to what is there, and does nothing the second time", async () => {
    await builtHere();
    const { pushed, present } = await push(cache.folder);
    assert.deepEqual([pushed, present], [1, 1]);
    const sums = await readFile(join(cache.folder, "SHA256SUMS"), "utf8");
    assert.equal(sums.split("\n").length, 3);
    assert.equal((await push(cache.folder)).pushed, 0);
    assert.equal(await readFile(join(await fetched(cache.folder, product), "content"), "utf8"), "theirs");
  });

  it("that is killed between the new signature and the new sums leaves a good cache", async () => {
    await builtHere();
    const sums = await readFile(join(cache.folder, "SHA256SUMS"), "utf8");
    await push(cache.folder);
    await writeFile(join(cache.folder, "SHA256SUMS"), sums);
    assert.equal(await readFile(join(await fetched(cache.folder, product), "content"), "utf8"), "theirs");
    process.env["XDG_CACHE_HOME"] = cache.path("home");
    assert.equal((await push(cache.folder)).pushed, 1);
    // Under another name: this process has read the sums of the first.
    assert.equal(await readFile(join(await fetched(`${cache.folder}/`, other), "content"), "utf8"), "built");
  });

  it("does not sign what somebody else put there", async () => {
    await builtHere();
    const key = await cache.makeKey("other");
    await assert.rejects(push(cache.folder, { key }), /is of somebody else, .* PERIGEE_LAB_CACHE_SIGNERS/);
    assert.equal((await readdir(cache.folder)).length, 3);
  });

  it("names what it was asked for and is not built, and does not build it", async () => {
    process.env["PERIGEE_LAB_CACHE"] = "";
    await make(other);
    const listed = await productsOf(() => Promise.all([cache.ask().catch(() => ""), make(other)]));
    assert.deepEqual(
      listed.map(({ name, complete }) => [name, complete]),
      [
        [product.name, false],
        [other.name, true],
      ],
    );
    assert.equal(cache.builds, 0);
  });

  it("never has the key of the package repositories", async () => {
    const listed = await productsOf(async () => {
      await ensureSigningKey(() => undefined).catch(() => undefined);
      await make(other);
    });
    assert.deepEqual(
      listed.map(({ name }) => name),
      [other.name],
    );
  });

  it("to a web server, or without a key, is refused with the way", async () => {
    const problems = await pushProblems(parseLocation("TO", "https://example.org/lab"), "/no/key");
    assert.match(
      problems[0] ?? "",
      /^TO is https:\/\/example\.org\/lab\/: a web server is filled by its folder/,
    );
    assert.match(problems[1] ?? "", /^KEY is \/no\/key, which does not exist/);
  });

  it("to a registry that lets nobody read begins anew, and says that it has to be public", async () => {
    await builtHere();
    const server = createServer((_, response) => void response.writeHead(403).end());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    try {
      const { pushed } = await push(`oci://127.0.0.1:${port}/owner/lab`, { crane: "true" });
      assert.equal(pushed, 2);
      assert.match(
        cache.said.join("\n"),
        /lets nobody read \(HTTP 403\): it is filled anew, and has to be made public/,
      );
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it("to a registry is what another machine takes from there", async function () {
    this.timeout(60_000);
    const registry = await built("machineImage", "tools/root/usr/bin/docker-registry");
    const crane = await built("toolchain/crane", "bin/crane");
    if (registry === undefined || crane === undefined) {
      console.log("      skipped: `make up` has built neither docker-registry nor crane here");
      return this.skip();
    }
    await builtHere();
    await mkdir(cache.path("storage"));
    await withRegistry(registry, cache.path("storage"), async (address) => {
      const to = `oci://${address}/owner/perigee-lab`;
      assert.equal((await push(to, { crane })).pushed, 2);
      assert.deepEqual(await push(to, { crane }).then(({ pushed, present }) => [pushed, present]), [0, 2]);
      await checkRoundTrip(to);
    });
  });
});
