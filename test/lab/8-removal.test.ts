/** Removing the lab: alive or dead, nothing stays. */
import { strict as assert } from "node:assert";
import {
  controlPlane,
  engine,
  engineSucceeds,
  killMachine,
  kubectl,
  LabCommand,
  node,
  outputs,
  ssh,
  worker,
} from "../support/lab/lab";
import { labLeftovers } from "../support/lab/leftovers";
import { failedRuleGroups } from "../support/lab/prometheus";
import { runbook } from "../support/lab/runbook";
import { workloadsSucceed } from "../support/lab/workloads";

describe("the rules", () => {
  it("were all evaluated without a failure since Prometheus came back", async () => {
    assert.deepEqual(await failedRuleGroups(), []);
  });
});

describe("a destroy of stack 1", () => {
  it("is refused while stack 2 is on the cluster, and touches nothing", async () => {
    const refused = await engine("destroy");
    assert.notEqual(refused.exitCode, 0);
    assert.match(refused.stdout + refused.stderr, /perigee-workloads is still on this cluster/);
    assert.match(refused.stdout + refused.stderr, /pulumi destroy -s lab -C workloads/);
    assert.doesNotMatch(refused.stdout + refused.stderr, /node:https/, "the script of the check");
    const preview = await engine("preview", {}, "--expect-no-changes");
    assert.equal(preview.exitCode, 0, preview.stdout);
  });
});

function killControlPlane(): Promise<string> {
  return ssh(controlPlane, "systemctl stop kubelet; pkill -9 kube-apiserver; pkill -9 etcd");
}

describe("a cluster that is dead", () => {
  before(killControlPlane);

  it("does not hold stack 2 back: a refresh lets go of all that was on it, as the runbook says", async () => {
    const environment = { PULUMI_K8S_DELETE_UNREACHABLE: "true" };
    await workloadsSucceed("refresh", { environment });
  });

  it("is kept by a destroy of stack 1 that cannot ask it, until somebody says that it is gone", async () => {
    const refused = await engine("destroy");
    assert.notEqual(refused.exitCode, 0);
    assert.match(refused.stdout + refused.stderr, /PERIGEE_CLUSTER_IS_GONE=true pulumi destroy -s lab/);
  });

  it("is made anew by refresh and up, as the runbook says of one that begins empty", async () => {
    const before = await killMachine(controlPlane);
    await engineSucceeds("refresh");
    await engineSucceeds("up", { restoreFrom: "empty" });
    await kubectl("wait", "node", controlPlane, worker, "--for=condition=Ready", "--timeout=60s");
    assert.notEqual((await node(controlPlane)).instanceId, before);
    await workloadsSucceed("up");
    await kubectl("-n", "telemetry", "rollout", "status", "deployment/telemetry", "--timeout=120s");
  });

  it("has other keys when that is asked for, and refuses the former ones", async () => {
    const former = (await outputs()).sshPrivateKey;
    await kubectl("-n", "default", "create", "secret", "generic", "kept", "--from-literal=word=apogee");
    await engineSucceeds("up", { restoreFrom: "empty", keys: { login: 2, secrets: 2 } });
    assert.notEqual((await outputs()).sshPrivateKey, former);
    for (const name of [controlPlane, worker]) {
      assert.equal(await ssh(name, "hostname"), name);
      await assert.rejects(ssh(name, "hostname", former), /Permission denied/);
    }
    const used = await ssh(controlPlane, await runbook("secrets-keys-in-use"));
    assert.match(used, /^\s*\d+ k8s:enc:secretbox:v1:key2:$/);
    const word = ["-n", "default", "get", "secret", "kept", "-o", "jsonpath={.data.word}"];
    assert.equal(await kubectl(...word), btoa("apogee"));
    const again = { restoreFrom: "empty", keys: { login: 2, secrets: 2 } };
    await engineSucceeds("preview", again, "--expect-no-changes");
    const lower = await engine("up", { restoreFrom: "empty" });
    assert.notEqual(lower.exitCode, 0);
    assert.match(lower.stdout + lower.stderr, /keys\.login = 1: .*never lowered|keys\.login = 1/);
  });

  it("is removed by make down, dead again", async () => {
    await killControlPlane();
    await new LabCommand("down").succeeds();
    assert.deepEqual(await labLeftovers(), []);
  });

  it("says so when there is nothing to remove", async () => {
    assert.match(await new LabCommand("down").succeeds(), /nothing to remove/);
  });
});
