/** Workers come and go while an application runs. */
import { strict as assert } from "node:assert";
import { readFile } from "node:fs/promises";
import { bridgeName } from "../../lab/host/addresses";
import type { PulumiRun } from "../../lab/pulumi/engine/pulumi";
import { echoContainer, echoOn } from "../support/lab/echo";
import {
  apply,
  engine,
  engineSucceeds,
  eventually,
  kubectl,
  type LabConfig,
  node,
  podsOn,
  pool,
  secondWorker,
  worker,
} from "../support/lab/lab";
import { leftoversOf } from "../support/lab/leftovers";

const replicas = 4;
const minimum = 3;

describe("scaling workers 1 -> 2 -> 1 under a PodDisruptionBudget", () => {
  let watching = true;
  let lowest = replicas;
  let longestSilence = 0;
  let watched: Promise<void>;
  let removed = "";

  before(async () => {
    await apply(application, budget);
    await kubectl("rollout", "status", "deployment/app", "--timeout=180s");
    watched = (async () => {
      let answered = Date.now();
      while (watching) {
        const count = await ready().catch(() => undefined);
        longestSilence = Math.max(longestSilence, Date.now() - answered);
        if (count !== undefined) {
          lowest = Math.min(lowest, count);
          answered = Date.now();
        }
        await new Promise((resolve) => setTimeout(resolve, 300));
      }
    })();
  });

  after(() => kubectl("delete", "deployment/app", "poddisruptionbudget/app", "--ignore-not-found"));

  it("have a gateway whose hardware address stays when a machine comes or goes", async () => {
    const how = await readFile(`/sys/class/net/${bridgeName}/addr_assign_type`, "utf8");
    assert.equal(how.trim(), "3", "3: set by hand; else the kernel takes the lowest of the ports'");
  });

  it("adds a worker and touches nothing else", async () => {
    assert.deepEqual(changes(await engineSucceeds("up", pool(2))), { create: 5 });
    await kubectl("wait", `node/${secondWorker}`, "--for=condition=Ready", "--timeout=5s");
    removed = (await node(secondWorker)).instanceId;
  });

  it("lets the telemetry move when its node is drained", async () => {
    const exporter = ["-n", "telemetry", "get", "pods", "-l", "app.kubernetes.io/name=perigee-telemetry"];
    const where = async (): Promise<string> =>
      kubectl(
        ...exporter,
        "--field-selector",
        "status.phase=Running",
        "-o",
        "jsonpath={.items[*].spec.nodeName}",
      );
    const before = await where();
    await kubectl("drain", before, "--ignore-daemonsets", "--delete-emptydir-data", "--timeout=120s");
    await kubectl("-n", "telemetry", "rollout", "status", "deployment/telemetry", "--timeout=60s");
    await eventually("the exporter on the other worker", async () => !(await where()).includes(before));
    await kubectl("uncordon", before);
  });

  it("does not begin to remove a worker whose pods nothing would make anew", async () => {
    await apply(echoOn("bare", secondWorker));
    const refused = await engine("up", pool(1));
    assert.notEqual(refused.exitCode, 0);
    assert.match(refused.stdout + refused.stderr, /Pods that declare no controller: default\/bare/);
    const cordoned = ["get", "node", secondWorker, "-o", "jsonpath={.spec.unschedulable}"];
    assert.equal(await kubectl(...cordoned), "");
    await kubectl("delete", "pod/bare");
  });

  it("drains a worker before its machine goes", async () => {
    // Half of the application moves there, so that there is something to drain.
    await kubectl("rollout", "restart", "deployment/app");
    await kubectl("rollout", "status", "deployment/app", "--timeout=120s");
    await eventually("pods on the second worker", async () => (await podsOn(secondWorker, "app")) > 0);
    // Its join and keys were forgotten by the run that was refused.
    assert.deepEqual(changes(await engineSucceeds("up", pool(1))), { delete: 3 });
  });

  it("kept the application at its minimum all the time", async () => {
    await kubectl("rollout", "status", "deployment/app", "--timeout=120s");
    watching = false;
    await watched;
    assert.ok(lowest >= minimum, `${lowest} replicas ready at the lowest`);
    assert.ok(longestSilence < 15_000, `the API gave no answer for ${longestSilence / 1000} s`);
    assert.equal(await ready(), replicas);
  });

  it("leaves one Node, and nothing of the machine", async () => {
    await kubectl("wait", `node/${worker}`, "--for=condition=Ready", "--timeout=5s");
    assert.equal(await kubectl("get", "node", secondWorker, "--ignore-not-found", "-o", "name"), "");
    assert.deepEqual(await leftoversOf(removed), []);
  });

  it("gives up with the names of the pods that would not go, and leaves the machine running @all", async () => {
    await kubectl(
      "patch",
      "poddisruptionbudget/app",
      "--type=merge",
      "-p",
      `{"spec":{"minAvailable":${replicas}}}`,
    );
    // A worker leaves by the limit of the last up that it was part of.
    const patience = { drainTimeoutSeconds: 10 };
    await engineSucceeds("up", { ...pool(1), ...patience });
    await kubectl("annotate", "node", worker, "perigee.dev/lose-volumes=true"); // it does not come to that
    const stuck = await engine("up", { ...pool(0), ...patience });
    assert.notEqual(stuck.exitCode, 0);
    const said = stuck.stdout + stuck.stderr;
    assert.match(said, /these pods are still on perigee-lab-default-1/);
    assert.match(said, /app-[a-z0-9]+-[a-z0-9]+/);
    assert.match(said, /its machine keeps running/);
    await kubectl("wait", `node/${worker}`, "--for=condition=Ready", "--timeout=5s");
  });

  it("takes the node back when the setting is put back @all", async () => {
    await kubectl("delete", "poddisruptionbudget/app");
    await engineSucceeds("up", pool(1));
    await kubectl("annotate", "node", worker, "perigee.dev/lose-volumes-");
    await kubectl("uncordon", worker);
    await kubectl("rollout", "status", "deployment/app", "--timeout=120s");
  });
});

describe("a worker whose disk holds Prometheus' samples", () => {
  it("is not removed with them: refused by the claim's name, its node and pods as they were", async () => {
    const refused = await engine("up", pool(0));
    assert.notEqual(refused.exitCode, 0);
    assert.match(
      refused.stdout + refused.stderr,
      /disk holds\s+\/var\/lib\/perigee-prometheus \(volume prometheus-samples, claimed by monitoring\/samples-/,
    );
    assert.equal(await kubectl("get", "node", worker, "-o", "jsonpath={.spec.unschedulable}"), "");
    await engineSucceeds("up", {});
    await engineSucceeds("preview", {}, "--expect-no-changes");
  });
});

describe("a worker of another pool", () => {
  const grown = "perigee-lab-grown-1";
  const pools = (diskGiB: number): LabConfig => ({
    workers: [
      { name: "default", count: 1, diskGiB: 20 },
      { name: "grown", count: 1, diskGiB },
    ],
  });

  before(async () => {
    await engineSucceeds("up", pools(12));
    await apply({ ...bare, spec: { ...bare.spec, nodeName: grown } });
    await kubectl("wait", "pod/bare", "--for=condition=Ready", "--timeout=60s");
  });
  after(async () => {
    await kubectl("delete", "pod/bare", "--ignore-not-found");
    await engineSucceeds("up");
  });

  it("sees its disk grow, while its pods run on", async () => {
    const capacity = async (): Promise<number> =>
      gibibytes(await kubectl("get", "node", grown, "-o", "jsonpath={.status.capacity.ephemeral-storage}"));
    assert.ok((await capacity()) < 12.5, `${await capacity()} GiB`);
    await engineSucceeds("up", pools(16));
    await eventually("the node to have the grown disk", async () => (await capacity()) > 15);
    const restarts = "jsonpath={.status.containerStatuses[0].restartCount}";
    assert.equal(await kubectl("get", "pod", "bare", "-o", restarts), "0");
  });

  it("does not see it shrink: refused, before anything is touched", async () => {
    const refused = await engine("up", pools(15));
    assert.notEqual(refused.exitCode, 0);
    assert.match(refused.stdout + refused.stderr, /workers\[1\]\.diskGiB = 15: the pool's disks have 16 GiB/);
  });
});

describe("settings of a running cluster", () => {
  it("take a taint away that somebody has taken away by hand before", async () => {
    const taint = { key: "perigee.test/kept-free", value: "", effect: "PreferNoSchedule" };
    await engineSucceeds("up", pool(1, { taints: [taint] }));
    await kubectl("taint", "node", worker, `${taint.key}:${taint.effect}-`);
    await engineSucceeds("up", pool(1));
    assert.equal(await kubectl("get", "node", worker, "-o", "jsonpath={.spec.taints}"), "");
  });

  it("refuse another name, and a control plane of another architecture, and leave the cluster as it is", async () => {
    const refused = await engine("up", {
      clusterName: "other",
      controlPlane: { instanceType: "t4g.medium", diskGiB: 20 },
    });
    assert.notEqual(refused.exitCode, 0);
    assert.match(
      refused.stdout + refused.stderr,
      /clusterName = "other": the cluster of this stack is named perigee-lab;/,
    );
    const other = await engine("up", { controlPlane: { instanceType: "t4g.medium", diskGiB: 20 } });
    assert.notEqual(other.exitCode, 0);
    assert.match(
      other.stdout + other.stderr,
      /"t4g\.medium": is arm64; perigee-lab-control-plane-1 is amd64/,
    );
    await engineSucceeds("preview", {}, "--expect-no-changes");
  });

  it("refuse other pod addresses, which would break it at the next reboot", async () => {
    const refused = await engine("up", { podCidr: "10.245.0.0/16" });
    assert.notEqual(refused.exitCode, 0);
    assert.match(
      refused.stdout + refused.stderr,
      /made with podSubnet:10\.244\.0\.0\/16 .* ask for podSubnet:10\.245\.0\.0\/16/,
    );
    await engineSucceeds("up", {});
    await engineSucceeds("preview", {}, "--expect-no-changes");
  });
});

/** A quantity of Kubernetes, such as `16320Mi`, in GiB. */
function gibibytes(quantity: string): number {
  const [, amount = "", unit = ""] = /^(\d+)(Ki|Mi|Gi|)$/.exec(quantity) ?? [];
  return (Number(amount) * 1024 ** ["", "Ki", "Mi", "Gi"].indexOf(unit)) / 1024 ** 3;
}

const application = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "app" },
  spec: {
    replicas,
    strategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: 2 } },
    selector: { matchLabels: { app: "app" } },
    template: {
      metadata: { labels: { app: "app" } },
      spec: {
        containers: [echoContainer],
        terminationGracePeriodSeconds: 1,
        topologySpreadConstraints: [
          {
            maxSkew: 1,
            topologyKey: "kubernetes.io/hostname",
            whenUnsatisfiable: "ScheduleAnyway",
            labelSelector: { matchLabels: { app: "app" } },
          },
        ],
      },
    },
  },
};

const bare = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "bare" },
  spec: { containers: [echoContainer], terminationGracePeriodSeconds: 1 },
};

const budget = {
  apiVersion: "policy/v1",
  kind: "PodDisruptionBudget",
  metadata: { name: "app" },
  spec: { minAvailable: minimum, selector: { matchLabels: { app: "app" } } },
};

/** How many resources a run did something to, by what it did. */
function changes(run: PulumiRun): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(run.events.summary).filter(([operation]) => operation !== "same"));
}

async function ready(): Promise<number> {
  return Number((await kubectl("get", "deployment/app", "-o", "jsonpath={.status.readyReplicas}")) || "0");
}
