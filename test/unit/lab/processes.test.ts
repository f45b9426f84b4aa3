import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort, markedProcesses, runningProcess, startProcess, stopProcess } from "../../../lab/processes";

/** Between its end and its being reaped a process still has its number. */
async function gone(pid: number): Promise<void> {
  for (const limit = Date.now() + 5000; Date.now() < limit; await sleep(20)) {
    try {
      process.kill(pid, 0);
    } catch (error) {
      assert.match(String(error), /ESRCH/);
      return;
    }
  }
  assert.fail(`process ${pid} is still there`);
}

describe("the lab's processes", () => {
  let folder = "";
  let record = "";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "processes-"));
    record = join(folder, "records/server.json");
  });
  afterEach(async () => {
    await stopProcess(record);
    await rm(folder, { recursive: true });
  });

  const listening = (port: number) => `require("node:net").createServer().listen(${port}, "127.0.0.1")`;
  const start = (script: string, port?: number, serves?: string) =>
    startProcess(folder, {
      ...(serves !== undefined && { serves }),
      command: process.execPath,
      args: ["-e", script],
      environment: { GREETING: "hello" },
      record,
      log: join(folder, "logs/server.log"),
      ...(port !== undefined && { listen: { address: "127.0.0.1", port } }),
    });

  it("are started once, answer then, are found by their record, and ended by it", async () => {
    const port = await freePort();
    const started = await start(listening(port), port);
    assert.deepEqual(await start(listening(port), port), started);
    assert.deepEqual(await runningProcess(record), started);
    await stopProcess(record);
    assert.equal(await runningProcess(record), undefined);
    await assert.rejects(readFile(record), { code: "ENOENT" });
    await gone(started.pid);
  });

  it("are replaced where they serve something else than what is wanted", async () => {
    const port = await freePort();
    const first = await start(listening(port), port, "hello"); // the value of a variable
    assert.deepEqual(await start(listening(port), port, "hello"), first);
    const second = await start(listening(port), port, "another folder");
    assert.notEqual(second.pid, first.pid);
    await gone(first.pid);
  });

  it("live until the last of their threads has ended, and its sockets with it", async () => {
    const port = await freePort();
    // The first thread ends by the system call alone, which has no name in Python.
    const threads = `
import ctypes, platform, socket, threading, time
server = socket.create_server(("127.0.0.1", ${port}))
threading.Thread(target=lambda: time.sleep(600)).start()
ctypes.CDLL(None).syscall({"x86_64": 60, "aarch64": 93}[platform.machine()], 0)`;
    await startProcess(folder, {
      command: "python3",
      args: ["-c", threads],
      record,
      log: join(folder, "logs/threads.log"),
      listen: { address: "127.0.0.1", port },
    });
    await sleep(300);
    assert.ok(await runningProcess(record));
    await stopProcess(record);
    await start(listening(port), port);
  });

  it("carry the lab's mark and the variables they are given, and need not listen", async () => {
    const { pid } = await start("console.log(process.env.GREETING); setInterval(() => {}, 1000)");
    // The record is there before the program is: until then the mark shows the shell that becomes it.
    assert.deepEqual(
      (await markedProcesses(folder)).map((one) => one.pid),
      [pid],
    );
    for (const limit = Date.now() + 5000; Date.now() < limit; await sleep(20)) {
      if ((await readFile(join(folder, "logs/server.log"), "utf8")) === "hello\n") return;
    }
    assert.equal(await readFile(join(folder, "logs/server.log"), "utf8"), "hello\n");
  });

  it("end at once where no time is given, also when they do not heed a polite signal", async () => {
    const port = await freePort();
    const { pid } = await start(`process.on("SIGTERM", () => {}); ${listening(port)}`, port);
    await stopProcess(record, 0);
    await gone(pid);
  });

  it("say what they wrote when they end at once", async () => {
    const port = await freePort();
    await assert.rejects(
      start(`console.error("no such folder"); process.exit(3)`, port),
      /exit 3\n.*no such folder/s,
    );
    assert.equal(await runningProcess(record), undefined);
  });

  it("are named when there is no such program", async () => {
    const log = join(folder, "log");
    await assert.rejects(
      startProcess(folder, { command: "no-such-program", args: [], record, log }),
      /no-such-program: .*exit 127|no-such-program: it ended at once/,
    );
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
      await assert.rejects(start(listening(port), port), /already listens on 127\.0\.0\.1/);
    } finally {
      other.close();
    }
  });

  it("are never mistaken for a process that later got the same id", async () => {
    record = join(folder, "old.json");
    await writeFile(record, JSON.stringify({ pid: process.pid, startTime: "1", command: "node" }));
    assert.equal(await runningProcess(record), undefined);
    await stopProcess(record); // and this process is still here to tell
  });
});
