/** Machines die and reboot, lose their address, and get changed documents. */
import { strict as assert } from "node:assert";
import { auditPolicy } from "../../infra/kubeadm/auditPolicy";
import { kubeletDocument } from "../../infra/kubeadm/documents";
import {
  clusterDns,
  controlPlane,
  engineSucceeds,
  eventually,
  killMachine,
  kubectl,
  loseElasticAddress,
  node,
  runStepAgain,
  ssh,
  worker,
} from "../support/lab/lab";
import { failedRuleGroups, query } from "../support/lab/prometheus";
import { workloadsSucceed } from "../support/lab/workloads";

describe("the rules", () => {
  it("were all evaluated without a failure, through all that was done to cluster and machines so far", async () => {
    assert.deepEqual(await failedRuleGroups(), []);
  });
});

describe("a worker whose machine is killed from outside", () => {
  it("is replaced by refresh and up, and its old Node is gone", async () => {
    const uid = await kubectl("get", "node", worker, "-o", "jsonpath={.metadata.uid}");
    const before = await killMachine(worker);

    await engineSucceeds("refresh");
    await engineSucceeds("up");

    const now = await node(worker);
    assert.notEqual(now.instanceId, before);
    await kubectl("wait", `node/${worker}`, "--for=condition=Ready", "--timeout=60s");
    assert.notEqual(await kubectl("get", "node", worker, "-o", "jsonpath={.metadata.uid}"), uid);
    assert.equal(
      await kubectl("get", "node", worker, "-o", "jsonpath={.spec.providerID}"),
      `aws:///lab-local-1a/${now.instanceId}`,
    );
  });
});

describe("a control plane that reboots", () => {
  it("comes back by itself, with the same cluster", async () => {
    const uid = await kubectl("get", "namespace", "kube-system", "-o", "jsonpath={.metadata.uid}");
    const boot = await ssh(controlPlane, "stat -c %Y /proc/1");
    await ssh(controlPlane, "systemctl --no-block reboot").catch(() => undefined);
    await eventually(
      "the machine to have rebooted",
      async () => (await ssh(controlPlane, "stat -c %Y /proc/1")) !== boot,
    );
    await eventually(
      "the API server to answer",
      async () => (await kubectl("get", "--raw", "/readyz")) === "ok",
      300,
    );
    assert.equal(await kubectl("get", "namespace", "kube-system", "-o", "jsonpath={.metadata.uid}"), uid);
    await kubectl("wait", "node", "--all", "--for=condition=Ready", "--timeout=180s");
    await clusterDns(180);
    await eventually("Prometheus to answer", async () => (await query("up")).length > 0, 300);
  });

  it("needs nothing done: up changes nothing", async () => {
    await engineSucceeds("preview", {}, "--expect-no-changes");
  });
});

describe("a control plane whose elastic address was lost @all", () => {
  it("gets another one by refresh and up, and a certificate for it: clients that verify it are answered", async () => {
    const lost = await loseElasticAddress(controlPlane);
    await engineSucceeds("refresh");
    await engineSucceeds("up");
    const { publicIp } = await node(controlPlane);
    assert.notEqual(publicIp, lost);
    assert.match(
      await kubectl("config", "view", "--minify", "-o", "jsonpath={..server}"),
      new RegExp(publicIp),
    );
    assert.equal(await kubectl("get", "--raw", "/readyz"), "ok");
    await kubectl("wait", "node", "--all", "--for=condition=Ready", "--timeout=60s");
    await engineSucceeds("preview", {}, "--expect-no-changes");
    await workloadsSucceed("up"); // its outputs name the address, too
  });
});

describe("documents of kubeadm that changed @all", () => {
  const file = async (path: string): Promise<string> => ssh(controlPlane, `cat ${path}`);
  const init = (documents: string, policy: string): Promise<string> =>
    runStepAgain("cluster-init", controlPlane, { KUBEADM_CONFIG: documents, AUDIT_POLICY: policy });
  const join = (kubelet: string): Promise<string> =>
    runStepAgain(`${worker}-join`, worker, { KUBELET_CONFIG: kubelet });
  const audited = async (): Promise<number> =>
    Number(await ssh(controlPlane, "wc -l </var/log/kubernetes/audit.log"));
  const newLines = async (): Promise<number> => {
    const before = await audited();
    await kubectl("create", "configmap", "audited");
    await kubectl("delete", "configmap", "audited");
    return (await audited()) - before;
  };

  before(() => engineSucceeds("up"));

  it("reach API server, kubelets and kube-proxy, and are put back as they were", async () => {
    const documents = `${await file("/etc/perigee/kubeadm.yaml")}\n`;
    const changed = documents
      .replace("syncFrequency: 10s", "syncFrequency: 11s")
      .replace("min: 0", "min: 1024");
    assert.notEqual(changed, documents);
    assert.ok((await newLines()) > 0);
    await init(changed, "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: None}]\n");
    assert.equal(await newLines(), 0, "the API server reads the new policy");
    await join("changed");
    for (const name of [controlPlane, worker]) {
      assert.match(await ssh(name, "cat /var/lib/kubelet/config.yaml"), /syncFrequency: 11s/);
    }
    await kubectl("-n", "kube-system", "rollout", "status", "daemonset/kube-proxy", "--timeout=120s");
    assert.match(
      await kubectl("-n", "kube-system", "get", "configmap", "kube-proxy", "-o", "yaml"),
      /min: 1024/,
    );
    await init(documents, auditPolicy);
    await join(kubeletDocument);
    assert.ok((await newLines()) > 0);
    assert.match(await ssh(worker, "cat /var/lib/kubelet/config.yaml"), /syncFrequency: 10s/);
    await kubectl("wait", "node", "--all", "--for=condition=Ready", "--timeout=60s");
  });

  it("that cannot be changed are refused by name", async () => {
    const documents = await file("/etc/perigee/kubeadm.yaml");
    const other = documents.replace("dnsDomain: cluster.local", "dnsDomain: orbit.local");
    await assert.rejects(
      init(other, auditPolicy),
      /made with dnsDomain:cluster\.local and the settings ask for dnsDomain:orbit\.local/,
    );
  });
});
