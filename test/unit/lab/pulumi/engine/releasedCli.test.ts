import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureReleasedCli, releasedVersion } from "../../../../../lab/pulumi/engine/releasedCli";

describe("the released Pulumi CLI", () => {
  const before = process.env["XDG_CACHE_HOME"];
  let home = "";
  let server: Server;
  let base = "";

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), "released-"));
    process.env["XDG_CACHE_HOME"] = join(home, "cache");
    const archives = { "/good": await archive(`v${releasedVersion}`), "/other": await archive("v1.0.0") };
    server = createServer(({ url = "" }, response) => {
      const found = archives[url as keyof typeof archives];
      if (url === "/cut") {
        response.writeHead(200, { "content-length": archives["/good"].length });
        response.write(archives["/good"].subarray(0, 100), () => response.destroy());
      } else response.writeHead(found === undefined ? 404 : 200).end(found);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterEach(async () => {
    if (before === undefined) delete process.env["XDG_CACHE_HOME"];
    else process.env["XDG_CACHE_HOME"] = before;
    server.close();
    await rm(home, { recursive: true });
  });

  /** An archive as Pulumi releases it, whose program says this version. */
  async function archive(version: string): Promise<Buffer> {
    const folder = join(home, version, "pulumi");
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "pulumi"), `#!/bin/sh\necho ${version}\n`);
    await chmod(join(folder, "pulumi"), 0o755);
    const file = join(home, `${version}.tar.gz`);
    execFileSync("tar", ["--create", "--gzip", "--file", file, "--directory", join(home, version), "pulumi"]);
    return readFile(file);
  }

  const take = (path: string): Promise<string> => ensureReleasedCli(() => undefined, `${base}${path}`);

  it("is downloaded once", async () => {
    const folder = await take("/good");
    assert.deepEqual(await readdir(folder), ["pulumi"]);
    assert.equal(await take("/no-longer-there"), folder);
  });

  it("is not taken from what is not there, ends half-way, or is another version; the next try can go well", async () => {
    for (const [path, reason] of [
      ["/none", "it answers 404"],
      ["/cut", "other side closed"],
      ["/other", "it says that it is v1.0.0"],
    ] as const) {
      await assert.rejects(take(path), (error: Error) => {
        assert.ok(
          error.message.startsWith(`The Pulumi CLI could not be taken from ${base}${path}: ${reason}`),
        );
        assert.match(error.message, /LAB_SOURCES=built make up$/);
        return true;
      });
      assert.deepEqual(
        (await readdir(join(home, "cache/perigee/pulumi"))).filter((name) => !name.startsWith(".lock")),
        [],
      );
    }
    await take("/good");
  });
});
