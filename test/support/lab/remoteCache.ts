/** A remote cache for tests: its keys, its products, and a place for what is taken from it. */
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../../lab/command";
import { ensureCacheEntry } from "../../../lab/supply/cacheEntry";
import { pack } from "../../../lab/supply/remoteCache/archive";
import { archiveName } from "../../../lab/supply/remoteCache/product";
import { formatSums, sign } from "../../../lab/supply/remoteCache/sums";

const variables = ["XDG_CACHE_HOME", "PERIGEE_LAB_CACHE", "PERIGEE_LAB_CACHE_SIGNERS"] as const;

/** The product of most tests: another machine made it with the content `theirs`. */
export const product = { name: "toolchain/thing", key: "ab12" } as const;

/** Everything that a test of the remote cache has, in one temporary folder. */
export class TestCache {
  private readonly before = variables.map((name) => [name, process.env[name]] as const);
  readonly said: string[] = [];
  builds = 0;

  private constructor(readonly root: string) {}

  /** A cache in a folder with {@link product} in it, signed by a key that this machine trusts. */
  static async make(): Promise<TestCache> {
    const cache = new TestCache(await mkdtemp(join(tmpdir(), "remote-cache-")));
    await mkdir(cache.folder);
    await cache.makeKey("key");
    await writeFile(cache.path("signers"), `lab@example ${await readFile(cache.path("key.pub"), "utf8")}`);
    await cache.fill();
    process.env["XDG_CACHE_HOME"] = cache.path("home");
    process.env["PERIGEE_LAB_CACHE"] = cache.folder;
    process.env["PERIGEE_LAB_CACHE_SIGNERS"] = cache.path("signers");
    return cache;
  }

  async remove(): Promise<void> {
    for (const [name, value] of this.before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    await rm(this.root, { recursive: true });
  }

  get folder(): string {
    return join(this.root, "cache");
  }

  path(...parts: string[]): string {
    return join(this.root, ...parts);
  }

  async makeKey(name: string): Promise<string> {
    await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", this.path(name)]);
    return this.path(name);
  }

  /** Packs a folder with one file as {@link product}, and signs its sum. */
  async fill(content = "theirs"): Promise<void> {
    const folder = await mkdtemp(this.path("product-"));
    await writeFile(join(folder, "content"), content);
    const { sha256 } = await pack(folder, this.archive);
    await this.signed(new Map([[archiveName(product), sha256]]));
  }

  get archive(): string {
    return join(this.folder, archiveName(product));
  }

  /** Signs sums; by default that of the archive as it is. */
  async signed(sums?: ReadonlyMap<string, string>, key = this.path("key")): Promise<void> {
    const actual = createHash("sha256")
      .update(await readFile(this.archive))
      .digest("hex");
    const text = formatSums(sums ?? new Map([[archiveName(product), actual]]));
    await writeFile(join(this.folder, "SHA256SUMS"), text);
    await writeFile(join(this.folder, "SHA256SUMS.sig"), await sign(text, key));
  }

  /** Content of a product after the lab asked for it: `theirs` or `built`. */
  async ask(wanted: { name: string; key: string; onlyHere?: boolean } = product): Promise<string> {
    const folder = await ensureCacheEntry({
      ...wanted,
      progress: (line) => this.said.push(line),
      build: async (target) => {
        this.builds++;
        await writeFile(join(target, "content"), "built");
      },
    });
    return readFile(join(folder, "content"), "utf8");
  }
}
