/** Settings of nodes that a later version of the program brings, on nodes that run. */
import { strict as assert } from "node:assert";
import { changedProgram } from "../support/lab/changedProgram";
import {
  controlPlane,
  engineOf,
  engineSucceeds,
  kubectl,
  pool,
  secondWorker,
  ssh,
  succeeded,
  worker,
} from "../support/lab/lab";

const nodes = [controlPlane, worker, secondWorker];
const later = [
  {
    path: "infra/kubeadm/documents.ts",
    from: "  readOnlyPort: 0,",
    to: "  readOnlyPort: 0,\n  maxPods: 109,",
  },
  {
    path: "infra/machines/scripts/prepare.sh",
    from: '  sandbox_image = "',
    to: '  max_concurrent_downloads = 2\n  sandbox_image = "',
  },
];

describe("settings of kubelet and containerd that changed @all", () => {
  /** But for kube-proxy, which starts again with every change of kubeadm's documents. */
  const podsOfWorkers = (): Promise<string> =>
    kubectl(
      ...["get", "pods", "-A", "-l", "k8s-app!=kube-proxy", "-o"],
      `jsonpath={range .items[?(@.spec.nodeName!="${controlPlane}")]}{.metadata.uid} {.status.containerStatuses[*].restartCount}{"\\n"}{end}`,
    );
  const maxPods = async (name: string): Promise<number> => {
    const said = await kubectl("get", "--raw", `/api/v1/nodes/${name}/proxy/configz`);
    return (JSON.parse(said) as { kubeletconfig: { maxPods: number } }).kubeletconfig.maxPods;
  };
  const downloads = async (name: string): Promise<string> =>
    (await ssh(name, "containerd config dump | grep -m1 max_concurrent_downloads")).trim();

  before(() => engineSucceeds("up", pool(2)));
  after(() => engineSucceeds("up"));

  it("reach every node by an up, one worker after the other, and no pod ends for them", async () => {
    const before = await podsOfWorkers();
    const run = succeeded("up", await engineOf(await changedProgram(later), "up", pool(2)));
    for (const name of nodes) {
      assert.equal(await maxPods(name), 109, name);
      assert.equal(await downloads(name), "max_concurrent_downloads = 2", name);
    }
    const steps = run.events.resources
      .filter(({ operation, name }) => operation === "update" && /-join$/.test(name))
      .map(({ kind, name }) => `${kind} ${name}`);
    assert.deepEqual(
      steps,
      [worker, secondWorker].flatMap((name) => [`begun ${name}-join`, `done ${name}-join`]),
    );
    assert.equal(await podsOfWorkers(), before);
  });

  it("are what they were with the former version, which is one more change", async () => {
    await engineSucceeds("up", pool(2));
    for (const name of nodes) {
      assert.equal(await maxPods(name), 110, name);
      assert.equal(await downloads(name), "max_concurrent_downloads = 3", name);
    }
    await engineSucceeds("preview", pool(2), "--expect-no-changes");
  });
});
