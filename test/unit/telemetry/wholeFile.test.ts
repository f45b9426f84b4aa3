import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PlanSource } from "../../../telemetry/contacts";
import { jsonLog } from "../../../telemetry/log";
import { readWhole } from "../../../telemetry/wholeFile";
import { runHere } from "../../support/telemetry/runHere";

describe("the whole of a file", () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), "perigee-whole-"))));
  after(() => rmSync(folder, { recursive: true }));
  const file = (content: Buffer): string => {
    const path = join(folder, "file");
    writeFileSync(path, content);
    return path;
  };

  it("is read up to the most that it may have", () => {
    for (const bytes of [0, 1, 65_535, 65_536, 65_537, 200_000]) {
      const content = Buffer.alloc(bytes, "ab");
      assert.deepEqual(readWhole(file(content), 200_000), content, `${bytes}`);
    }
    assert.throws(
      () => readWhole(file(Buffer.alloc(1_048_577)), 1_048_576),
      /^Error: it is longer than 1 MiB$/,
    );
    assert.throws(() => readWhole(folder, 1), /EISDIR/);
    assert.throws(() => readWhole(join(folder, "none"), 1), /ENOENT/);
  });

  it("of a device without an end is refused, by every command", async () => {
    const zero = "/dev/zero";
    assert.throws(() => readWhole(zero, 1_048_576), /it is longer than 1 MiB/);
    for (const args of [
      ["contacts", zero, "--station", "here,1,2,3"],
      ["check-dictionary", zero],
      ["decode", "none", "--dictionary", zero],
      ["import", "xtce", zero],
    ]) {
      const { status, stderr } = await runHere(...args);
      assert.equal(status, 2, args.join(" "));
      assert.match(stderr, /it is longer than 64 MiB\n$/, args.join(" "));
    }
    const args = { spacecraft: "s", log: jsonLog(() => undefined), clock: () => 0 };
    await assert.rejects(PlanSource.open({ ...args, place: zero }), /is longer than 1048576 bytes/);
  }).timeout(20_000);

  it("of standard input comes in pieces, and in the end as one", async () => {
    const read = `process.stdout.write(require("./telemetry/wholeFile").readWhole("-", 1_000_000))`;
    const child = spawn(process.execPath, ["-r", "tsx/cjs", "-e", read]);
    const written = Buffer.alloc(300_000, "abc");
    for (let at = 0; at < written.length; at += 30_000) child.stdin.write(written.subarray(at, at + 30_000));
    child.stdin.end();
    const pieces: Buffer[] = [];
    for await (const piece of child.stdout) pieces.push(piece as Buffer);
    assert.deepEqual(Buffer.concat(pieces), written);
  }).timeout(20_000);
});
