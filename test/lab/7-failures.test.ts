/** Machines die and reboot. */
import { strict as assert } from "node:assert";
import { SystemdMachines } from "../../lab/machines/systemdMachines";
import { controlPlane, engineSucceeds, eventually, kubectl, node, ssh, worker } from "./lab";

describe("a worker whose machine is killed from outside", () => {
  it("is replaced by refresh and up, and its old Node is gone", async () => {
    const before = await node(worker);
    const uid = await kubectl("get", "node", worker, "-o", "jsonpath={.metadata.uid}");
    const init = await new SystemdMachines().initPid(before.instanceId);
    assert.ok(init !== undefined);
    process.kill(init, "SIGKILL");

    await engineSucceeds("refresh");
    await engineSucceeds("up");

    const now = await node(worker);
    assert.notEqual(now.instanceId, before.instanceId);
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
    await kubectl(
      "-n",
      "kube-system",
      "wait",
      "deployment/coredns",
      "--for=condition=Available",
      "--timeout=180s",
    );
  });

  it("needs nothing done: up changes nothing", async () => {
    await engineSucceeds("preview", {}, "--expect-no-changes");
  });
});
