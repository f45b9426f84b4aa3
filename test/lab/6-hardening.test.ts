/** What CIS Kubernetes Benchmark 1.12 asks of nodes, read on them. What Perigee does otherwise: docs/security.md. */
import { strict as assert } from "node:assert";
import { controlPlaneChecks, deviations, nodeChecks } from "../support/benchmark";
import { type Check, problemsOf } from "../support/benchmark/check";
import { factsOf, type NodeFacts, readingScript } from "../support/benchmark/facts";
import { controlPlane, kubectl, ssh, worker } from "../support/lab/lab";

const subjects = [
  { name: controlPlane, what: "the control plane", checks: [...controlPlaneChecks, ...nodeChecks] },
  { name: worker, what: "a worker", checks: nodeChecks },
];

for (const { name, what, checks } of subjects) {
  describe(`the benchmark on ${what}`, () => {
    let facts: NodeFacts;
    before(async () => (facts = await read(name)));

    for (const check of checks) {
      const differs = deviations.has(check.id);
      it(`${check.id} ${differs ? "is otherwise, for a reason: " : ""}${check.title}`, () => {
        const problems = problemsOf(check, facts);
        if (differs) assert.notDeepEqual(problems, [], "passes: it is no deviation any more");
        else assert.deepEqual(problems, []);
      });
    }
  });
}

describe("modes of the kubelet's files", () => {
  const files = ["4.1.1", "4.1.9"];
  const open = async (): Promise<Check[]> => {
    const facts = await read(worker);
    return nodeChecks.filter((check) => files.includes(check.id) && problemsOf(check, facts).length > 0);
  };

  it("stay when kubeadm writes the configuration anew, and when the packages are unpacked again", async () => {
    await ssh(
      worker,
      "kubeadm upgrade node phase kubelet-config --patches /etc/perigee/patches && DEBIAN_FRONTEND=noninteractive " +
        "apt-get install --yes --option DPkg::Lock::Timeout=120 --reinstall --allow-change-held-packages kubelet kubeadm && systemctl is-active kubelet",
    );
    assert.deepEqual(await open(), []);
  });
});

async function read(name: string): Promise<NodeFacts> {
  return factsOf(
    await ssh(name, readingScript),
    await kubectl("get", "--raw", `/api/v1/nodes/${name}/proxy/configz`),
    await kubectl(
      ...["-n", "kube-system", "get", "configmap", "kube-proxy"],
      ...["-o", "jsonpath={.data.config\\.conf}"],
    ),
  );
}
