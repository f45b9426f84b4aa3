import { strict as assert } from "node:assert";
import type { NodeOutput } from "../../../../contract/outputs";
import { chooseNode } from "../../../../lab/cli/access";
import { nodeTable } from "../../../../lab/cli/status";
import { age, table } from "../../../../lab/cli/table";

const node = (name: string): NodeOutput => ({
  name,
  role: "worker",
  instanceId: `i-${name}`,
  privateIp: "10.0.1.11",
  publicIp: "203.0.113.11",
  instanceType: "t3.large",
  diskGiB: 30,
  availabilityZone: "lab-local-1a",
  subnet: 1,
});

describe("what make status prints", () => {
  it("lines columns up", () =>
    assert.equal(
      table([
        ["a", "bb"],
        ["ccc", "d"],
      ]),
      "  a    bb\n  ccc  d",
    ));

  it("says ages in two units", () => {
    const now = new Date("2026-11-21T12:00:00Z");
    const ages = [
      "2026-11-21T11:59:48Z",
      "2026-11-21T11:54:48Z",
      "2026-11-18T08:00:00Z",
      "2026-11-21T12:00:00Z",
    ];
    assert.deepEqual(
      ages.map((since) => age(new Date(since), now)),
      ["12s", "5m12s", "3d4h", "0s"],
    );
  });

  it("tells a machine that runs from a node that is in the cluster", () => {
    const text = nodeTable([node("w1")], new Map([["i-w1", "running"]]), { nodes: [], pods: [] });
    assert.match(text, /w1 +worker +running +not in the cluster/);
    assert.match(nodeTable([node("w1")], new Map(), undefined), /w1 +worker +absent +unknown/);
  });
});

describe("make ssh", () => {
  it("needs no name for the only node", () => assert.equal(chooseNode([node("w1")], undefined).name, "w1"));

  it("lists the names when the one given is none of them", () => {
    assert.throws(() => chooseNode([node("w1"), node("w2")], "w3"), /There is no node w3\. Nodes: w1, w2/);
    assert.throws(() => chooseNode([node("w1"), node("w2")], undefined), /NODE is not set\. Nodes: w1, w2/);
  });
});
