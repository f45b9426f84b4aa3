import { strict as assert } from "node:assert";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { takeLab } from "../../../lab/cli/session";
import { LockHeld, takeLock, withLock } from "../../../lab/lock";
import { repositoryRoot } from "../../../settings/repositoryRoot";

describe("a lock between processes", () => {
  let folder = "";
  let file = "";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "perigee-lock-"));
    file = join(folder, "lock");
  });
  afterEach(() => rm(folder, { recursive: true }));

  const now = { holder: "the test", limitSeconds: 0 };

  /** Another process that takes the lock and keeps it. */
  const holdElsewhere = async (): Promise<ChildProcess> => {
    const script = `require("${repositoryRoot}/lab/lock.ts").takeLock("${file}", { holder: "somebody" })
      .then(() => { console.log("held"); setInterval(() => {}, 1000); })`;
    const child = spawn(process.execPath, ["--require", "tsx/cjs", "-e", script], {
      cwd: repositoryRoot,
      stdio: ["ignore", "pipe", "inherit"],
    });
    await new Promise((resolve) => child.stdout.once("data", resolve));
    return child;
  };

  it("is held by one, can be taken again when it was given back, and leaves no file", async () => {
    const release = await takeLock(file, now);
    await assert.rejects(takeLock(file, now), new LockHeld(file, "the test"));
    await release();
    await (
      await takeLock(file, now)
    )();
    assert.deepEqual(await readdir(folder), []);
  });

  it("is waited for, one after the other, and whoever waits hears for whom", async () => {
    const order: string[] = [];
    const heard: string[] = [];
    const waiting = (holder: string) => heard.push(holder);
    const work = (name: string) =>
      withLock(file, { holder: name, waiting }, async () => {
        order.push(`${name} begins`);
        await new Promise((resolve) => setTimeout(resolve, 1300));
        order.push(`${name} ends`);
      });
    await Promise.all([work("one"), work("two")]);
    const [first, second] = order[0] === "one begins" ? ["one", "two"] : ["two", "one"];
    assert.deepEqual(
      order,
      [first, second].flatMap((name) => [`${name} begins`, `${name} ends`]),
    );
    assert.deepEqual(heard, [first]);
  });

  it("is given back when the work fails", async () => {
    await assert.rejects(
      withLock(file, now, () => Promise.reject(new Error("no"))),
      { message: "no" },
    );
    await withLock(file, now, () => Promise.resolve());
  });

  it("is held by many that come at once, one at a time", async () => {
    let inside = 0;
    const work = () =>
      withLock(file, { holder: "one of many" }, async () => {
        inside += 1;
        assert.equal(inside, 1);
        await new Promise((resolve) => setTimeout(resolve, 2));
        inside -= 1;
      });
    await Promise.all(Array.from({ length: 30 }, work));
  });

  it("passes over a file that nobody holds", async () => {
    await writeFile(file, "a process that was killed");
    await (
      await takeLock(file, now)
    )();
  });

  it("goes with the process that holds it, however that ends", async () => {
    const child = await holdElsewhere();
    await assert.rejects(takeLock(file, now), new LockHeld(file, "somebody"));
    child.kill("SIGKILL");
    await (
      await takeLock(file, { ...now, limitSeconds: 5 })
    )();
  });

  it("is not taken for held where flock is missing", async () => {
    const { PATH } = process.env;
    await symlink("/bin/sh", join(folder, "sh"));
    process.env["PATH"] = folder;
    try {
      await assert.rejects(takeLock(file, now), { message: `the lock ${file} cannot be taken` });
    } finally {
      process.env["PATH"] = PATH;
    }
  });

  describe("of the lab", () => {
    it("says which command holds it, since when, and for which lab", async () => {
      const release = await takeLab(file, "make up", "/srv/lab");
      await assert.rejects(takeLab(file, "make down", "/state"), {
        message: new RegExp(
          `^A lab command is running already: \`make up\`, process ${process.pid}, since \\d{4}-.*Z \\(state in /srv/lab\\)`,
        ),
      });
      await release();
    });
  });
});
