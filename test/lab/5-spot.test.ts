/** AWS takes a Spot machine back: its node drains itself before the machine goes. */
import { strict as assert } from "node:assert";
import { SystemdMachines } from "../../lab/host/systemdMachines";
import { echoContainer } from "../support/lab/echo";
import {
  apply,
  engineSucceeds,
  eventually,
  interrupt,
  kubectl,
  node,
  podsOn,
  pool,
  ssh,
  worker,
} from "../support/lab/lab";

const spotNode = "perigee-lab-passes-1";
const replicas = 2;
const withSpot = {
  workers: [
    { name: "default", count: 1, diskGiB: 20 },
    { name: "passes", count: 1, diskGiB: 20, spot: true },
  ],
};

describe("a Spot machine that AWS takes back", () => {
  let instanceId = "";

  before(async () => {
    await engineSucceeds("up", withSpot);
    ({ instanceId } = await node(spotNode));
    await apply(application);
    await kubectl("rollout", "status", "deployment/moves", "--timeout=120s");
  });

  it("watches for the notice, and does nothing without one", async () => {
    assert.equal(await ssh(spotNode, "systemctl is-active perigee-spot"), "active");
    assert.equal(await podsOn(spotNode, "moves"), replicas);
    assert.equal(await unschedulable(), "");
  });

  it("is a machine of a pool with spot: true; another is not taken, and does not watch", async () => {
    await assert.rejects(interrupt(worker), /perigee-lab-default-1 .* is no Spot machine/);
    const units = await ssh(worker, "systemctl list-unit-files --no-legend 'perigee-spot*' || true");
    assert.equal(units, "");
  });

  it("cordons its node and lets its pods go while it still runs", async () => {
    await interrupt(spotNode);
    await eventually("the pods to have gone", async () => (await podsOn(spotNode, "moves")) === 0, 60);
    assert.equal(await unschedulable(), "true");
    assert.equal(await new SystemdMachines().state(instanceId), "running");
    await kubectl("rollout", "status", "deployment/moves", "--timeout=60s");
    const journal = await ssh(spotNode, "journalctl --unit perigee-spot --output cat");
    assert.match(journal, /^evicted default\/moves-/m);
    const events = await kubectl(
      "get",
      "events",
      "--field-selector",
      "reason=SpotInterruption",
      "-o",
      "name",
    );
    assert.equal(events.split("\n").length, 1);
  });

  it("leaves the pods of DaemonSets where they are", async () => {
    const phases = await kubectl(
      "get",
      "pods",
      "--all-namespaces",
      "--field-selector",
      `spec.nodeName=${spotNode}`,
      "-o",
      'jsonpath={range .items[*]}{.metadata.ownerReferences[0].kind}{"\\n"}{end}',
    );
    assert.deepEqual([...new Set(phases.split("\n"))], ["DaemonSet"]);
  });

  it("is terminated two minutes after the notice, and replaced by refresh and up @all", async () => {
    const gone = async (): Promise<boolean> => (await new SystemdMachines().state(instanceId)) === "absent";
    await eventually("the machine to be gone", gone, 300);
    await engineSucceeds("refresh");
    await engineSucceeds("up", withSpot);
    assert.notEqual((await node(spotNode)).instanceId, instanceId);
    await kubectl("wait", `node/${spotNode}`, "--for=condition=Ready", "--timeout=60s");
    assert.equal(await unschedulable(), "");
  });

  it("goes for good with its pool", async () => {
    await kubectl("delete", "deployment/moves");
    await engineSucceeds("up", pool(1));
    assert.equal(await kubectl("get", "node", spotNode, "--ignore-not-found", "-o", "name"), "");
    await engineSucceeds("preview", {}, "--expect-no-changes");
  });
});

const application = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "moves" },
  spec: {
    replicas,
    selector: { matchLabels: { app: "moves" } },
    template: {
      metadata: { labels: { app: "moves" } },
      spec: {
        containers: [echoContainer],
        terminationGracePeriodSeconds: 1,
        affinity: {
          nodeAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: [
              {
                weight: 100,
                preference: {
                  matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: [spotNode] }],
                },
              },
            ],
          },
        },
      },
    },
  },
};

function unschedulable(): Promise<string> {
  return kubectl("get", "node", spotNode, "-o", "jsonpath={.spec.unschedulable}");
}
