/** An upgrade of Kubernetes in place, under a workload that answers all the time. */
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
  succeeded,
  worker,
} from "../support/lab/lab";
import { labLeftovers } from "../support/lab/leftovers";
import { followRunbook, runbook } from "../support/lab/runbook";
import { apiReader, silenceText, type Watch, watchSilence } from "../support/lab/silence";
import {
  askWorkload,
  deployWorkload,
  everyPartHas,
  kubeletVersions,
  newest,
  oldest,
  publishedWorkload,
  readyReplicas,
} from "../support/lab/upgrade";
import { workloadsSucceed } from "../support/lab/workloads";

const nodes = [controlPlane, worker, secondWorker];
const before = { ...pool(2), ...publishedWorkload, kubernetesVersion: oldest };
const after = { ...before, kubernetesVersion: newest };

describe(`an upgrade from Kubernetes ${oldest} to ${newest} @all`, () => {
  let upgradeSaid = "";
  const watches: { what: string; watch: Watch }[] = [];

  it(`begins with a lab of ${oldest}, a workload and a Secret`, async () => {
    await new LabCommand("up", { LAB_CONFIG: await labConfigFile(before) }).succeeds();
    assert.deepEqual(
      await kubeletVersions(),
      nodes.map(() => `v${oldest}`),
    );
    await deployWorkload(2);
    await kubectl("create", "secret", "generic", "kept", "--from-literal=word=apogee");
  });

  it("is told by a preview, in its order, and refuses a version that goes back", async () => {
    const preview = await engineSucceeds("preview", after);
    const said = preview.stdout + preview.stderr;
    assert.match(said, new RegExp(`Kubernetes ${oldest} -> ${newest}, in place`.replaceAll(".", "\\.")));
    assert.match(said, /2 workers, 1 at a time: perigee-lab-default-1, perigee-lab-default-2/);
  });

  it("has the lab serve the new version beside the one that runs", async () => {
    // Its engine fails at the gate, since a node is not Ready: the lab's servers are there by then.
    await ssh(secondWorker, "systemctl stop kubelet");
    await kubectl("wait", "node", secondWorker, "--for=condition=Ready=Unknown", "--timeout=120s");
    const refused = await new LabCommand("up", { LAB_CONFIG: await labConfigFile(after) }).fails();
    assert.match(refused, new RegExp(`node ${secondWorker} is not Ready`));
    assert.match(refused, /nothing was changed/);
    for (const minor of ["v1.35", "v1.36"]) {
      const release = await fetch(`http://10.0.1.1:8080/${minor}/deb/Release`);
      assert.equal(release.status, 200, minor);
    }
    assert.deepEqual(
      await kubeletVersions(),
      nodes.map(() => `v${oldest}`),
    );
    await ssh(secondWorker, "systemctl start kubelet");
    await kubectl("wait", "node", secondWorker, "--for=condition=Ready", "--timeout=120s");
  });

  it("goes on when it was killed in the middle, while the workload answers", async () => {
    const { publishedHost, kubeconfig } = await outputs();
    watches.push(
      { what: "the workload", watch: watchSilence((signal) => askWorkload(publishedHost, signal)) },
      { what: "the API", watch: watchSilence(await apiReader(kubeconfig)) },
    );
    await kubectl("cordon", secondWorker); // as a person would
    const killed = new LabCommand("up", { LAB_CONFIG: await labConfigFile(after) });
    await killed.killWhen("the first worker to be drained", async () => {
      const found = await kubectl("get", "node", worker, "-o", "jsonpath={.spec.unschedulable}");
      return found === "true";
    });
    await kubectl("uncordon", secondWorker); // else nothing could run but on one node
    const resumed = await new LabCommand("up", { LAB_CONFIG: await labConfigFile(after) }).succeeds();
    upgradeSaid = killed.output + resumed;
    for (const { what, watch } of watches) {
      console.log(`      ${what}: ${silenceText(await watch.end())}`);
    }
  });

  it("gave every part the version of the table, and took every node back", () =>
    everyPartHas(newest, [controlPlane], [worker, secondWorker]));

  it("made a backup of the former version first, and kept the Secrets", async () => {
    assert.ok(upgradeSaid.includes(`_v${oldest}.tar.age`), upgradeSaid);
    const word = await kubectl("get", "secret", "kept", "-o", "jsonpath={.data.word}");
    assert.equal(word, btoa("apogee"));
    await eventually("the workload on two pods", async () => (await readyReplicas()) === "2");
  });

  it("is done: a second up changes nothing, and none goes back", async () => {
    await engineSucceeds("preview", after, "--expect-no-changes");
    const back = await engine("preview", before);
    assert.notEqual(back.exitCode, 0);
    assert.match(back.stdout + back.stderr, /and no cluster goes back/);
  });

  it("gives a worker that comes later the version of now", async () => {
    succeeded("up", await engine("up", { ...after, ...pool(3) }));
    assert.deepEqual(
      await kubeletVersions(),
      [...nodes, "third"].map(() => `v${newest}`),
    );
  });

  it("leaves nothing behind when the lab is removed", async () => {
    await new LabCommand("down").succeeds();
    assert.deepEqual(await labLeftovers(), []);
  });
});

/** The drained worker's pods have nowhere to go until it is back. */
describe(`an upgrade from Kubernetes ${oldest} to ${newest} with one worker @all`, () => {
  const one = { ...pool(1), ...publishedWorkload, kubernetesVersion: oldest };
  const upgraded = { ...one, kubernetesVersion: newest };
  let formerBackup = "";

  it(`begins with a lab of ${oldest}`, async () => {
    await new LabCommand("up", { LAB_CONFIG: await labConfigFile(one) }).succeeds();
    await deployWorkload(1);
  });

  it("gives every part the version of the table; the workload comes back, and a second up changes nothing", async () => {
    const said = await new LabCommand("up", { LAB_CONFIG: await labConfigFile(upgraded) }).succeeds();
    formerBackup = new RegExp(`[\\w-]+_v${oldest}\\.tar\\.age`).exec(said)?.[0] ?? "";
    await everyPartHas(newest, [controlPlane], [worker]);
    await eventually("the workload", async () => (await readyReplicas()) === "1");
    await engineSucceeds("preview", upgraded, "--expect-no-changes");
  });

  it("goes back by the runbook, with the backup that was made first", async () => {
    await kubectl("create", "namespace", "later");
    await ssh(controlPlane, await runbook("set-aside"));
    await followRunbook("upgrade-way-back", upgraded, {
      "1.35.4": oldest,
      [`2026-11-26T153000Z_v${oldest}.tar.age`]: formerBackup,
    });
    await everyPartHas(oldest, [controlPlane], [worker]);
    await eventually("the workload", async () => (await readyReplicas()) === "1");
    assert.equal(await kubectl("get", "namespace", "later", "--ignore-not-found", "-o", "name"), "");
    await engineSucceeds("preview", one, "--expect-no-changes");
    await workloadsSucceed("preview", {}, "--expect-no-changes");
  });

  it("leaves nothing behind when the lab is removed", async () => {
    await new LabCommand("down").succeeds();
    assert.deepEqual(await labLeftovers(), []);
  });
});
