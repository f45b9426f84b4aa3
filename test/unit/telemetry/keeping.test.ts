import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runHere } from "../../support/telemetry/runHere";

describe("serve --history and --archive", () => {
  const serve = (...args: string[]): ReturnType<typeof runHere> =>
    runHere("serve", "--http-port", "0", "--udp-port", "0", ...args);

  it("refuse an address that is none, and never show a password of it", async () => {
    for (const address of ["prometheus:9090", "ftp://me:secret@host/", "http://"]) {
      const { status, stderr } = await serve("--history", address);
      assert.equal(status, 2, address);
      assert.match(stderr, /--history: must be an http:\/\/ or https:\/\/ URL/);
      assert.doesNotMatch(stderr, /secret/);
    }
  });

  it("refuse a password with a percent sign that stands for nothing, in one line", async () => {
    const history = await serve("--history", "http://me:sec%zzret@127.0.0.1:9/api/v1/write");
    const contacts = await serve("--contacts", "http://me:sec%zzret@127.0.0.1:9/plan");
    for (const { status, stderr } of [history, contacts]) {
      assert.equal(status, 2, stderr);
      assert.match(stderr, /^perigee-telemetry: --(history|contacts).* must have %25 where .*\n$/);
      assert.doesNotMatch(stderr, /zzret/);
    }
  });

  it("refuse a queue and an age that cannot be", async () => {
    const { status, stderr } = await serve(
      "--history-queue",
      "5",
      "--history-days",
      "0",
      "--archive-days",
      "1.5",
    );
    assert.equal(status, 2);
    for (const name of ["history-queue", "history-days", "archive-days"]) {
      assert.ok(stderr.includes(`--${name}`), stderr);
    }
  });

  it("refuse a folder that cannot be used", async () => {
    const folder = mkdtempSync(join(tmpdir(), "perigee-keeping-"));
    try {
      writeFileSync(join(folder, "file"), "");
      const { status, stderr } = await serve("--archive", join(folder, "file", "archive"));
      assert.equal(status, 2);
      assert.match(stderr, /--archive .*ENOTDIR/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("refuse a store of which nothing is kept, and one that is none", async () => {
    const without = await serve("--archive-copy", "store.json");
    assert.equal(without.status, 2);
    assert.match(without.stderr, /--archive-copy: needs --archive/);
    const folder = mkdtempSync(join(tmpdir(), "perigee-keeping-"));
    try {
      const store = join(folder, "store.json");
      writeFileSync(store, '{"url":"https://host/bucket","accessKeyId":"A","secretAccessKey":5}');
      const { status, stderr } = await serve("--archive", folder, "--archive-copy", store);
      assert.equal(status, 2);
      assert.match(stderr, /--archive-copy: .*store\.json: secretAccessKey/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
