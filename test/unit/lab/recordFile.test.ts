import { strict as assert } from "node:assert";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RecordFile } from "../../../lab/recordFile";

describe("a record file", () => {
  let folder = "";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "perigee-record-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const open = () => new RecordFile<{ count: number }>(join(folder, "record.json"), { count: 0 });

  it("is changed by one at a time, whoever has it open", async () => {
    const files = [open(), open(), open()];
    const steps = files.flatMap((file) =>
      Array.from({ length: 10 }, () => file.change((record) => ++record.count)),
    );
    assert.deepEqual(
      (await Promise.all(steps)).sort((a, b) => a - b),
      Array.from({ length: 30 }, (_, index) => index + 1),
    );
    assert.deepEqual(await open().read(), { count: 30 });
    assert.deepEqual(await readdir(folder), ["record.json"]);
  });

  it("is as it was when a step throws, and goes on", async () => {
    const file = open();
    const failing = file.change((record) => {
      record.count = 7;
      throw new Error("no");
    });
    await assert.rejects(failing, { message: "no" });
    assert.equal(await file.change((record) => ++record.count), 1);
  });
});
