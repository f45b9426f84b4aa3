import assert from "node:assert/strict";
import { appendFile, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../../../lab/command";
import { archiveName } from "../../../../lab/supply/remoteCache/product";
import { product, TestCache } from "../../../support/lab/remoteCache";

describe("a remote cache", () => {
  let cache: TestCache;
  beforeEach(async () => (cache = await TestCache.make()));
  afterEach(() => cache.remove());

  /** What is below the product's name, complete or not. */
  const kept = async (): Promise<string[]> =>
    (await readdir(cache.path("home/perigee", product.name))).filter((name) => name !== ".lock");
  const refused = async (...reasons: RegExp[]): Promise<void> => {
    const error: unknown = await cache.ask().catch((caught: unknown) => caught);
    assert.ok(error instanceof Error, "it was used");
    for (const reason of reasons) assert.match(error.message, reason);
    assert.match(error.message, /is not used: .*(make cache-push|PERIGEE_LAB_CACHE)/);
    assert.equal(error.message.split("\n").length, 1);
    assert.deepEqual([cache.builds, await kept()], [0, []]);
  };

  it("has a product that is missing here, which is then not built", async () => {
    assert.equal(await cache.ask(), "theirs");
    assert.equal(cache.builds, 0);
    assert.deepEqual(await kept(), [product.key]);
    assert.match(cache.said.join("\n"), /^toolchain\/thing: 0 kB from the cache in \d+ s$/);
  });

  it("is not asked for what is there", async () => {
    await cache.ask();
    await rm(cache.folder, { recursive: true });
    assert.equal(await cache.ask(), "theirs");
  });

  it("is of no use for another key: the product is built", async () => {
    assert.equal(await cache.ask({ ...product, key: "cd34" }), "built");
  });

  it("never has what is only this machine's, though there is an archive of that name", async () => {
    assert.equal(await cache.ask({ ...product, onlyHere: true }), "built");
  });

  it("is taken from once by two at once", async () => {
    assert.deepEqual(await Promise.all([cache.ask(), cache.ask()]), ["theirs", "theirs"]);
    assert.equal(cache.said.filter((line) => line.includes("from the cache")).length, 1);
  });

  it("with an archive that its sums do not name, has nothing", async () => {
    await cache.signed(new Map());
    assert.equal(await cache.ask(), "built");
  });

  it("without the archive that its sums name, has nothing, and that is said", async () => {
    await rm(cache.archive);
    assert.equal(await cache.ask(), "built");
    assert.match(cache.said.join(), /its archive is not: it is made here/);
  });

  it("without sums, has nothing, and that is said once", async () => {
    await rm(join(cache.folder, "SHA256SUMS"));
    await cache.ask();
    await cache.ask({ ...product, key: "cd34" });
    assert.deepEqual([cache.builds, cache.said.length], [2, 1]);
    assert.match(cache.said.join(), /has no SHA256SUMS: what is missing is made here/);
  });

  describe("is refused, and nothing of it kept", () => {
    it("with another sum", async () => {
      await appendFile(cache.archive, "more");
      await refused(
        new RegExp(`^${archiveName(product)} from `),
        /its SHA-256 is \w{64}, expected is \w{64}/,
      );
    });

    it("with a truncated archive", async () => {
      await truncate(cache.archive, 20);
      await refused(/its SHA-256 is/);
    });

    it("without a signature", async () => {
      await rm(join(cache.folder, "SHA256SUMS.sig"));
      await refused(/^SHA256SUMS from /, /it is not signed: expected is SHA256SUMS\.sig/);
    }).timeout(15_000);

    it("signed by somebody else, who is named", async () => {
      await cache.signed(undefined, await cache.makeKey("other"));
      await refused(/signed by the ED25519 key SHA256:\S+, expected is a key of .*signers/);
    }).timeout(15_000);

    it("with the signature of another file", async () => {
      const sums = join(cache.folder, "SHA256SUMS");
      await writeFile(sums, (await readFile(sums, "utf8")).replace(/^./, "0"));
      await appendFile(sums, `${"0".repeat(64)}  more.tar.zst\n`);
      await refused(/the signature is not of this SHA256SUMS/);
    }).timeout(15_000);

    it("with a signature by the same key for something else, such as a commit", async () => {
      const sums = join(cache.folder, "SHA256SUMS");
      await rm(`${sums}.sig`);
      await run("ssh-keygen", ["-q", "-Y", "sign", "-n", "git", "-f", cache.path("key"), sums]);
      await refused(/not made for a cache of the lab/);
    }).timeout(15_000);
  });

  it("whose signature is a moment behind its sums is read again", async () => {
    const signature = join(cache.folder, "SHA256SUMS.sig");
    const good = await readFile(signature, "utf8");
    await writeFile(signature, "");
    setTimeout(() => void writeFile(signature, good), 300);
    assert.equal(await cache.ask(), "theirs");
  });

  it("with problems in its settings stops before anything is built, and names all of them", async () => {
    process.env["PERIGEE_LAB_CACHE"] = "ftp://example.org/";
    process.env["PERIGEE_LAB_CACHE_SIGNERS"] = "";
    await assert.rejects(
      cache.ask(),
      /^Error: PERIGEE_LAB_CACHE is ftp:.*\nPERIGEE_LAB_CACHE_SIGNERS is not set/,
    );
    assert.equal(cache.builds, 0);
  });
});
