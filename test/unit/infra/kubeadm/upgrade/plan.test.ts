import assert from "node:assert/strict";
import fc from "fast-check";
import {
  compareVersions,
  isStep,
  predecessors,
  upgradeMessage,
  versionProblem,
} from "../../../../../infra/kubeadm/upgrade/plan";
import { deploy, type Deployment, refusal } from "../../../../support/infra/mocks";
import { twoPools } from "../../../../support/infra/settingsExamples";

const versions = fc
  .tuple(fc.nat({ max: 2 }), fc.nat({ max: 40 }), fc.nat({ max: 20 }))
  .map((parts) => parts.join("."));

describe("the plan of an upgrade", () => {
  it("orders versions by their numbers, not by their letters", () => {
    assert.ok(compareVersions("1.9.0", "1.10.0") < 0);
    fc.assert(
      fc.property(versions, versions, (one, other) => {
        assert.equal(Math.sign(compareVersions(one, other)), -Math.sign(compareVersions(other, one)) || 0);
        assert.equal(compareVersions(one, other) === 0, one === other);
      }),
    );
  });

  it("goes no version back and leaves no minor version out, whatever the versions", () => {
    fc.assert(
      fc.property(versions, versions, (from, to) => {
        const [[, minor = 0] = [], [, next = 0] = []] = [from, to].map((one) => one.split(".").map(Number));
        const allowed = isStep(from, to);
        if (compareVersions(from, to) > 0) assert.equal(allowed, false);
        if (allowed) assert.ok(next === minor || next === minor + 1);
        assert.equal(versionProblem(from, to, []) === undefined, allowed);
      }),
    );
    assert.ok(isStep("1.35.4", "1.35.4") && isStep("1.35.4", "1.35.9") && isStep("1.35.4", "1.36.0"));
  });

  it("says of one that it refuses what runs, what is allowed, and the way", () => {
    const tested = ["1.37.1", "1.36.3", "1.35.4"];
    assert.deepEqual(versionProblem("1.35.4", "1.37.1", tested), {
      setting: "kubernetesVersion",
      given: "1.37.1",
      problem:
        "the running cluster has 1.35.4, and an upgrade leaves out no minor version; allowed: 1.35.4, 1.36.3; " +
        "upgrade to one of them first, then further",
    });
    assert.match(
      versionProblem("1.36.3", "1.35.4", tested)?.problem ?? "",
      /^the running cluster has 1\.36\.3, and no cluster goes back; allowed: 1\.36\.3, 1\.37\.1; the way back is a backup/,
    );
    assert.match(
      versionProblem("1.30.0", "1.35.4", tested)?.problem ?? "",
      /allowed: none of the tested ones/,
    );
  });

  it("has at most maxUnavailable workers at work: each waits for the one that many before it", () => {
    fc.assert(
      fc.property(fc.nat({ max: 60 }), fc.integer({ min: 1, max: 70 }), (count, most) => {
        const before = predecessors(count, most);
        assert.equal(before.length, count);
        before.forEach((former, index) => assert.equal(former, index < most ? undefined : index - most));
      }),
    );
  });

  it("is told in its order, with what changes by the table", () => {
    const upgrade = {
      from: "1.35.4",
      to: "1.36.3",
      controlPlanes: ["g-control-plane-1"],
      workers: ["g-a-1", "g-a-2"],
    };
    const terms = {
      maxUnavailable: 1,
      drainTimeoutSeconds: 300,
      backups: true,
      removedApis: "refuse",
    } as const;
    const said = upgradeMessage(upgrade, terms);
    assert.match(said, /^Kubernetes 1\.35\.4 -> 1\.36\.3, in place:$/m);
    assert.match(said, /1\. first it is checked .* nobody uses APIs that 1\.36 no longer has$/m);
    assert.match(said, /2\. a backup is made$/m);
    assert.match(
      said,
      /3\. g-control-plane-1: Kubernetes 1\.35\.4 -> 1\.36\.3, etcd \S+ -> \S+, CoreDNS \S+ -> \S+,/,
    );
    assert.match(said, /4\. 2 workers, 1 at a time: g-a-1, g-a-2; each is cordoned, drained within 300 s/);
    const three = { ...upgrade, controlPlanes: ["g-cp-2", "g-cp-1", "g-cp-3"] };
    assert.match(
      upgradeMessage(three, terms),
      /3\. g-cp-2, g-cp-1, g-cp-3, one after the other: .*each is drained, and the others serve the API meanwhile$/m,
    );
    assert.match(
      upgradeMessage(upgrade, { ...terms, backups: false, removedApis: "allow" }),
      /no backup is made/,
    );
  });
});

describe("the graph of an upgrade", () => {
  const former = (deployment: Deployment, kubernetesVersion: string): Record<string, unknown> => ({
    clusterName: deployment.outputs["clusterName"],
    kubernetesVersion,
    nodes: deployment.outputs["nodes"],
  });
  let fresh: Deployment;
  before(async () => (fresh = await deploy({ ...twoPools, kubernetesVersion: "1.36.3" })));

  const input = (deployment: Deployment, step: string, name: string): string => {
    const found = deployment.resources.find(
      (one) => one.name === step && one.type === "command:remote:Command",
    );
    return (
      new RegExp(`^declare -r ${name}='([^']*)'$`, "m").exec(String(found?.inputs["stdin"]))?.[1] ?? "none"
    );
  };

  it("says in a preview what will happen, and nothing where nothing will", async () => {
    const settings = { ...twoPools, kubernetesVersion: "1.36.3" };
    const upgraded = await deploy(settings, former(fresh, "1.35.4"));
    assert.match(upgraded.said.join("\n"), /Kubernetes 1\.35\.4 -> 1\.36\.3, in place/);
    const again = await deploy(settings, former(fresh, "1.36.3"));
    assert.doesNotMatch(again.said.join("\n"), /in place/);
  });

  it("gives the same inputs to every step, whichever version ran before: a second up changes nothing", async () => {
    const upgraded = await deploy({ ...twoPools, kubernetesVersion: "1.36.3" }, former(fresh, "1.35.4"));
    const steps = ({ resources }: Deployment): unknown[] =>
      resources
        .filter(({ type }) => type === "command:remote:Command")
        .map(({ name, inputs }) => [name, inputs]);
    const again = await deploy({ ...twoPools, kubernetesVersion: "1.36.3" }, former(fresh, "1.36.3"));
    const byName = (list: unknown[]): unknown[] => list.map((one) => JSON.stringify(one)).sort();
    assert.deepEqual(byName(steps(upgraded)), byName(steps(again)));
  });

  it("gives every node the version, and the files that a new machine would boot with", () => {
    const nodes = fresh.outputs["nodes"] as { name: string; role: string }[];
    for (const { name, role } of nodes) {
      const step = role === "worker" ? `${name}-join` : "cluster-init";
      assert.equal(input(fresh, step, "KUBERNETES_VERSION"), "1.36.3");
      const files = input(fresh, step, "MACHINE_FILES");
      for (const path of ["/opt/perigee/prepare.sh", "/etc/perigee/machine.env", "/etc/perigee/images"]) {
        assert.ok(files.includes(` ${path} `), `${name}: ${path}`);
      }
    }
  });

  it("refuses to go back before anything is registered, but where a backup is to be restored", async () => {
    const before = former(fresh, "1.36.3");
    const refused = await refusal({ ...twoPools, kubernetesVersion: "1.35.4" }, before);
    assert.match(
      refused.message,
      /kubernetesVersion = "1\.35\.4": the running cluster has 1\.36\.3, and no cluster goes back/,
    );
    assert.deepEqual(refused.resources, []);
  });
});
