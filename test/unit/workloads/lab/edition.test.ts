import assert from "node:assert/strict";
import { chooseEdition, editionSettings } from "../../../../lab/chart/edition";
import { parseSettings } from "../../../../workloads/config";

const charts = { stack: __dirname, definitions: __dirname };

describe("the edition that the lab runs", () => {
  it("is the original where LAB_CHART names an archive", async () => {
    const edition = await chooseEdition(__filename, "helm");
    assert.equal(edition.kind, "original");
    assert.deepEqual(editionSettings(edition, charts)["chart"], { reference: __filename });
  });

  it("is refused where LAB_CHART names nothing", async () => {
    await assert.rejects(
      chooseEdition("/no/such.tgz", "helm"),
      /LAB_CHART is "\/no\/such\.tgz"; it must be the absolute path/,
    );
  });

  it("is offline where the chart cannot be had, and says what cannot", async () => {
    const edition = await chooseEdition(undefined, "/no/such/helm");
    assert.equal(edition.kind, "offline");
    assert.match(
      edition.why,
      /the chart oci:\/\/ghcr\.io\/prometheus-community\/charts\/kube-prometheus-stack 88\.5\.3/,
    );
  }).timeout(30_000);

  it("comes with settings that stack 2 takes", () => {
    for (const edition of [
      { kind: "offline", why: "" },
      { kind: "original", chart: __filename, why: "" },
    ] as const) {
      const { monitoring } = parseSettings({ monitoring: editionSettings(edition, charts) });
      assert.equal(monitoring.grafana, edition.kind === "original");
    }
  });
});
