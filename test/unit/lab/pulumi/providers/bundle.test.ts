import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundle } from "../../../../../lab/pulumi/providers/rpc/bundle";

describe("a provider's bundle", () => {
  let root: string;
  let writes = 0;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "perigee-bundle-"));
    write("package-lock.json", "{}");
    write("lab/provider/main.ts", 'import { rule } from "../../infra/rule"; console.log(rule);');
    write("infra/rule.ts", 'export const rule: string = "one";');
    write("infra/other.ts", "export {};");
  });
  afterEach(() => rmSync(root, { recursive: true }));

  /** Each with a time of its own: a disk may not tell two writes within a moment apart. */
  function write(file: string, content: string): void {
    mkdirSync(join(root, file, ".."), { recursive: true });
    writeFileSync(join(root, file), content);
    writes += 1;
    utimesSync(join(root, file), writes, writes);
  }
  const bundled = () => bundle(root, "lab/provider/main.ts", join(root, "cache"));
  const said = async (): Promise<string> =>
    execFileSync(process.execPath, [await bundled()], { encoding: "utf8" }).trim();

  it("is made once", async () => {
    assert.equal(await said(), "one");
    const file = await bundled();
    write("infra/other.ts", "export const unused = 1;");
    assert.equal(await bundled(), file);
  });

  it("is made anew when any file that went into it changes, wherever it lies", async () => {
    assert.equal(await said(), "one");
    write("infra/rule.ts", 'export const rule: string = "two";');
    assert.equal(await said(), "two");
  });

  it("is made anew when a file that went into it moves, or a package changes", async () => {
    const first = await bundled();
    rmSync(join(root, "infra/rule.ts"));
    write("infra/rule/index.ts", 'export const rule: string = "moved";');
    assert.equal(await said(), "moved");
    const second = await bundled();
    assert.notEqual(second, first);
    write("package-lock.json", '{ "packages": {} }');
    assert.notEqual(await bundled(), second);
  });
});
