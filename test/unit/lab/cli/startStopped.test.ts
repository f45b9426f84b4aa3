import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startStopped } from "../../../../lab/cli/startStopped";
import { runningProcess, startProcess, stopProcess } from "../../../../lab/processes";
import { Cloud } from "../../../../lab/pulumi/providers/aws/cloud";
import { type LabFolders, labFolders } from "../../../../lab/settings";

const type = "aws:ec2/instance:Instance";
const id = "i-1";

describe("machines of a lab that is brought up again", () => {
  let folders: LabFolders;
  let cloud: Cloud;
  const { PATH } = process.env;
  const takeBack = () => folders.process(`interruption-${id}`);
  const inSeconds = (seconds: number): string => new Date(Date.now() + seconds * 1000).toISOString();

  beforeEach(async () => {
    const root = await mkdtemp(join(tmpdir(), "perigee-up-"));
    folders = labFolders(root);
    cloud = new Cloud(root, () => "");
    // A host on which nothing of the lab is left.
    const programs = join(root, "programs");
    await mkdir(programs);
    await writeFile(join(programs, "ip"), "#!/bin/sh\necho '[]'\n", { mode: 0o755 });
    await writeFile(join(programs, "runc"), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
    process.env.PATH = `${programs}:${PATH}`;
    await cloud.change((account) =>
      account.put({ id, type, properties: { instanceState: "running", instanceLifecycle: "spot" } }),
    );
  });
  afterEach(async () => {
    process.env.PATH = PATH;
    await stopProcess(takeBack().record);
    await rm(folders.root, { recursive: true });
  });

  const notice = (seconds: number) =>
    cloud.change(({ data }) => void (data.notices[id] = { action: "terminate", time: inSeconds(seconds) }));
  const state = () => cloud.look((account) => account.find(type, id)?.properties["instanceState"]);

  it("are gone when their Spot notice's time has passed, and the engine makes new ones", async () => {
    await notice(-60);
    assert.deepEqual(await startStopped(folders, ""), ["--refresh"]);
    assert.equal(await state(), "terminated");
    assert.deepEqual(await cloud.look(({ data }) => data.notices), {});
  }).timeout(30_000);

  it("are taken back at the time of their Spot notice, also when the process that waited for it was killed", async () => {
    await notice(3);
    await startStopped(folders, "");
    assert.equal(await state(), "running");
    const limit = Date.now() + 20_000;
    while ((await state()) === "running" && Date.now() < limit) await sleep(100);
    assert.equal(await state(), "terminated");
  }).timeout(30_000);

  it("have one process that waits for that time, however often", async () => {
    await notice(60);
    await startStopped(folders, "");
    const first = await runningProcess(takeBack().record);
    await startStopped(folders, "");
    assert.notEqual(first, undefined);
    assert.deepEqual(await runningProcess(takeBack().record), first);
  }).timeout(30_000);

  it("that cannot be taken back are named with the reason, and what to do", async () => {
    await notice(-60);
    await mkdir(dirname(takeBack().record), { recursive: true });
    // It stands in for the process that takes the machine back, and does not.
    await startProcess(folders.root, { command: "sleep", args: ["1"], ...takeBack() });
    await writeFile(takeBack().log, `${id} is not gone: device or resource busy\n`);
    await assert.rejects(
      startStopped(folders, ""),
      /not gone; `make up` tries again, `make down` removes all:\n.*i-1 is not gone: device or resource busy/,
    );
  }).timeout(30_000);
});
