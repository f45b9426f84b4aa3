/** An upgrade of Kubernetes in place, under a workload that answers all the time. */
import { strict as assert } from "node:assert";
import { Agent, get as httpsGet } from "node:https";
import { releaseOf, testedVersions } from "../../infra/versions";
import { echoContainer, echoService } from "../support/lab/echo";
import {
  apply,
  clusterDns,
  controlPlane,
  engine,
  engineSucceeds,
  eventually,
  kubectl,
  LabCommand,
  labConfigFile,
  node,
  outputs,
  pool,
  ssh,
  succeeded,
  worker,
} from "../support/lab/lab";
import { labLeftovers } from "../support/lab/leftovers";
import { type Watch, watchSilence } from "../support/lab/silence";

const [newest = "", oldest = ""] = [testedVersions()[0], testedVersions().at(-1)];
const second = "perigee-lab-default-2";
const nodes = [controlPlane, worker, second];
const app = "answers";
const nodePort = 30_081;
const published = { publishedNodePorts: [{ port: nodePort, why: "Test of an upgrade" }] };
const before = { ...pool(2), ...published, kubernetesVersion: oldest };
const after = { ...before, kubernetesVersion: newest };

const kubeletVersions = async (): Promise<string[]> =>
  (await kubectl("get", "nodes", "-o", "jsonpath={.items[*].status.nodeInfo.kubeletVersion}")).split(" ");
const image = async (...of: string[]): Promise<string> => {
  const [namespace = "", ...query] = of;
  return kubectl("-n", namespace, "get", ...query, "-o", "jsonpath={..containers[*].image}");
};

/** Two replicas on two workers, of which a drain may take one. */
const workload = [
  {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: app },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app } },
      template: {
        metadata: { labels: { app } },
        spec: {
          containers: [{ ...echoContainer, lifecycle: { preStop: { sleep: { seconds: 3 } } } }],
          terminationGracePeriodSeconds: 5,
        },
      },
    },
  },
  {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name: app },
    spec: { minAvailable: 1, selector: { matchLabels: { app } } },
  },
  echoService(app, nodePort),
];

/** One connection for each question: a kept one would hide what a new client sees. */
async function askWorkload(host: string, signal: AbortSignal): Promise<void> {
  const answer = await fetch(`http://${host}:${nodePort}/get`, { signal, headers: { connection: "close" } });
  await answer.text();
  if (!answer.ok) throw new Error(`status ${answer.status}`);
}

function askApi(host: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    // Its certificate is not what this is about.
    const agent = new Agent({ rejectUnauthorized: false });
    httpsGet(`https://${host}:6443/readyz`, { agent, signal }, (response) => {
      response.resume();
      if (response.statusCode === 200) resolve();
      else reject(new Error(`status ${response.statusCode ?? 0}`));
    }).once("error", reject);
  });
}

describe(`an upgrade from Kubernetes ${oldest} to ${newest} @all`, () => {
  let upgradeSaid = "";
  const watches: { what: string; watch: Watch }[] = [];

  it(`begins with a lab of ${oldest}, a workload and a Secret`, async () => {
    await new LabCommand("up", { LAB_CONFIG: await labConfigFile(before) }).succeeds();
    assert.deepEqual(
      await kubeletVersions(),
      nodes.map(() => `v${oldest}`),
    );
    await apply(...workload);
    await kubectl("rollout", "status", `deployment/${app}`, "--timeout=120s");
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
    await ssh(second, "systemctl stop kubelet");
    await kubectl("wait", "node", second, "--for=condition=Ready=Unknown", "--timeout=120s");
    const refused = await new LabCommand("up", { LAB_CONFIG: await labConfigFile(after) }).fails();
    assert.match(refused, new RegExp(`node ${second} is not Ready`));
    assert.match(refused, /nothing was changed/);
    for (const minor of ["v1.35", "v1.36"]) {
      const release = await fetch(`http://10.0.1.1:8080/${minor}/deb/Release`);
      assert.equal(release.status, 200, minor);
    }
    assert.deepEqual(
      await kubeletVersions(),
      nodes.map(() => `v${oldest}`),
    );
    await ssh(second, "systemctl start kubelet");
    await kubectl("wait", "node", second, "--for=condition=Ready", "--timeout=120s");
  });

  it("goes on when it was killed in the middle, while the workload answers", async () => {
    const { publishedHost } = await outputs();
    const { publicIp } = await node(controlPlane);
    watches.push(
      { what: "the workload", watch: watchSilence((signal) => askWorkload(publishedHost, signal)) },
      { what: "the API", watch: watchSilence((signal) => askApi(publicIp, signal)) },
    );
    await kubectl("cordon", second); // as a person would
    const killed = new LabCommand("up", { LAB_CONFIG: await labConfigFile(after) });
    await killed.killWhen("the first worker to be drained", async () => {
      const found = await kubectl("get", "node", worker, "-o", "jsonpath={.spec.unschedulable}");
      return found === "true";
    });
    await kubectl("uncordon", second); // else nothing could run but on one node
    const resumed = await new LabCommand("up", { LAB_CONFIG: await labConfigFile(after) }).succeeds();
    upgradeSaid = killed.output + resumed;
    for (const { what, watch } of watches) {
      console.log(`      longest silence of ${what}: ${((await watch.end()) / 1000).toFixed(1)} s`);
    }
  });

  it("gave every part the version of the table, and took every node back", async () => {
    const release = releaseOf(newest);
    assert.deepEqual(
      await kubeletVersions(),
      nodes.map(() => `v${newest}`),
    );
    const pods: [part: string, tag: string][] = [
      ["kube-apiserver", `v${newest}`],
      ["kube-controller-manager", `v${newest}`],
      ["kube-scheduler", `v${newest}`],
      ["etcd", release.etcd],
    ];
    for (const [part, tag] of pods) {
      const found = await image("kube-system", "pod", `${part}-${controlPlane}`);
      assert.equal(found, `registry.k8s.io/${part}:${tag}`);
    }
    assert.match(await image("kube-system", "deployment", "coredns"), new RegExp(`${release.coredns}$`));
    assert.match(await image("kube-system", "daemonset", "kube-proxy"), new RegExp(`v${newest}$`));
    const flannel = await image("kube-flannel", "daemonset", "kube-flannel-ds");
    assert.ok(flannel.includes(`:${release.flannel}`), flannel);
    await kubectl("-n", "kube-system", "rollout", "status", "daemonset/kube-proxy", "--timeout=120s");
    await clusterDns(60);
    const runtimes = "jsonpath={.items[*].status.nodeInfo.containerRuntimeVersion}";
    for (const runtime of (await kubectl("get", "nodes", "-o", runtimes)).split(" ")) {
      assert.ok(runtime.startsWith(`containerd://${release.containerd}`), runtime);
    }
    const cordoned = await kubectl("get", "nodes", "-o", "jsonpath={.items[*].spec.unschedulable}");
    assert.equal(cordoned, "");
    const marks = await kubectl("get", "nodes", "-o", "jsonpath={.items[*].metadata.annotations}");
    assert.doesNotMatch(marks, /cordoned-for-upgrade/);
    for (const name of nodes) {
      const held = await ssh(name, "apt-mark showhold");
      assert.deepEqual(held.split("\n").sort(), ["containerd", "kubeadm", "kubectl", "kubelet"]);
      const pause = await ssh(name, "containerd config dump | grep -E 'sandbox(_image)? ='");
      assert.ok(pause.includes(release.pause), pause);
    }
  });

  it("made a backup of the former version first, and kept the Secrets", async () => {
    assert.ok(upgradeSaid.includes(`_v${oldest}.tar.age`), upgradeSaid);
    const word = await kubectl("get", "secret", "kept", "-o", "jsonpath={.data.word}");
    assert.equal(word, btoa("apogee"));
    await eventually("the workload on two pods", async () => {
      const ready = await kubectl("get", "deployment", app, "-o", "jsonpath={.status.readyReplicas}");
      return ready === "2";
    });
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
