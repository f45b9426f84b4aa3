/** A pool gets another image, machine by machine, by the runbook's own commands. */
import { strict as assert } from "node:assert";
import { engineSucceeds, kubectl, node, outputs, ssh } from "../support/lab/lab";
import { followRunbook } from "../support/lab/runbook";

describe("a pool whose machines are renewed @all", () => {
  const old = "perigee-lab-rolled-1";
  const image = "ami-0fedcba9876543210";
  const pools = [
    { name: "default", count: 1, diskGiB: 20 },
    { name: "rolled", count: 1, diskGiB: 12 },
  ];
  const workers = { workers: pools };
  after(() => engineSucceeds("up"));

  it("has another image by the runbook's own commands, and never less room than before", async () => {
    await engineSucceeds("up", workers);
    const before = (await node(old)).instanceId;
    let watching = true;
    let fewest = 1;
    const watched = (async () => {
      while (watching) {
        const ready = await kubectl(
          ...["get", "nodes", "-o"],
          'jsonpath={range .items[*]}{.metadata.name} {.spec.unschedulable} {.status.conditions[?(@.type=="Ready")].status}{"\\n"}{end}',
        ).catch(() => undefined);
        const there = ready?.split("\n").filter((line) => /-rolled-\d +True/.test(line));
        if (there !== undefined) fewest = Math.min(fewest, there.length);
        await new Promise((resolve) => setTimeout(resolve, 300));
      }
    })();
    const instead = {
      "workers[0]": "workers[1]",
      "dev-default": "lab-rolled",
      "ami-0123456789abcdef0": image,
    };
    await followRunbook("renew-pool", workers, instead);
    watching = false;
    await watched;
    assert.equal(fewest, 1, "machines of the pool that take pods, at the fewest");
    const now = await node(old);
    assert.notEqual(now.instanceId, before);
    const said = await ssh(
      old,
      `token=$(curl -sS -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' http://169.254.169.254/latest/api/token)
      curl -sS -H "X-aws-ec2-metadata-token: $token" http://169.254.169.254/latest/meta-data/ami-id`,
    );
    assert.equal(said, image);
    const { nodes } = await outputs();
    assert.equal(nodes.filter(({ name }) => name.includes("rolled")).length, 1);
    await engineSucceeds("preview", { ...workers, machineImage: image }, "--expect-no-changes");
    await engineSucceeds("preview", workers, "--expect-no-changes");
  });
});
