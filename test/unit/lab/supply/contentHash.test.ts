import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { contentHash, folderContents } from "../../../../lab/supply/contentHash";

describe("content hashes", () => {
  it("do not depend on the order of the pieces", () => {
    assert.equal(contentHash({ a: "1", b: "2" }), contentHash({ b: "2", a: "1" }));
  });

  it("differ whenever the pieces differ, wherever one ends and the next begins", () => {
    const pieces = fc.dictionary(fc.string({ minLength: 1, maxLength: 3 }), fc.string({ maxLength: 3 }), {
      maxKeys: 3,
    });
    const canonical = (p: Record<string, string>) =>
      JSON.stringify(Object.entries(p).sort(([a], [b]) => (a < b ? -1 : 1)));
    fc.assert(
      fc.property(
        pieces,
        pieces,
        (a, b) => (contentHash(a) === contentHash(b)) === (canonical(a) === canonical(b)),
      ),
    );
  });

  it("take in a folder's files by path, as chosen", async () => {
    const folder = await mkdtemp(join(tmpdir(), "supply-"));
    try {
      await mkdir(join(folder, "sub"));
      await writeFile(join(folder, "go.mod"), "module m");
      await writeFile(join(folder, "sub", "main.go"), "package main");
      await writeFile(join(folder, "README.md"), "not built");
      const contents = await folderContents(folder, (path) => !path.endsWith(".md"));
      assert.deepEqual(Object.keys(contents).sort(), ["go.mod", "sub/main.go"]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
