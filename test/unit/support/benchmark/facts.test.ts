import assert from "node:assert/strict";
import { controlPlaneChecks, nodeChecks } from "../../../support/benchmark";
import { problemsOf } from "../../../support/benchmark/check";
import { factsOf, readingScript } from "../../../support/benchmark/facts";
import { MachineRoot } from "../../../support/infra/scriptRun";

const configz = JSON.stringify({ kubeletconfig: { readOnlyPort: 0, tlsCipherSuites: ["A", "B"] } });

describe("what is read of a node", () => {
  let root: MachineRoot;
  beforeEach(() => (root = new MachineRoot()));
  afterEach(() => root.remove());

  const read = () => {
    const { stdout } = root.run(readingScript, { programs: { pidof: "echo self" } });
    return factsOf(stdout.replaceAll(root.path, ""), configz, "metricsBindAddress: 0.0.0.0:10249\n");
  };

  it("is modes, arguments and kinds of encryption, and no key", () => {
    root
      .write("/etc/kubernetes/pki/ca.key", "secret", 0o640)
      .write(
        "/etc/kubernetes/manifests/etcd.yaml",
        "  - command:\n    - etcd\n    - --a=b=c\n    - --d\n",
        0o600,
      )
      .write(
        "/etc/kubernetes/perigee/encryption.yaml",
        "providers:\n  - secretbox: {keys: [{name: first, secret: c2VjcmV0}]}\n  - identity: {}\n",
      );
    const facts = read();
    assert.equal(facts.files.get("/etc/kubernetes/pki/ca.key")?.mode, 0o640);
    assert.deepEqual(
      [...(facts.pods.get("etcd") ?? [])],
      [
        ["a", "b=c"],
        ["d", "true"],
      ],
    );
    assert.deepEqual(facts.encryption, { providers: ["secretbox"] });
    assert.doesNotMatch(
      JSON.stringify(facts, (_, value) => (value instanceof Map ? [...value] : value) as unknown),
      /c2VjcmV0/,
    );
  });

  it("fails the checks that it is about", () => {
    root
      .write("/etc/kubernetes/pki/ca.key", "secret", 0o640)
      .write("/var/lib/kubelet/config.yaml", "", 0o644)
      .write(
        "/etc/kubernetes/manifests/kube-apiserver.yaml",
        "    - --authorization-mode=AlwaysAllow\n",
        0o600,
      );
    const facts = read();
    const failing = [...controlPlaneChecks, ...nodeChecks]
      .filter((check) => problemsOf(check, facts).length > 0)
      .map(({ id }) => id);
    for (const id of ["1.1.21", "4.1.9", "1.2.6", "1.2.7", "1.2.8", "4.2.12"]) {
      assert.ok(failing.includes(id), id);
    }
    for (const id of ["1.1.1", "4.2.4"]) assert.ok(!failing.includes(id), id);
  });
});
