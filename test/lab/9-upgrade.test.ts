/** An upgrade of Kubernetes in place with one control plane and one worker, and the way back. A cluster of its own. */
import { strict as assert } from "node:assert";
import {
  controlPlane,
  engine,
  engineSucceeds,
  eventually,
  kubectl,
  LabCommand,
  labConfigFile,
  outputs,
  pool,
  secondWorker,
  ssh,
  worker,
} from "../support/lab/lab";
import { labLeftovers } from "../support/lab/leftovers";
import { followRunbook, runbook } from "../support/lab/runbook";
import { apiReader, silenceText, watchSilence } from "../support/lab/silence";
import {
  deployWorkload,
  everyPartHas,
  kubeletVersions,
  newest,
  oldest,
  publishedWorkload,
  readyReplicas,
} from "../support/lab/upgrade";
import { workloadsSucceed } from "../support/lab/workloads";

const before = { ...pool(1), ...publishedWorkload, kubernetesVersion: oldest };
const upgraded = { ...before, kubernetesVersion: newest };
const larger = { ...upgraded, ...pool(2) };
const versions = (nodes: number, version: string): string[] => Array<string>(nodes).fill(`v${version}`);

describe(`an upgrade from Kubernetes ${oldest} to ${newest} @all`, () => {
  let formerBackup = "";

  it(`begins with a lab of ${oldest}, a workload and a Secret`, async () => {
    await new LabCommand("up", { LAB_CONFIG: await labConfigFile(before) }).succeeds();
    assert.deepEqual(await kubeletVersions(), versions(2, oldest));
    await deployWorkload(1);
    await kubectl("create", "secret", "generic", "kept", "--from-literal=word=apogee");
  });

  it("is told by a preview, in its order", async () => {
    const preview = await engineSucceeds("preview", upgraded);
    const said = preview.stdout + preview.stderr;
    assert.match(said, new RegExp(`Kubernetes ${oldest} -> ${newest}, in place`.replaceAll(".", "\\.")));
    assert.match(said, /1 worker, 1 at a time: perigee-lab-default-1/);
  });

  it("is refused while a node is not Ready, and the lab serves both versions by then", async () => {
    await ssh(worker, "systemctl stop kubelet");
    await kubectl("wait", "node", worker, "--for=condition=Ready=Unknown", "--timeout=120s");
    const refused = await new LabCommand("up", { LAB_CONFIG: await labConfigFile(upgraded) }).fails();
    assert.match(refused, new RegExp(`node ${worker} is not Ready`));
    assert.match(refused, /nothing was changed/);
    for (const minor of ["v1.35", "v1.36"]) {
      const release = await fetch(`http://10.0.1.1:8080/${minor}/deb/Release`);
      assert.equal(release.status, 200, minor);
    }
    assert.deepEqual(await kubeletVersions(), versions(2, oldest));
    await ssh(worker, "systemctl start kubelet");
    await kubectl("wait", "node", worker, "--for=condition=Ready", "--timeout=120s");
  });

  it("gives every part the version of the table; the pods of the only worker come back", async () => {
    const api = watchSilence(await apiReader((await outputs()).kubeconfig));
    const said = await new LabCommand("up", { LAB_CONFIG: await labConfigFile(upgraded) }).succeeds();
    console.log(`      the API: ${silenceText(await api.end())}`);
    formerBackup = new RegExp(`[\\w-]+_v${oldest}\\.tar\\.age`).exec(said)?.[0] ?? "";
    assert.notEqual(formerBackup, "", said);
    await everyPartHas(newest, [controlPlane], [worker]);
    await eventually("the workload", async () => (await readyReplicas()) === "1");
    const word = await kubectl("get", "secret", "kept", "-o", "jsonpath={.data.word}");
    assert.equal(word, btoa("apogee"));
  });

  it("is done: a second up changes nothing, and none goes back", async () => {
    await engineSucceeds("preview", upgraded, "--expect-no-changes");
    const back = await engine("preview", before);
    assert.notEqual(back.exitCode, 0);
    assert.match(back.stdout + back.stderr, /and no cluster goes back/);
  });

  it("gives a worker that comes later the version of now", async () => {
    await engineSucceeds("up", larger);
    assert.deepEqual(await kubeletVersions(), versions(3, newest));
  });

  it("goes back by the runbook, with the backup that was made first", async () => {
    await kubectl("create", "namespace", "later");
    await ssh(controlPlane, await runbook("set-aside"));
    await followRunbook("upgrade-way-back", larger, {
      "2026-11-26T153000Z_v1.35.4.tar.age": formerBackup,
      "1.35.4": oldest,
    });
    await everyPartHas(oldest, [controlPlane], [worker, secondWorker]);
    await eventually("the workload", async () => (await readyReplicas()) === "1");
    assert.equal(await kubectl("get", "namespace", "later", "--ignore-not-found", "-o", "name"), "");
    await engineSucceeds("preview", { ...before, ...pool(2) }, "--expect-no-changes");
    await workloadsSucceed("preview", {}, "--expect-no-changes");
  });

  it("leaves nothing behind when the lab is removed", async () => {
    await new LabCommand("down").succeeds();
    assert.deepEqual(await labLeftovers(), []);
  });
});
