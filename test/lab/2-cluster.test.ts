/** What a user has when `make up` returns. */
import { strict as assert } from "node:assert";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { defaultKubernetesVersion } from "../../infra/versions";
import { repositoryRoot } from "../../settings/repositoryRoot";
import { answers, type EchoAnswer, echoOnBoth, echoService, get, removeEcho } from "../support/lab/echo";
import {
  clusterDns,
  controlPlane,
  engineSucceeds,
  eventually,
  kubectl,
  outputs,
  ssh,
  worker,
} from "../support/lab/lab";

interface NodeList {
  items: {
    metadata: { name: string; labels: Record<string, string> };
    status: { nodeInfo: Record<string, string>; conditions: { type: string; status: string }[] };
    spec: { providerID: string };
  }[];
}
interface PodList {
  items: { metadata: { name: string }; status: { phase: string; podIP: string } }[];
}

describe("the cluster", () => {
  it("has every node Ready, with its provider id, at the versions asked for", async () => {
    const { items } = JSON.parse(await kubectl("get", "nodes", "-o", "json")) as NodeList;
    const known = new Map((await outputs()).nodes.map((one) => [one.name, one.instanceId]));
    assert.deepEqual(items.map((one) => one.metadata.name).sort(), [controlPlane, worker]);
    for (const { metadata, status, spec } of items) {
      assert.equal(
        status.conditions.find((condition) => condition.type === "Ready")?.status,
        "True",
        metadata.name,
      );
      assert.equal(status.nodeInfo["kubeletVersion"], `v${defaultKubernetesVersion}`);
      assert.match(status.nodeInfo["containerRuntimeVersion"] ?? "", /^containerd:\/\/1\.6\.20/);
      assert.equal(metadata.labels["topology.kubernetes.io/region"], "lab-local-1");
      assert.equal(metadata.labels["topology.kubernetes.io/zone"], "lab-local-1a");
      assert.match(metadata.labels["node.kubernetes.io/instance-type"] ?? "", /^t3\./);
      assert.equal(spec.providerID, `aws:///lab-local-1a/${known.get(metadata.name)}`);
    }
  });

  it("has on each machine what docs/on-a-node.md names", async () => {
    const page = await readFile(join(repositoryRoot, "docs/on-a-node.md"), "utf8");
    const paths = (title: string): string[] => {
      const section = page.split(/^## /m).find((each) => each.startsWith(`${title}\n`));
      assert.ok(section !== undefined, `a section "${title}"`);
      return [...section.matchAll(/`(\/[^`]+)`/g)].map(([, path = ""]) => path.replace(/VERSION|NAME/, "*"));
    };
    await eventually("the first look at the certificates, a minute after the timer's start", async () => {
      const metrics = await ssh(controlPlane, "ls /var/lib/perigee/metrics");
      return metrics.split("\n").includes("certificates.prom");
    });
    for (const [name, sections] of [
      [controlPlane, ["Every machine", "A control plane", "Logs"]],
      [worker, ["Every machine", "A worker", "Logs"]],
    ] as const) {
      const named = sections.flatMap(paths);
      assert.ok(named.length > 15);
      const there = await ssh(
        name,
        named.map((path) => `ls -d ${path} >/dev/null 2>&1 || echo ${path}`).join("; "),
      );
      assert.equal(there, "", `not on ${name}`);
    }
  });

  it("has CoreDNS available and every pod of kube-system Running", async () => {
    await clusterDns(60);
    await eventually("all kube-system pods to run", async () => {
      const { items } = JSON.parse(
        await kubectl("-n", "kube-system", "get", "pods", "-o", "json"),
      ) as PodList;
      return items.length >= 8 && items.every((pod) => pod.status.phase === "Running");
    });
  });

  it("uses a server of cluster DNS as soon as it can answer", async () => {
    const path = "jsonpath={.spec.template.spec.containers[0].readinessProbe}";
    const probe = JSON.parse(
      await kubectl("-n", "kube-system", "get", "deployment", "coredns", "-o", path),
    ) as Record<string, unknown>;
    assert.deepEqual([probe["periodSeconds"], probe["failureThreshold"]], [1, 30]);
    assert.ok(probe["httpGet"] !== undefined, "kubeadm's own question is still asked");
  });

  it("was installed beside apt's own daily update, which begins at the first boot of an image", async () => {
    for (const name of [controlPlane, worker]) {
      const began = "systemctl show --value --property ExecMainStartTimestamp apt-daily.service";
      assert.notEqual(await ssh(name, began), "", name);
    }
  });

  it("has crictl, which finds containerd by itself", async () => {
    assert.equal(await ssh(worker, "crictl pods --quiet 2>&1 >/dev/null"), "", "no warning");
    assert.match(await ssh(worker, "crictl ps"), /kube-flannel/);
  });

  it("holds its package versions", async () => {
    const held = await ssh(worker, "apt-mark showhold | sort | xargs");
    assert.equal(held, "containerd kubeadm kubectl kubelet");
  });
});

describe("pod traffic", () => {
  before(() => echoOnBoth(120, echoService("echo-cp"), echoService("echo-worker", 30081)));
  after(removeEcho);

  it("crosses nodes by address", async () => {
    const address = await kubectl("get", "pod", "echo-cp", "-o", "jsonpath={.status.podIP}");
    assert.equal((await get("echo-worker", `http://${address}:8080/get`)).server, "echo-cp");
  });

  it("crosses nodes by Service", async () => {
    const address = await kubectl("get", "service", "echo-cp", "-o", "jsonpath={.spec.clusterIP}");
    await answers(() => get("echo-worker", `http://${address}:8080/get`), "echo-cp");
  });

  it("crosses nodes by DNS name, in both directions", async () => {
    await answers(() => get("echo-worker", "http://echo-cp.default.svc.cluster.local:8080/get"), "echo-cp");
    await answers(() => get("echo-cp", "http://echo-worker:8080/get"), "echo-worker");
  });

  const fromOutside = async (): Promise<void> => {
    for (const { publicIp, name } of (await outputs()).nodes) {
      const asked = `http://${publicIp}:30081/get?through=${name}`;
      const { args } = await answers(async () => {
        const response = await fetch(asked, { signal: AbortSignal.timeout(10_000) });
        return (await response.json()) as EchoAnswer;
      }, "echo-worker");
      assert.equal(args["through"], name);
    }
  };

  it("comes in from outside through a node port of either node", fromOutside);

  it("comes in also when each kube-proxy has started again over the rules that it finds", async () => {
    const proxies = ["-n", "kube-system", "rollout"];
    await kubectl(...proxies, "restart", "daemonset/kube-proxy");
    await kubectl(...proxies, "status", "daemonset/kube-proxy", "--timeout=120s");
    await fromOutside();
  });
});

describe("a second run", () => {
  it("changes nothing", async () => {
    const up = await engineSucceeds("up", {}, "--expect-no-changes");
    assert.ok(up.seconds < 60, `${up.seconds} s`);
    await engineSucceeds("refresh", {}, "--expect-no-changes");
    await engineSucceeds("preview", {}, "--expect-no-changes");
  });
});
