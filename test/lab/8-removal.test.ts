/** Removing the lab: alive or dead, nothing stays. */
import { strict as assert } from "node:assert";
import { controlPlane, kubectl, labConfigFile, LabCommand, ssh } from "./lab";
import { labLeftovers } from "./leftovers";

describe("make down", () => {
  it("removes a lab whose cluster is dead", async () => {
    await ssh(controlPlane, "rm -rf /etc/kubernetes/manifests; systemctl stop kubelet containerd");
    await new LabCommand("down").succeeds();
    assert.deepEqual(await labLeftovers(), []);
  });

  it("says so when there is nothing to remove", async () => {
    assert.match(await new LabCommand("down").succeeds(), /nothing to remove/);
  });
});

describe("the other tested Kubernetes", () => {
  it("1.35.4 comes up as well", async () => {
    const file = await labConfigFile({ kubernetesVersion: "1.35.4" });
    await new LabCommand("up", { LAB_CONFIG: file }).succeeds();
    const versions = await kubectl(
      "get",
      "nodes",
      "-o",
      "jsonpath={.items[*].status.nodeInfo.kubeletVersion}",
    );
    assert.equal(versions, "v1.35.4 v1.35.4");
    await kubectl(
      "-n",
      "kube-system",
      "wait",
      "deployment/coredns",
      "--for=condition=Available",
      "--timeout=60s",
    );
  });

  it("leaves nothing either, when make down was killed and is called again", async () => {
    const down = new LabCommand("down");
    await down.killWhen("the machines to go", () => down.output.includes("default-1"));
    await new LabCommand("down").succeeds();
    assert.deepEqual(await labLeftovers(), []);
  });
});
