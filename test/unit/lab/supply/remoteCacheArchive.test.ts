import assert from "node:assert/strict";
import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { zstdCompressSync } from "node:zlib";
import { run } from "../../../../lab/command";
import { pack, unpack } from "../../../../lab/supply/remoteCache/archive";
import { memberProblem } from "../../../../lab/supply/remoteCache/members";
import { TestCache } from "../../../support/lab/remoteCache";

const root = process.getuid?.() === 0;

describe("an archive of a product", () => {
  let work = "";
  beforeEach(async () => {
    work = await mkdtemp(join(tmpdir(), "archive-"));
    await mkdir(join(work, "from"));
    await mkdir(join(work, "to"));
  });
  afterEach(() => rm(work, { recursive: true }));

  const from = (...path: string[]) => join(work, "from", ...path);
  const to = (...path: string[]) => join(work, "to", ...path);
  const through = async (asRoot?: boolean): Promise<void> => {
    await pack(from(), join(work, "archive"), asRoot);
    await unpack(join(work, "archive"), to(), asRoot);
  };
  const mode = async (path: string) => ((await lstat(path)).mode & 0o7777).toString(8);

  it("keeps files, modes, links and empty folders", async () => {
    await mkdir(from("empty"), { mode: 0o700 });
    await mkdir(from("a folder"));
    await writeFile(from("a folder", "näme\nof two lines"), "content");
    await writeFile(from("program"), "#!");
    await chmod(from("program"), 0o4755);
    await symlink("/etc/passwd", from("absolute"));
    await symlink("a folder/../program", from("relative"));
    await run("ln", [from("program"), from("second name")]);
    await through();
    assert.deepEqual((await readdir(to())).sort(), (await readdir(from())).sort());
    assert.equal(await readFile(to("a folder", "näme\nof two lines"), "utf8"), "content");
    assert.deepEqual([await mode(to("program")), await mode(to("empty"))], ["4755", "700"]);
    assert.deepEqual(await readdir(to("empty")), []);
    assert.deepEqual(
      [await readlink(to("absolute")), await readlink(to("relative"))],
      ["/etc/passwd", "a folder/../program"],
    );
    assert.equal((await lstat(to("second name"))).ino, (await lstat(to("program"))).ino);
  });

  it("is the same for the same files", async () => {
    for (const name of ["b", "a", "c"]) await writeFile(from(name), name);
    const one = await pack(from(), join(work, "one"));
    assert.deepEqual(await pack(from(), join(work, "two")), one);
  });

  it("belongs to whoever unpacks it, whoever packed it", async function () {
    if (!root) this.skip(); // only root can make another user's file
    await writeFile(from("file"), "");
    await run("chown", ["12345:12345", from("file")]);
    await through();
    assert.equal((await lstat(to("file"))).uid, 0);
  });

  it("of root's keeps devices, owners, capabilities and ACLs", async function () {
    if (!root) this.skip(); // only root can make device nodes
    await run("mknod", [from("null"), "c", "1", "3"]);
    await writeFile(from("ping"), "");
    await run("chown", ["12345:54321", from("ping")]);
    // cap_net_raw=ep, as setcap writes it
    const script =
      "import os, sys; os.setxattr(sys.argv[1], 'security.capability', bytes.fromhex(sys.argv[2]))";
    await run("python3", ["-c", script, from("ping"), `0100000200200000${"0".repeat(24)}`]);
    await through(true);
    const { uid, gid } = await lstat(to("ping"));
    assert.deepEqual([uid, gid], [12345, 54321]);
    assert.ok((await lstat(to("null"))).isCharacterDevice());
    const read = "import os, sys; print(os.getxattr(sys.argv[1], 'security.capability').hex())";
    assert.match(await run("python3", ["-c", read, to("ping")]), /^0100000200200000/);
  });

  it("that is none is refused with a reason, and soon", async () => {
    await writeFile(join(work, "archive"), "no zstd");
    await assert.rejects(unpack(join(work, "archive"), to()));
    await writeFile(join(work, "archive"), zstdCompressSync("no tar ".repeat(1000)));
    await assert.rejects(unpack(join(work, "archive"), to()), /tar/);
  });
});

describe("an archive that would leave its folder", () => {
  const plain = "-rw-r--r-- 0/0 3 2026-01-31 12:00";
  const link = "lrwxrwxrwx 0/0 0 2026-01-31 12:00";
  const hard = "hrw-r--r-- 0/0 0 2026-01-31 12:00";
  const device = "crw-rw-rw- 0/0             1,3 2026-01-31 12:00";

  it("is none with files, folders, and links of its own", () => {
    const lines = [`drwxr-xr-x 0/0 0 2026-01-31 12:00 ./`, `${plain} ./a b`, `${hard} ./c link to ./a b`];
    assert.equal(memberProblem([...lines, `${link} ./d -> /etc/passwd`, `${plain} ./..e`], false), undefined);
  });

  for (const [what, lines, reason] of [
    ["an absolute path", [`${plain} /etc/passwd`], /^\/etc\/passwd is outside its folder/],
    ["a path upwards", [`${plain} ./a/../../b`], /^\.\/a\/\.\.\/\.\.\/b is outside/],
    [
      "a file below a link",
      [`${link} ./a -> /etc`, `${plain} ./a/passwd`],
      /^a\/passwd is below a symbolic link/,
    ],
    [
      "a file below a link that comes later",
      [`${plain} ./a/b`, `${link} ./a -> /etc`],
      /below a symbolic link/,
    ],
    [
      "a file below another name of a link",
      [`${link} ./a -> /etc`, `${hard} ./b link to ./a`, `${plain} ./b/passwd`],
      /^b\/passwd is below/,
    ],
    ["another name of a file elsewhere", [`${hard} ./a link to /etc/shadow`], /^\/etc\/shadow is outside/],
    ["another name of a file that it lacks", [`${hard} ./a link to b`], /a link to b, which is not in it/],
    ["a file twice", [`${link} ./a -> /etc/passwd`, `${plain} a`], /^a is in it twice/],
    ["a name that hides where it leads", [`${link} ./a -> b -> c`], /cannot be read/],
    ["a device", [`${device} ./null`], /is of a kind that it may not have/],
    ["a line of another tar", ["some words"], /cannot be read/],
  ] as const) {
    it(`has ${what}`, () => assert.match(memberProblem(lines, false) ?? "none", reason));
  }

  it("may have devices when it is root's", () => {
    assert.equal(memberProblem([`${device} ./null`], true), undefined);
  });

  describe("though a trusted key signed it", () => {
    let cache: TestCache;
    beforeEach(async () => (cache = await TestCache.make()));
    afterEach(() => cache.remove());

    /** Packs names as they are, with tar's own care switched off. */
    const archived = async (...args: string[]): Promise<void> => {
      const plainTar = cache.path("plain.tar");
      await run("tar", ["--create", "--absolute-names", "--file", plainTar, ...args], {
        cwd: cache.path("in"),
      });
      await writeFile(cache.archive, zstdCompressSync(await readFile(plainTar)));
      await cache.signed();
    };

    for (const [what, make, args] of [
      ["an absolute path", [], ["ABSOLUTE"]],
      ["a path upwards", [], ["../evil"]],
      ["a file through a link", ["link"], ["link", "--transform=s,^through,link/evil,", "through"]],
    ] as const) {
      it(`is not unpacked: ${what}`, async () => {
        await mkdir(cache.path("in"));
        await writeFile(cache.path("evil"), "evil");
        await writeFile(cache.path("in", "through"), "evil");
        for (const name of make) await symlink(cache.path("outside"), cache.path("in", name));
        await mkdir(cache.path("outside"));
        await archived(...args.map((arg) => arg.replace("ABSOLUTE", cache.path("evil"))));
        await rm(cache.path("evil"));
        await assert.rejects(
          cache.ask(),
          /is not used: expected are paths in its folder: .* (outside|below)/,
        );
        assert.deepEqual(await readdir(cache.path("outside")), []);
        assert.ok(!(await readdir(dirname(cache.folder))).includes("evil"));
        const kept = await readdir(cache.path("home/perigee/toolchain/thing"));
        assert.deepEqual([cache.builds, kept.filter((name) => name !== ".lock")], [0, []]);
      });
    }
  });
});
