/** Removing the lab: alive or dead, nothing stays. */
import { strict as assert } from "node:assert";
import { releaseOf, testedVersions } from "../../infra/versions";
import {
  clusterDns,
  controlPlane,
  engine,
  engineSucceeds,
  killMachine,
  kubectl,
  LabCommand,
  labConfigFile,
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

describe("the oldest tested Kubernetes @all", () => {
  const other = testedVersions().at(-1) ?? "";

  it(`${other} comes up as well, on the containerd of Ubuntu 24.04`, async () => {
    const file = await labConfigFile({ kubernetesVersion: other });
    await new LabCommand("up", { LAB_CONFIG: file, LAB_CONTAINERD: "2.2" }).succeeds();
    const runtimes = "jsonpath={.items[*].status.nodeInfo.containerRuntimeVersion}";
    const containerd = await kubectl("get", "nodes", "-o", runtimes);
    assert.equal(containerd, "containerd://2.2.1 containerd://2.2.1");
    const versions = await kubectl(
      "get",
      "nodes",
      "-o",
      "jsonpath={.items[*].status.nodeInfo.kubeletVersion}",
    );
    assert.equal(versions, `v${other} v${other}`);
    await clusterDns(60);
  });

  it("gave containerd 2 all that its file of version 2 says, and it warns of nothing but the host's cgroups", async () => {
    const dump = await ssh(worker, "sudo containerd config dump");
    assert.match(dump, /^version = 3$/m);
    for (const line of [
      `sandbox = 'registry.k8s.io/pause:${releaseOf(other).pause}'`,
      "bin_dirs = ['/opt/cni/bin']",
      "conf_dir = '/etc/cni/net.d'",
      "config_path = '/etc/containerd/certs.d'",
    ]) {
      assert.ok(dump.includes(line), line);
    }
    const warnings = await ssh(worker, "sudo ctr deprecations list");
    const own = warnings
      .split("\n")
      .filter((line) => /^io\.containerd/.test(line) && !/cgroup-v1/.test(line));
    assert.deepEqual(own, []);
  });

  it("started every pod at the first try: a node is Ready when it can give pods addresses", async () => {
    const failures = [
      "get",
      "events",
      "--all-namespaces",
      "--field-selector",
      "reason=FailedCreatePodSandBox",
    ];
    const messages = await kubectl(...failures, "-o", "jsonpath={.items[*].message}");
    assert.doesNotMatch(messages, /subnet\.env|cni plugin not initialized/);
  });

  it("is left by stack 2 without a trace", async () => {
    await workloadsSucceed("destroy");
    const definitions = await kubectl("get", "customresourcedefinitions", "-o", "name");
    assert.doesNotMatch(definitions, /monitoring\.coreos\.com/);
    const namespaces = await kubectl("get", "namespaces", "-o", "name");
    assert.doesNotMatch(namespaces, /monitoring|telemetry/);
  });

  it("leaves nothing either, when make down was killed and is called again", async () => {
    const down = new LabCommand("down");
    await down.killWhen("the machines to go", () => down.output.includes("default-1"));
    await new LabCommand("down").succeeds();
    assert.deepEqual(await labLeftovers(), []);
  });
});
