/** Who reaches whom in the pod network, as NetworkPolicies say, on every node: Perigee's own pods, and a user's. */
import { strict as assert } from "node:assert";
import { echoOn, echoOnBoth, echoService, reaches, removeEcho } from "../support/lab/echo";
import { apply, controlPlane, eventually, kubectl, ssh, worker } from "../support/lab/lab";
import { targets } from "../support/lab/prometheus";
import { workloadsSucceed } from "../support/lab/workloads";

/** Pods without a namespace of Perigee's, one on each node: nobody whom a policy names. */
const strangers = ["echo-cp", "echo-worker"] as const;

/** Address of the first pod with this label, and a port of it. */
async function addressOf([namespace, selector, port]: readonly [string, string, number]): Promise<string> {
  const path = "jsonpath={.items[0].status.podIP}";
  return `${await kubectl("-n", namespace, "get", "pods", "-l", selector, "-o", path)}:${port}`;
}

/** [namespace, pods, port] that a stranger must not reach. */
const shut = [
  ["monitoring", "app=kube-prometheus-stack-kube-state-metrics", 8080],
  ["monitoring", "app=kube-prometheus-stack-operator", 8080],
  ["telemetry", "app.kubernetes.io/name=perigee-telemetry", 9464],
  ["kube-system", "k8s-app=kube-dns", 9153],
] as const;

/** The same that everybody may. */
const open = [
  ["monitoring", "app.kubernetes.io/name=prometheus", 9090],
  ["monitoring", "app.kubernetes.io/name=alertmanager", 9093],
  ["monitoring", "app.kubernetes.io/name=grafana", 3000],
  ["telemetry", "app.kubernetes.io/name=perigee-telemetry", 9465],
  ["kube-system", "k8s-app=kube-dns", 53],
] as const;

const policy = (name: string, spec: object): object => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { name, labels: { test: "echo" } },
  spec: { podSelector: { matchLabels: { app: "echo-guarded" } }, policyTypes: ["Ingress"], ...spec },
});
const nobody = policy("nobody", {});
const onlyTheWorkers = policy("only-one", {
  ingress: [
    {
      from: [{ podSelector: { matchLabels: { app: "echo-worker" } } }],
      ports: [{ protocol: "TCP", port: 8080 }],
    },
  ],
});

const guarded = "echo-guarded:8080";
const engine = [
  "-n",
  "kube-system",
  "rollout",
  "status",
  "daemonset/policy-engine",
  "--timeout=120s",
] as const;

/** Chains of the engine that a node has. */
const rulesOn = async (name: string): Promise<number> =>
  Number(await ssh(name, "sudo iptables --list-rules | grep -cE '^-N KUBE-(ROUTER|POD-FW|NWPLCY)-' || true"));

describe("NetworkPolicies", () => {
  before(async () => {
    await kubectl(...engine);
    await echoOnBoth(60);
    await apply(echoOn("echo-guarded", worker), echoService("echo-guarded"));
    await kubectl("wait", "pod/echo-guarded", "--for=condition=Ready", "--timeout=60s");
  });
  after(async () => {
    await kubectl("delete", "networkpolicy", "--selector", "test=echo");
    await removeEcho();
  });

  const isShut = async (pod: string, address: string): Promise<void> =>
    eventually(`${address} to be shut for ${pod}`, async () => !(await reaches(pod, address)), 30);
  const isOpen = async (pod: string, address: string): Promise<void> =>
    eventually(`${address} to be open for ${pod}`, () => reaches(pod, address), 30);

  it("leave Perigee's own pods what they publish, and to others nothing, whichever node asks", async () => {
    for (const stranger of strangers) {
      for (const target of open) await isOpen(stranger, await addressOf(target));
      for (const target of shut) await isShut(stranger, await addressOf(target));
    }
  });

  it("leave Prometheus every target, and everybody the names", async () => {
    await eventually(
      "every target to be up",
      async () => {
        const all = await targets();
        return all.length > 10 && all.every(({ health }) => health === "up");
      },
      120,
    );
    for (const stranger of strangers) await isOpen(stranger, "kubernetes.default.svc.cluster.local:443");
  });

  it("forbid what they forbid, for pods of every node, and allow again what they allow", async () => {
    for (const stranger of strangers) await isOpen(stranger, guarded);
    await apply(nobody);
    for (const stranger of strangers) await isShut(stranger, guarded);
    await apply(onlyTheWorkers);
    await isOpen("echo-worker", guarded);
    await isShut("echo-cp", guarded);
  });

  it("hold while the engine starts again", async () => {
    await kubectl(
      "-n",
      "kube-system",
      "delete",
      "pods",
      "-l",
      "app.kubernetes.io/name=policy-engine",
      "--wait=false",
    );
    let asked = 0;
    await Promise.all([
      (async () => {
        await kubectl(...engine);
        await kubectl(...engine);
      })(),
      (async () => {
        for (const end = Date.now() + 25_000; Date.now() < end; asked++) {
          assert.equal(await reaches("echo-cp", guarded), false, "a moment without rules");
        }
      })(),
    ]);
    assert.ok(asked > 5, String(asked));
    await isOpen("echo-worker", guarded);
  });

  it("end with the setting: no rule is left on a node, and again with it they hold @all", async () => {
    const nodes = [controlPlane, worker];
    for (const name of nodes) assert.ok((await rulesOn(name)) > 4, name);
    await workloadsSucceed("up", { more: { networkPolicies: { enforced: false } } });
    for (const name of nodes) {
      await eventually(`no rule on ${name}`, async () => (await rulesOn(name)) === 0, 60);
    }
    await isOpen("echo-cp", guarded);
    await workloadsSucceed("up");
    await kubectl(...engine);
    await isShut("echo-cp", guarded);
    const { summary } = (await workloadsSucceed("up")).events;
    assert.deepEqual(Object.keys(summary), ["same"]);
  });
});
