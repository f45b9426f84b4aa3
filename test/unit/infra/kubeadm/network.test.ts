import assert from "node:assert/strict";
import { stepInput } from "../../../../infra/kubeadm/step";
import { MachineRoot, type ScriptRunResult } from "../../../support/infra/scriptRun";

describe("the network step", () => {
  let root: MachineRoot;
  beforeEach(() => (root = new MachineRoot()));
  afterEach(() => root.remove());

  const run = (openssl: string): ScriptRunResult =>
    root.run(stepInput("network", { NODE_NAME: "n", FLANNEL_MANIFEST: "{}", READY_TIMEOUT: "1" }), {
      arguments: ["network", "600"],
      programs: {
        ...{
          kubectl:
            'case "$*" in *apply*) cat >/dev/null ;; *jsonpath*) echo True ;; *daemonset*) exit 1 ;; esac',
          openssl,
        },
        ...{ sleep: "", journalctl: "" },
      },
    });

  it("ends when the control plane's kubelet has a serving certificate: Ready alone is not enough to read logs", () => {
    const done = run("");
    assert.equal(done.status, 0, done.stderr);
    const failed = run("exit 1");
    assert.equal(failed.status, 1);
    assert.match(failed.stderr, /timed out after 1s waiting for the serving certificate of n's kubelet/);
  });
});
