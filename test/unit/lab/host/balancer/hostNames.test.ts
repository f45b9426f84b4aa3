import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import {
  labHostNames,
  removeHostNames,
  withHostNames,
  writeHostNames,
} from "../../../../../lab/host/balancer/hostNames";
import { labFolders } from "../../../../../lab/settings";

const names = new Map([["api.example", ["203.0.113.20", "203.0.113.21"]]]);

describe("balancers' names on this host", () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "perigee-hosts-"));
    file = join(folder, "hosts");
    await writeFile(file, "127.0.0.1 localhost\n# perigee lab is elsewhere\n");
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it("are lines of their own behind the host's, one per address", async () => {
    await writeHostNames(labFolders(folder), names, file);
    assert.deepEqual(await labHostNames(file), [
      "203.0.113.20 api.example # perigee lab",
      "203.0.113.21 api.example # perigee lab",
    ]);
    await writeHostNames(labFolders(folder), new Map([["api.example", ["203.0.113.30"]]]), file);
    assert.deepEqual(await labHostNames(file), ["203.0.113.30 api.example # perigee lab"]);
  });

  it("go without a trace, in the same file: in a container it is a mount", async () => {
    const before = [await readFile(file, "utf8"), (await stat(file)).ino];
    await writeHostNames(labFolders(folder), names, file);
    await removeHostNames(labFolders(folder), file);
    assert.deepEqual([await readFile(file, "utf8"), (await stat(file)).ino], before);
  });

  it("leave every line of the host's as it is", () => {
    const line = fc.string().filter((text) => !text.includes("\n") && !text.endsWith("# perigee lab"));
    fc.assert(
      fc.property(fc.array(line, { minLength: 1 }), (lines) => {
        const text = `${lines.join("\n")}\n`;
        assert.equal(withHostNames(withHostNames(text, names), new Map()), text);
      }),
    );
  });
});
