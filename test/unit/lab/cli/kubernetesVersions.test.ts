import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keepVersions, servedVersions } from "../../../../lab/cli/kubernetesVersions";
import { labFolders } from "../../../../lab/settings";

describe("the Kubernetes versions of a lab", () => {
  const folders = labFolders(mkdtempSync(join(tmpdir(), "perigee-lab-versions-")));
  after(() => rmSync(folders.root, { recursive: true }));

  it("are the settings' one, and each that it was brought up with before: an upgrade needs both", async () => {
    assert.deepEqual(await servedVersions(folders, "1.35.4"), ["1.35.4"]);
    await keepVersions(folders, ["1.35.4"]);
    assert.deepEqual(await servedVersions(folders, "1.36.3"), ["1.35.4", "1.36.3"]);
    await keepVersions(folders, ["1.35.4", "1.36.3"]);
    assert.deepEqual(await servedVersions(folders, "1.35.4"), ["1.36.3", "1.35.4"]);
  });

  it("are none that this Perigee no longer knows", async () => {
    await keepVersions(folders, ["1.30.0", "1.35.4"]);
    assert.deepEqual(await servedVersions(folders, "1.36.3"), ["1.35.4", "1.36.3"]);
  });
});
