/**
 * The oldest tested Kubernetes on the containerd of Ubuntu 24.04, its upgrade in place with one control plane and one
 * worker, and the way back. A cluster of its own.
 */
import { strict as assert } from "node:assert";
import { releaseOf } from "../../infra/versions";
import { containerdVersion as containerd } from "../../lab/supply/toolchain/components";
import {
  clusterDns,
  controlPlane,
  engine,
  engineSucceeds,
  eventually,
  kubectl,
  LabCommand,
  type LabConfig,
  labConfigFile,
  outputs,
  pool,
  secondWorker,
  ssh,
  worker,
} from "../support/lab/lab";
import { labLeftovers } from "../support/lab/leftovers";
import { followRunbook, runbook } from "../support/lab/runbook";
import { apiReader, silenceText, watchSilence } from "../support/lab/silence";
import {
  deployWorkload,
  everyPartHas,
  kubeletVersions,
  newest,
  oldest,
  publishedWorkload,
  readyReplicas,
} from "../support/lab/upgrade";
import { workloadsSucceed } from "../support/lab/workloads";

const before = { ...pool(1), ...publishedWorkload, kubernetesVersion: oldest };
const upgraded = { ...before, kubernetesVersion: newest };
const larger = { ...upgraded, ...pool(2) };
const versions = (nodes: number, version: string): string[] => Array<string>(nodes).fill(`v${version}`);

describe(`an upgrade from Kubernetes ${oldest} to ${newest} @all`, () => {
  let formerBackup = "";

  const up = async (settings: LabConfig) =>
    new LabCommand("up", { LAB_CONFIG: await labConfigFile(settings), LAB_CONTAINERD: "2.2" });

  it(`begins with a lab of ${oldest}, on the containerd of Ubuntu 24.04`, async () => {
    await (await up(before)).succeeds();
    const runtimes = "jsonpath={.items[*].status.nodeInfo.containerRuntimeVersion}";
    assert.equal(
      await kubectl("get", "nodes", "-o", runtimes),
      `containerd://${containerd} containerd://${containerd}`,
    );
    assert.deepEqual(await kubeletVersions(), versions(2, oldest));
    await clusterDns(60);
  });

  it("gave containerd 2 all that its file of version 2 says, and it warns of nothing but the host's cgroups", async () => {
    const dump = await ssh(worker, "sudo containerd config dump");
    assert.match(dump, /^version = 3$/m);
    for (const line of [
      `sandbox = 'registry.k8s.io/pause:${releaseOf(oldest).pause}'`,
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
    const failures = ["--all-namespaces", "--field-selector", "reason=FailedCreatePodSandBox"];
    const messages = await kubectl("get", "events", ...failures, "-o", "jsonpath={.items[*].message}");
    assert.doesNotMatch(messages, /subnet\.env|cni plugin not initialized/);
  });

  it("has a workload and a Secret", async () => {
    await deployWorkload(1);
    await kubectl("create", "secret", "generic", "kept", "--from-literal=word=apogee");
  });

  it("is told by a preview, in its order", async () => {
    const preview = await engineSucceeds("preview", upgraded);
    const said = preview.stdout + preview.stderr;
    assert.match(said, new RegExp(`Kubernetes ${oldest} -> ${newest}, in place`.replaceAll(".", "\\.")));
    assert.match(said, /1 worker, 1 at a time: perigee-lab-default-1/);
  });

  it("is refused while a node is not Ready, and the lab serves both versions by then", async () => {
    await ssh(worker, "systemctl stop kubelet");
    await kubectl("wait", "node", worker, "--for=condition=Ready=Unknown", "--timeout=120s");
    const refused = await (await up(upgraded)).fails();
    assert.match(refused, new RegExp(`node ${worker} is not Ready`));
    assert.match(refused, /nothing was changed/);
    for (const minor of ["v1.35", "v1.36"]) {
      const release = await fetch(`http://10.0.1.1:8080/${minor}/deb/Release`);
      assert.equal(release.status, 200, minor);
    }
    assert.deepEqual(await kubeletVersions(), versions(2, oldest));
    await ssh(worker, "systemctl start kubelet");
    await kubectl("wait", "node", worker, "--for=condition=Ready", "--timeout=120s");
  });

  it("gives every part the version of the table; the pods of the only worker come back", async () => {
    const api = watchSilence(await apiReader((await outputs()).kubeconfig));
    const said = await (await up(upgraded)).succeeds();
    console.log(`      the API: ${silenceText(await api.end())}`);
    formerBackup = new RegExp(`[\\w-]+_v${oldest}\\.tar\\.age`).exec(said)?.[0] ?? "";
    assert.notEqual(formerBackup, "", said);
    await everyPartHas(newest, [controlPlane], [worker], containerd);
    await eventually("the workload", async () => (await readyReplicas()) === "1");
    const word = await kubectl("get", "secret", "kept", "-o", "jsonpath={.data.word}");
    assert.equal(word, btoa("apogee"));
  });

  it("is done: a second up changes nothing, and none goes back", async () => {
    await engineSucceeds("preview", upgraded, "--expect-no-changes");
    const back = await engine("preview", before);
    assert.notEqual(back.exitCode, 0);
    assert.match(back.stdout + back.stderr, /and no cluster goes back/);
  });

  it("gives a worker that comes later the version of now", async () => {
    await engineSucceeds("up", larger);
    assert.deepEqual(await kubeletVersions(), versions(3, newest));
  });

  it("goes back by the runbook, with the backup that was made first", async () => {
    await kubectl("create", "namespace", "later");
    await ssh(controlPlane, await runbook("set-aside"));
    await followRunbook("upgrade-way-back", larger, {
      "2026-11-26T153000Z_v1.35.4.tar.age": formerBackup,
      "1.35.4": oldest,
    });
    await everyPartHas(oldest, [controlPlane], [worker, secondWorker], containerd);
    await eventually("the workload", async () => (await readyReplicas()) === "1");
    assert.equal(await kubectl("get", "namespace", "later", "--ignore-not-found", "-o", "name"), "");
    await engineSucceeds("preview", { ...before, ...pool(2) }, "--expect-no-changes");
    await workloadsSucceed("preview", {}, "--expect-no-changes");
  });

  it("is left by stack 2 without a trace", async () => {
    await workloadsSucceed("destroy");
    const definitions = await kubectl("get", "customresourcedefinitions", "-o", "name");
    assert.doesNotMatch(definitions, /monitoring\.coreos\.com/);
    const namespaces = await kubectl("get", "namespaces", "-o", "name");
    assert.doesNotMatch(namespaces, /monitoring|telemetry/);
  });

  it("leaves nothing behind, when make down was killed and is called again", async () => {
    const down = new LabCommand("down");
    await down.killWhen("the machines to go", () => down.output.includes("default-1"));
    await new LabCommand("down").succeeds();
    assert.deepEqual(await labLeftovers(), []);
  });
});
