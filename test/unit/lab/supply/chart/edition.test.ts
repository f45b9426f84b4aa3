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
  metricsServerSettings,
} from "../../../../../lab/supply/chart/edition";
import { allBuilt, sourceHosts, type Sources } from "../../../../../lab/supply/sources";
import { parseSettings } from "../../../../../workloads/config";

const charts = () => Promise.resolve({ stack: __dirname, definitions: __dirname, metricsServer: __dirname });
const allReleased: Sources = { mode: "auto", released: sourceHosts, reasons: {} };

describe("the edition that the lab runs", () => {
  it("has the charts that LAB_CHART and LAB_CRDS_CHART name, the lab's own for the other", async () => {
    const own = { reference: __dirname };
    const given = { reference: __filename };
    const settingsOf = async (which: GivenCharts): Promise<object> =>
      editionSettings(chooseEdition(which, allBuilt), charts);
    assert.deepEqual(await settingsOf({ stack: __filename }), { chart: given, crdsChart: own });
    assert.deepEqual(await settingsOf({ crds: __filename }), {
      ...{ chart: own, crdsChart: given },
    });
  });

  it("is refused where one of them names nothing: each is named", () => {
    assert.throws(
      () => chooseEdition({ stack: "/no/such.tgz", crds: "relative" }, allBuilt),
      /LAB_CHART is "\/no\/such\.tgz" and LAB_CRDS_CHART is "relative"; it must be the absolute path/,
    );
  });

  it("is the original where its chart and all its images can be had, else offline, and says why", () => {
    assert.equal(chooseEdition({}, allReleased).kind, "original");
    for (const missing of ["ghcr.io", "quay.io", "docker.io", "registry.k8s.io"] as const) {
      const released = sourceHosts.filter((host) => host !== missing);
      assert.deepEqual(chooseEdition({}, { ...allReleased, released }), {
        kind: "offline",
        why: `nothing is taken from ${missing}`,
      });
    }
  });

  it("has dashboards and kube-state-metrics in the lab, whatever its chart", async () => {
    const file = join(workloadsFolder, "Pulumi.lab.yaml");
    const { config } = parse(readFileSync(file, "utf8")) as { config: Record<string, object> };
    const section = config["perigee-workloads:monitoring"];
    const has = async (edition: Edition): Promise<boolean[]> => {
      const { monitoring } = parseSettings({
        monitoring: { ...section, ...(await editionSettings(edition, charts)) },
      });
      return [monitoring.grafana, monitoring.kubeStateMetrics];
    };
    assert.deepEqual(await has({ kind: "original", why: "" }), [true, true]);
    assert.deepEqual(await has({ kind: "given", charts: { stack: __filename }, why: "" }), [true, true]);
    assert.deepEqual(await has({ kind: "given", charts: { crds: __filename }, why: "" }), [true, true]);
    assert.deepEqual(await has({ kind: "offline", why: "" }), [true, true]);
  });

  it("comes with settings that stack 2 takes", async () => {
    for (const edition of [
      { kind: "offline", why: "" },
      { kind: "original", why: "" },
      { kind: "given", charts: { stack: __filename }, why: "" },
    ] as const) {
      const { monitoring } = parseSettings({ monitoring: await editionSettings(edition, charts) });
      assert.equal(monitoring.grafana, true);
    }
  });
});

describe("metrics-server's chart in the lab", () => {
  it("is the original where its list and its archive can be had, whatever the monitoring's", async () => {
    const released = ["kubernetes-sigs.github.io", "github.com"] as const;
    const settings = await metricsServerSettings({ mode: "auto", released, reasons: {} }, charts);
    assert.deepEqual(settings, {});
  });

  it("is the lab's own else, which stack 2 takes", async () => {
    for (const missing of ["kubernetes-sigs.github.io", "github.com"] as const) {
      const released = sourceHosts.filter((host) => host !== missing);
      const settings = await metricsServerSettings({ mode: "auto", released, reasons: {} }, charts);
      assert.deepEqual(settings, { chart: { reference: __dirname } });
      assert.equal(parseSettings({ metricsServer: settings }).metricsServer.enabled, true);
    }
  });
});
