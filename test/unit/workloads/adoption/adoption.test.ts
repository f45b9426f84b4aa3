import assert from "node:assert/strict";
import { stackLabel } from "../../../../contract/stackLabel";
import { beforeInstall, beforeUpgrade, ownNamespace } from "../../../../workloads/adoption";
import type { ClusterApi } from "../../../../workloads/adoption/clusterApi";
import type { ReleaseRecord } from "../../../../workloads/adoption/releaseRecords";
import { pendingLimitMs } from "../../../../workloads/adoption/settings";

const release = { name: "monitoring", namespace: "monitoring" };

/** Helm's records, the oldest first, as the cluster has them. */
class Records implements ClusterApi {
  looks = 0;
  private statuses: string[];

  /** @param later what the newest one becomes once somebody has looked twice */
  constructor(
    statuses: readonly string[],
    private readonly later?: string,
  ) {
    this.statuses = [...statuses];
  }

  left(): string[] {
    return this.statuses.filter((status) => status !== "removed");
  }

  namespaceLabels(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  quotaUsed(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  releaseRecords(): Promise<ReleaseRecord[]> {
    this.looks += 1;
    if (this.looks > 1 && this.later !== undefined) this.statuses.splice(-1, 1, this.later);
    const all = this.statuses.map((status, index) => ({
      secret: `v${index + 1}`,
      revision: index + 1,
      status,
    }));
    return Promise.resolve(all.filter(({ status }) => status !== "removed").reverse());
  }

  removeRecord(_release: unknown, { revision }: ReleaseRecord): Promise<void> {
    this.statuses[revision - 1] = "removed";
    return Promise.resolve();
  }
}

describe("before Helm installs a release that the state does not know", () => {
  for (const statuses of [["deployed"], ["failed"], ["pending-install"], ["superseded", "pending-upgrade"]]) {
    it(`removes its records (${statuses.join(", ")}), so that Helm takes its objects over`, async () => {
      const records = new Records(statuses);
      await beforeInstall(records, release, 0);
      assert.deepEqual(records.left(), []);
    });
  }

  it("does nothing where there is none", async () => {
    const records = new Records([]);
    await beforeInstall(records, release, 60_000);
    assert.equal(records.looks, 1);
  });
});

describe("before Helm upgrades a release", () => {
  it("removes the record of an operation that never ended, and keeps what held before", async () => {
    const records = new Records(["superseded", "deployed", "pending-upgrade"]);
    await beforeUpgrade(records, release, 0);
    assert.deepEqual(records.left(), ["superseded", "deployed"]);
  });

  it("leaves one alone that has ended meanwhile: a plugin outlives its engine", async () => {
    const records = new Records(["deployed", "pending-upgrade"], "deployed");
    await beforeUpgrade(records, release, 60_000);
    assert.deepEqual(records.left(), ["deployed", "deployed"]);
    assert.equal(records.looks, 2);
  }).timeout(10_000);

  it("touches nothing where all is well, and asks once", async () => {
    const records = new Records(["superseded", "failed"]);
    await beforeUpgrade(records, release, 60_000);
    assert.deepEqual([records.left(), records.looks], [["superseded", "failed"], 1]);
  });

  it("says how to go on where nothing is left to upgrade", async () => {
    await assert.rejects(
      beforeUpgrade(new Records(["pending-install"]), release, 0),
      /pulumi refresh && pulumi up/,
    );
  });
});

describe("a namespace of the stack", () => {
  const found = (labels: Record<string, string> | undefined): ClusterApi =>
    Object.assign(new Records([]), { namespaceLabels: () => Promise.resolve(labels) });

  it("may be new, or the stack's own from a run that was killed", async () => {
    await ownNamespace(found(undefined), "monitoring");
    await ownNamespace(found(stackLabel), "monitoring");
  });

  it("is not taken from somebody else", async () => {
    const theirs = ownNamespace(found({ team: "another" }), "monitoring");
    await assert.rejects(
      theirs,
      /monitoring is on the cluster already and is not Perigee's[^]*kubectl label namespace/,
    );
  });
});

describe("how long an operation of Helm's may go on", () => {
  it("is a minute, or what is set", () => {
    assert.equal(pendingLimitMs({}), 60_000);
    assert.equal(pendingLimitMs({ PERIGEE_HELM_WAIT_SECONDS: "0" }), 0);
  });

  it("is refused when it is no number of seconds", () => {
    const wrong = () => pendingLimitMs({ PERIGEE_HELM_WAIT_SECONDS: "soon" });
    assert.throws(wrong, /PERIGEE_HELM_WAIT_SECONDS is "soon"; allowed: whole seconds from 0 to 99999/);
  });
});
