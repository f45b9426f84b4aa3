import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureCacheEntry } from "../../../../lab/supply/cacheEntry";

describe("the cache", () => {
  const before = process.env["XDG_CACHE_HOME"];
  let home = "";

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), "supply-"));
    process.env["XDG_CACHE_HOME"] = home;
  });

  afterEach(async () => {
    if (before === undefined) delete process.env["XDG_CACHE_HOME"];
    else process.env["XDG_CACHE_HOME"] = before;
    await rm(home, { recursive: true });
  });

  const entry = (key: string, build: (folder: string) => Promise<void>) =>
    ensureCacheEntry({ name: "things", key, progress: () => undefined, build });

  it("builds once, and then only what is missing", async () => {
    let builds = 0;
    const build = async (folder: string) => {
      builds++;
      await writeFile(join(folder, "product"), "made");
    };
    const folder = await entry("one", build);
    assert.equal(folder, join(home, "perigee", "things", "one"));
    assert.equal(await entry("one", build), folder);
    await entry("two", build);
    assert.equal(builds, 2);
    assert.equal(await readFile(join(folder, "product"), "utf8"), "made");
  });

  it("keeps nothing of a build that failed", async () => {
    await assert.rejects(
      entry("one", async (folder) => {
        await writeFile(join(folder, "half"), "");
        throw new Error("no space left");
      }),
      /no space left/,
    );
    const left = (await readdir(join(home, "perigee", "things"))).filter((name) => name !== ".lock");
    assert.deepEqual(left, []);
  });

  it("clears what a killed build left", async () => {
    const unfinished = join(home, "perigee", "things", ".unfinished-99999-one");
    await mkdir(unfinished, { recursive: true });
    await entry("one", () => Promise.resolve());
    assert.deepEqual((await readdir(join(home, "perigee", "things"))).sort(), ["one"]);
  });

  it("lets two at once build a product only once", async () => {
    let builds = 0;
    const build = async () => {
      builds++;
      await new Promise((resolve) => setTimeout(resolve, 50));
    };
    await Promise.all([entry("one", build), entry("one", build)]);
    assert.equal(builds, 1);
  });
});
