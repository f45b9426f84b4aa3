/** An upgrade of three control planes and two workers: under a workload, and under a client of the API behind its balancer. */
import { strict as assert } from "node:assert";
import {
  engineSucceeds,
  killMachine,
  kubectl,
  LabCommand,
  labConfigFile,
  node,
  outputs,
  pool,
  secondWorker,
  worker,
} from "../support/lab/lab";
import { labLeftovers } from "../support/lab/leftovers";
import { followRunbook } from "../support/lab/runbook";
import { apiReader, silenceText, watchSilence } from "../support/lab/silence";
import {
  askWorkload,
  deployWorkload,
  everyPartHas,
  newest,
  oldest,
  publishedWorkload,
} from "../support/lab/upgrade";

const controlPlanes = [1, 2, 3].map((number) => `perigee-lab-control-plane-${number}`);
const [first = "", second = "", third = ""] = controlPlanes;
const workers = [worker, secondWorker];
const before = {
  ...{ ...pool(2), ...publishedWorkload, kubernetesVersion: oldest },
  ...{ availabilityZones: 3, controlPlane: { count: 3, diskGiB: 20 } },
};
const upgraded = { ...before, kubernetesVersion: newest };

const versionOf = (name: string): Promise<string> =>
  kubectl("get", "node", name, "-o", "jsonpath={.status.nodeInfo.kubeletVersion}");

/** Asks workload and API, through the balancer, five times a second meanwhile, and tells the longest silence of each. */
async function asking(
  work: () => Promise<void>,
): Promise<{ readonly api: number; readonly workload: number }> {
  const { kubeconfig, publishedHost } = await outputs();
  const api = watchSilence(await apiReader(kubeconfig));
  const workload = watchSilence((signal) => askWorkload(publishedHost, signal));
  await work();
  const said = { api: await api.end(), workload: await workload.end() };
  console.log(`      the API: ${silenceText(said.api)}\n      the workload: ${silenceText(said.workload)}`);
  return { api: said.api.longestMs, workload: said.workload.longestMs };
}

describe(`an upgrade of three control planes from Kubernetes ${oldest} to ${newest} @all`, () => {
  after(async () => {
    await new LabCommand("down").succeeds();
  });

  it(`begins with a lab of ${oldest}; a preview says who follows whom`, async () => {
    await new LabCommand("up", { LAB_CONFIG: await labConfigFile(before) }).succeeds();
    await deployWorkload(2);
    const preview = await engineSucceeds("preview", upgraded);
    assert.match(
      preview.stdout + preview.stderr,
      new RegExp(`${first}, ${second}, ${third}, one after the other`),
    );
  });

  it("goes on when it was killed after the first control plane, a control plane died, and it was killed once more, by the runbook, while workload and API answer", async () => {
    const former = (await node(third)).instanceId;
    // By `make up`, which has the lab serve the new version beside the one that runs.
    const up = async () => new LabCommand("up", { LAB_CONFIG: await labConfigFile(upgraded) });
    const silence = await asking(async () => {
      const killed = await up();
      await killed.killWhen("the first control plane to be upgraded", async () => {
        return (await versionOf(first)) === `v${newest}`;
      });
      await killMachine(third);
      await engineSucceeds("refresh", upgraded);
      await kubectl("cordon", secondWorker); // as a person would
      const again = await up();
      await again.killWhen("the first worker to be drained", async () => {
        const found = await kubectl("get", "node", worker, "-o", "jsonpath={.spec.unschedulable}");
        return found === "true";
      });
      assert.equal(await versionOf(second), `v${newest}`);
      await kubectl("uncordon", secondWorker); // else nothing could run but on one node
      await followRunbook("upgrade-stopped", upgraded);
    });
    assert.ok(silence.api < 15_000, `the API was silent for ${silence.api} ms`);
    assert.ok(silence.workload < 5000, `the workload was silent for ${silence.workload} ms`);
    assert.notEqual((await node(third)).instanceId, former);
  }).timeout(2_400_000); // the whole upgrade, and a machine

  it("gave every part the version of the table, and a second up changes nothing", async () => {
    await everyPartHas(newest, controlPlanes, workers);
    await engineSucceeds("preview", upgraded, "--expect-no-changes");
  });

  it("leaves nothing behind when the lab is removed", async () => {
    await new LabCommand("down").succeeds();
    assert.deepEqual(await labLeftovers(), []);
  });
});
