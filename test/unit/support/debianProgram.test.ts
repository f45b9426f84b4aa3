import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { prometheusProgram } from "../../support/promtool";

describe("finding promtool", () => {
  const { PATH, XDG_CACHE_HOME } = process.env;
  let folder = "";

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "perigee-find-"));
    process.env["XDG_CACHE_HOME"] = join(folder, "cache");
    process.env["PATH"] = join(folder, "bin");
    await mkdir(join(folder, "bin"));
  });

  afterEach(async () => {
    process.env["PATH"] = PATH;
    if (XDG_CACHE_HOME === undefined) delete process.env["XDG_CACHE_HOME"];
    else process.env["XDG_CACHE_HOME"] = XDG_CACHE_HOME;
    await rm(folder, { recursive: true, force: true });
  });

  const program = async (path: string, text = "#!/bin/sh\n"): Promise<string> => {
    await writeFile(path, text);
    await chmod(path, 0o755);
    return path;
  };

  it("takes the one on PATH", async () => {
    const path = await program(join(folder, "bin", "promtool"));
    assert.equal(await prometheusProgram("promtool"), path);
  });

  it("takes the one in the cache", async () => {
    const bin = join(folder, "cache", "perigee", "debian", "prometheus", "usr", "bin");
    await mkdir(bin, { recursive: true });
    const path = await program(join(bin, "prometheus"));
    assert.equal(await prometheusProgram("prometheus"), path);
  });

  it("takes it out of Debian's package, once, and leaves nothing else behind", async () => {
    await program(join(folder, "bin", "apt-get"), "#!/bin/sh\n: > prometheus_1_amd64.deb\n");
    await program(
      join(folder, "bin", "dpkg-deb"),
      '#!/bin/sh\n/bin/mkdir -p "$3/usr/bin" && : > "$3/usr/bin/promtool" && /bin/chmod 755 "$3/usr/bin/promtool"\n',
    );
    const [one, other] = await Promise.all([prometheusProgram("promtool"), prometheusProgram("promtool")]);
    assert.equal(one, other);
    assert.equal(one, join(folder, "cache", "perigee", "debian", "prometheus", "usr", "bin", "promtool"));
    await rm(join(folder, "bin"), { recursive: true });
    assert.equal(await prometheusProgram("promtool"), one);
  });

  it("says what to install where there is neither", async () => {
    await assert.rejects(
      prometheusProgram("promtool"),
      /^Error: promtool is not on PATH and could not be taken from Debian's package prometheus .*Install the package/,
    );
  });
});
