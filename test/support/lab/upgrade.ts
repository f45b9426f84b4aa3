/** A workload that is asked all the time while the cluster under it is upgraded, and what every part has afterwards. */
import { strict as assert } from "node:assert";
import { releaseOf, testedVersions } from "../../../infra/versions";
import { echoContainer, echoService } from "./echo";
import { apply, clusterDns, kubectl, ssh } from "./lab";

/** Tested Kubernetes versions, from which and to which an upgrade goes. */
export const [newest = "", oldest = ""] = [testedVersions()[0], testedVersions().at(-1)];

const app = "answers";
const nodePort = 30_081;
export const publishedWorkload = { publishedNodePorts: [{ port: nodePort, why: "Test of an upgrade" }] };

/** Replicas on the workers, of which a drain may take one where there are two. */
export async function deployWorkload(replicas: number): Promise<void> {
  const labels = { app };
  await apply(
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: app },
      spec: {
        replicas,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
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
      spec: { minAvailable: replicas - 1, selector: { matchLabels: labels } },
    },
    echoService(app, nodePort),
  );
  await kubectl("rollout", "status", `deployment/${app}`, "--timeout=120s");
}

export const readyReplicas = (): Promise<string> =>
  kubectl("get", "deployment", app, "-o", "jsonpath={.status.readyReplicas}");

/** One connection for each question: a kept one would hide what a new client sees. */
export async function askWorkload(host: string, signal: AbortSignal): Promise<void> {
  const answer = await fetch(`http://${host}:${nodePort}/get`, { signal, headers: { connection: "close" } });
  await answer.text();
  if (!answer.ok) throw new Error(`status ${answer.status}`);
}

export const kubeletVersions = async (): Promise<string[]> =>
  (await kubectl("get", "nodes", "-o", "jsonpath={.items[*].status.nodeInfo.kubeletVersion}")).split(" ");

const image = async (namespace: string, ...query: string[]): Promise<string> =>
  kubectl("-n", namespace, "get", ...query, "-o", "jsonpath={..containers[*].image}");

/**
 * Every part has the version of the table, and every node takes pods again and holds its packages.
 * @param containerd its version, which an upgrade keeps
 */
export async function everyPartHas(
  version: string,
  controlPlanes: readonly string[],
  workers: readonly string[],
  containerd = releaseOf(version).containerd,
): Promise<void> {
  const release = releaseOf(version);
  const nodes = [...controlPlanes, ...workers];
  assert.deepEqual(
    await kubeletVersions(),
    nodes.map(() => `v${version}`),
  );
  const pods: [part: string, tag: string][] = [
    ["kube-apiserver", `v${version}`],
    ["kube-controller-manager", `v${version}`],
    ["kube-scheduler", `v${version}`],
    ["etcd", release.etcd],
  ];
  for (const name of controlPlanes) {
    for (const [part, tag] of pods) {
      assert.equal(await image("kube-system", "pod", `${part}-${name}`), `registry.k8s.io/${part}:${tag}`);
    }
  }
  assert.match(await image("kube-system", "deployment", "coredns"), new RegExp(`${release.coredns}$`));
  assert.match(await image("kube-system", "daemonset", "kube-proxy"), new RegExp(`v${version}$`));
  const flannel = await image("kube-flannel", "daemonset", "kube-flannel-ds");
  assert.ok(flannel.includes(`:${release.flannel}`), flannel);
  await kubectl("-n", "kube-system", "rollout", "status", "daemonset/kube-proxy", "--timeout=120s");
  await clusterDns(60);
  const runtimes = "jsonpath={.items[*].status.nodeInfo.containerRuntimeVersion}";
  for (const runtime of (await kubectl("get", "nodes", "-o", runtimes)).split(" ")) {
    assert.ok(runtime.startsWith(`containerd://${containerd}`), runtime);
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
}
