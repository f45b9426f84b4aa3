import { strict as assert } from "node:assert";
import { spawn } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LabLocked, presentHolder, takeLock } from "../../../../lab/cli/lock";
import { describeProcess } from "../../../../lab/processes";

describe("the lab's lock", () => {
  let folder = "";
  let file = "";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "perigee-lock-"));
    file = join(folder, "lock");
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("is held by one, and can be taken again when it was given back", async () => {
    const release = await takeLock(file, "make up", "/state");
    await assert.rejects(takeLock(file, "make down", "/state"), LabLocked);
    await release();
    await (
      await takeLock(file, "make down", "/state")
    )();
    assert.deepEqual(await readdir(folder), []);
  });

  it("says who holds it, since when, and for which lab", async () => {
    const release = await takeLock(file, "make up", "/srv/lab");
    await assert.rejects(takeLock(file, "make up", "/state"), {
      message: new RegExp(`\`make up\`, process ${process.pid}, since \\d{4}-.*Z \\(state in /srv/lab\\)`),
    });
    await release();
  });

  it("passes over a holder that has ended, also when its process id is used again", async () => {
    const self = await describeProcess(process.pid, "make up");
    await writeFile(file, JSON.stringify({ ...self, startTime: "1", since: "", stateFolder: "/state" }));
    assert.equal(await presentHolder(file), undefined);
    await (
      await takeLock(file, "make up", "/state")
    )();
  });

  it("respects another process", async () => {
    const child = spawn("sleep", ["30"]);
    try {
      const holder = await describeProcess(child.pid ?? 0, "make up");
      await writeFile(file, JSON.stringify({ ...holder, since: "now", stateFolder: "/state" }));
      await assert.rejects(takeLock(file, "make up", "/state"), LabLocked);
    } finally {
      child.kill("SIGKILL");
    }
  });
});
