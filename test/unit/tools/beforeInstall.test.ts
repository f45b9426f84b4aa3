/** What `make` says before `npm ci`, with programs on PATH that only look like Node.js and npm. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repositoryRoot } from "../../../settings/repositoryRoot";

describe("before npm ci", () => {
  let tree = "";
  let bin = "";

  beforeEach(() => {
    tree = mkdtempSync(join(tmpdir(), "perigee-install-"));
    bin = join(tree, "bin");
    for (const folder of ["bin", "tools", "node_modules"]) mkdirSync(join(tree, folder));
    for (const file of ["Makefile", "package.json", "package-lock.json", "tools/beforeInstall.sh"]) {
      copyFileSync(join(repositoryRoot, file), join(tree, file));
    }
    for (const tool of ["cat", "id", "ls", "sed", "touch"]) symlinkSync(`/usr/bin/${tool}`, join(bin, tool));
    program("git", "");
  });
  afterEach(() => rmSync(tree, { recursive: true }));

  /** A program that prints this, whatever it is asked. */
  const program = (name: string, prints: string, code = 0): void => {
    const script = `#!/bin/sh\n[ "$1" != ci ] || echo ci > installed\nprintf '%s\\n' '${prints}'\nexit ${code}\n`;
    writeFileSync(join(bin, name), script);
    chmodSync(join(bin, name), 0o755);
  };
  const make = (): string => {
    const env = { PATH: bin };
    const { stdout, stderr } = spawnSync("/usr/bin/make", ["node_modules/.package-lock.json"], {
      cwd: tree,
      env,
      encoding: "utf8",
    });
    return stdout + stderr;
  };
  const refused = (said: string): void => {
    assert.match(said, /^The dependencies cannot be installed here:$/m);
    assert.doesNotMatch(said, /^npm ci/m);
  };

  it("the oldest that will do say nothing", () => {
    program("node", "v12.22.12");
    program("npm", "7.5.2");
    assert.equal(make(), "npm ci --no-fund --no-audit --loglevel=error\n7.5.2\n");
  });

  it("what is too old is named with what is wanted, where it is, and how to get another, all at once", () => {
    program("node", "v10.24.1");
    program("npm", "6.14.18");
    const said = make();
    refused(said);
    assert.match(said, new RegExp(`Node\\.js 12 or newer is wanted; ${bin}/node is 10\\.24\\.1\\.`));
    assert.match(said, new RegExp(`npm 7 or newer is wanted; ${bin}/npm is 6\\.14\\.18\\.`));
    assert.match(
      said,
      /Debian 11, Ubuntu 22\.04.*apt-get install nodejs npm\n.*Fedora.*dnf install nodejs npm/,
    );
  });

  it("what is missing is named", () => {
    const said = make();
    refused(said);
    assert.match(
      said,
      /Node\.js is missing: 12 or newer is wanted\.\n.*npm is missing: 7 or newer is wanted\./,
    );
  });

  it("an npm that its Node.js cannot run is named, with what it said", () => {
    program("node", "v12.22.12");
    program("npm", "npm v11.19.1 is known not to run on Node.js v12.22.12.", 1);
    const said = make();
    refused(said);
    assert.match(
      said,
      /npm \(.*\) does not run here: `npm --version` says "npm v11\.19\.1 is known not to run/,
    );
  });

  it("the Node.js of an earlier npm ci does not count: the next one removes it first", () => {
    program("npm", "10.9.0");
    mkdirSync(join(tree, "node_modules/.bin"));
    symlinkSync(process.execPath, join(tree, "node_modules/.bin/node"));
    const said = make();
    refused(said);
    assert.match(said, /Node\.js is missing/);
  });

  it("a missing git is noted, and is no reason to stop", () => {
    program("node", "v20.20.2");
    program("npm", "10.8.2");
    rmSync(join(bin, "git"));
    const said = make();
    assert.match(said, /^ {2}- git is missing .*`make test` needs it/m);
    assert.match(said, /^npm ci/m);
  });
});
