import assert from "node:assert/strict";
import { deploy } from "../../support/infra/mocks";
import { small } from "../../support/infra/settingsExamples";

/** What the check of a destroy is told about backups. */
async function told(backup: object): Promise<unknown[]> {
  const { resources } = await deploy({ ...small, backup });
  const { environment } = resources.find(({ name }) => name === "in-use")?.inputs as {
    environment: Record<string, string>;
  };
  return [environment["PERIGEE_BACKUPS"], environment["PERIGEE_BACKUP_BUCKET"]];
}

describe("the check before a destroy", () => {
  it("knows whether backups are made, and whether the destroy leaves them", async () => {
    assert.deepEqual(await told({}), ["on", "stays"]);
    assert.deepEqual(await told({ keepOnDestroy: false }), ["on", "goes"]);
    assert.deepEqual(await told({ enabled: false }), ["off", "none"]);
  });

  it("knows that a bucket of the operator's stays, whatever becomes of one that is made", async () => {
    assert.deepEqual(await told({ bucket: "ours", keepOnDestroy: false }), ["on", "stays"]);
  });
});
