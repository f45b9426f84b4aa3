import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { workloadsFolder } from "../../../../../lab/cli/workloads";
import {
  chooseEdition,
  type Edition,
  editionSettings,
  type GivenCharts,
} from "../../../../../lab/supply/chart/edition";
import { parseSettings } from "../../../../../workloads/config";

const charts = { stack: __dirname, definitions: __dirname };

describe("the edition that the lab runs", () => {
  it("has the charts that LAB_CHART and LAB_CRDS_CHART name, the lab's own for the other, and no kube-state-metrics in those", async () => {
    const own = { reference: __dirname };
    const given = { reference: __filename };
    const settingsOf = async (which: GivenCharts): Promise<object> =>
      editionSettings(await chooseEdition(which, "helm"), charts);
    assert.deepEqual(await settingsOf({ stack: __filename }), { chart: given, crdsChart: own });
    assert.deepEqual(await settingsOf({ crds: __filename }), {
      ...{ chart: own, crdsChart: given },
      // The chart is the offline edition's then.
      kubeStateMetrics: false,
    });
  });

  it("is refused where one of them names nothing: each is named", async () => {
    await assert.rejects(
      chooseEdition({ stack: "/no/such.tgz", crds: "relative" }, "helm"),
      /LAB_CHART is "\/no\/such\.tgz" and LAB_CRDS_CHART is "relative"; it must be the absolute path/,
    );
  });

  it("is offline where the chart cannot be had, and says what cannot", async () => {
    const edition = await chooseEdition({}, "/no/such/helm");
    assert.equal(edition.kind, "offline");
    assert.match(
      edition.why,
      /the chart oci:\/\/ghcr\.io\/prometheus-community\/charts\/kube-prometheus-stack 88\.5\.3/,
    );
  }).timeout(30_000);

  it("has dashboards in the lab everywhere, and kube-state-metrics wherever its chart has it", () => {
    const file = join(workloadsFolder, "Pulumi.lab.yaml");
    const { config } = parse(readFileSync(file, "utf8")) as { config: Record<string, object> };
    const section = config["perigee-workloads:monitoring"];
    const has = (edition: Edition): boolean[] => {
      const { monitoring } = parseSettings({
        monitoring: { ...section, ...editionSettings(edition, charts) },
      });
      return [monitoring.grafana, monitoring.kubeStateMetrics];
    };
    assert.deepEqual(has({ kind: "original", why: "" }), [true, true]);
    assert.deepEqual(has({ kind: "given", charts: { stack: __filename }, why: "" }), [true, true]);
    assert.deepEqual(has({ kind: "given", charts: { crds: __filename }, why: "" }), [true, false]);
    assert.deepEqual(has({ kind: "offline", why: "" }), [true, false]);
  });

  it("comes with settings that stack 2 takes", () => {
    for (const edition of [
      { kind: "offline", why: "" },
      { kind: "original", why: "" },
      { kind: "given", charts: { stack: __filename }, why: "" },
    ] as const) {
      const { monitoring } = parseSettings({ monitoring: editionSettings(edition, charts) });
      assert.equal(monitoring.grafana, true);
      assert.equal(monitoring.kubeStateMetrics, edition.kind !== "offline");
    }
  });
});
