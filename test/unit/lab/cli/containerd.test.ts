import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keepContainerd, labContainerd } from "../../../../lab/cli/containerd";
import { givenContainerd } from "../../../../lab/cli/settings";
import { labFolders } from "../../../../lab/settings";

describe("the containerd of a lab", () => {
  const folders = labFolders(mkdtempSync(join(tmpdir(), "perigee-lab-containerd-")));
  const before = process.env["LAB_CONTAINERD"];
  const ask = (series?: string): ReturnType<typeof labContainerd> => {
    if (series === undefined) delete process.env["LAB_CONTAINERD"];
    else process.env["LAB_CONTAINERD"] = series;
    return labContainerd(folders);
  };

  beforeEach(() => mkdirSync(folders.root, { recursive: true }));
  afterEach(() => {
    rmSync(folders.root, { recursive: true });
    if (before === undefined) delete process.env["LAB_CONTAINERD"];
    else process.env["LAB_CONTAINERD"] = before;
  });

  it("is chosen by LAB_CONTAINERD, which is checked", () => {
    assert.equal(givenContainerd({}), undefined);
    assert.equal(givenContainerd({ LAB_CONTAINERD: "2.2" }), "2.2");
    for (const wrong of ["2", "2.2.1", "1.7", "containerd"]) {
      assert.throws(
        () => givenContainerd({ LAB_CONTAINERD: wrong }),
        new Error(`LAB_CONTAINERD is "${wrong}"; it must be one of 1.6, 2.2.`),
      );
    }
  });

  it("is Debian's for a new lab that asks for none", async () => {
    assert.equal(await ask(), "1.6");
    assert.equal(await ask("2.2"), "2.2");
  });

  it("stays what the lab was made with: another one is refused, with the way", async () => {
    await keepContainerd(folders, "2.2");
    assert.equal(await ask(), "2.2");
    assert.equal(await ask("2.2"), "2.2");
    await assert.rejects(ask("1.6"), (error: Error) => {
      assert.match(error.message, /LAB_CONTAINERD is "1\.6", and this lab was made with "2\.2"/);
      assert.match(error.message, /make down && LAB_CONTAINERD=1\.6 make up$/);
      return true;
    });
  });

  it("is Debian's in a lab that was made before there was a choice", async () => {
    mkdirSync(join(folders.root, "backend"));
    assert.equal(await ask(), "1.6");
    await assert.rejects(ask("2.2"), /this lab was made with "1\.6"/);
  });
});
