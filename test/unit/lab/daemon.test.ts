import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runningDaemon, startDaemon, stopDaemon } from "../../../lab/daemon";

async function ended(pid: number): Promise<void> {
  for (
    const start = Date.now();
    Date.now() - start < 5000;
    await new Promise((resolve) => setTimeout(resolve, 20))
  ) {
    try {
      process.kill(pid, 0);
    } catch (error) {
      assert.match(String(error), /ESRCH/);
      return;
    }
  }
  assert.fail(`process ${pid} is still there`);
}

describe("the supply's servers", () => {
  let folder = "";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "supply-"));
  });
  afterEach(async () => {
    await stopDaemon(join(folder, "pid"));
    await rm(folder, { recursive: true });
  });

  const freePort = () =>
    new Promise<number>((resolve) => {
      const server = createServer().listen(0, "127.0.0.1", () => {
        const address = server.address();
        server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
      });
    });
  const daemon = (script: string, port: number) => ({
    command: process.execPath,
    args: ["-e", script],
    pidFile: join(folder, "pid"),
    logFile: join(folder, "log"),
    listen: { address: "127.0.0.1", port },
  });
  const listening = (port: number) => `require("node:net").createServer().listen(${port}, "127.0.0.1")`;

  it("are started once, found by their pid file, and ended by it", async () => {
    const port = await freePort();
    const pid = await startDaemon(daemon(listening(port), port));
    assert.equal(await startDaemon(daemon(listening(port), port)), pid);
    assert.equal(await runningDaemon(join(folder, "pid")), pid);
    await stopDaemon(join(folder, "pid"));
    assert.equal(await runningDaemon(join(folder, "pid")), undefined);
    // Between its end and its being reaped the process still has its number.
    await ended(pid);
  });

  it("say what they wrote when they end at once", async () => {
    const port = await freePort();
    const broken = daemon(`console.error("no such folder"); process.exit(3)`, port);
    await assert.rejects(startDaemon(broken), /exit 3\n.*no such folder/s);
  });

  it("do not take another program for themselves", async () => {
    const other = createServer();
    const port = await new Promise<number>((resolve) => {
      other.listen(0, "127.0.0.1", () => {
        const address = other.address();
        resolve(typeof address === "object" && address !== null ? address.port : 0);
      });
    });
    try {
      await assert.rejects(startDaemon(daemon(listening(port), port)), /already listens on 127\.0\.0\.1/);
    } finally {
      other.close();
    }
  });

  it("are never mistaken for a process that later got the same id", async () => {
    await writeFile(join(folder, "pid"), `${process.pid} 1\n`);
    assert.equal(await runningDaemon(join(folder, "pid")), undefined);
    await stopDaemon(join(folder, "pid")); // and this process is still here to tell
  });
});
