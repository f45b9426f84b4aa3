/** From nothing to a cluster, through every interruption: whatever is killed, the next `make up` goes on. */
import { strict as assert } from "node:assert";
import { engine, eventually, LabCommand, processes } from "../support/lab/lab";

describe("make up, interrupted", () => {
  before("remove what an earlier lab left", () => new LabCommand("down").succeeds());

  it("goes on after everything was killed during cloud-init", async () => {
    await new LabCommand("up").killWhen("cloud-init to prepare a machine", () =>
      runs("/opt/perigee/prepare.sh"),
    );
  });

  it("says what happened when kubeadm init itself is killed on the node", async () => {
    const up = new LabCommand("up");
    await eventually(
      "kubeadm init",
      () => /kubeadm init: running/.test(up.output) && runs("kubeadm init"),
      900,
    );
    for (const pid of await processes("kubeadm init")) kill(pid);
    const said = await up.fails();
    assert.match(said, /kubelet, last lines/);
    assert.match(said, /containerd, last lines/);
  });

  it("goes on after everything was killed during kubeadm init @all", async () => {
    await new LabCommand("up").killWhen("kubeadm init", () => runs("kubeadm init"));
  });

  it("goes on after everything was killed while the pod network came up @all", async () => {
    const up = new LabCommand("up");
    await up.killWhen(
      "the network step",
      () => /cluster-network/.test(up.output) && runs("bash -s -- network"),
    );
  });

  it("goes on after everything was killed during kubeadm join", async () => {
    await new LabCommand("up").killWhen("kubeadm join", () => runs("kubeadm join"));
  });

  it("converges", async () => {
    await new LabCommand("up").succeeds();
    const again = await engine("preview", {}, "--expect-no-changes");
    assert.equal(again.exitCode, 0, again.stdout);
  });
});

async function runs(text: string): Promise<boolean> {
  return (await processes(text)).length > 0;
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error; // it ended by itself
  }
}
