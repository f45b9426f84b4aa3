import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { alertsOf } from "../../../../telemetry/rules";
import { toYaml } from "../../../../telemetry/yaml";
import { platformRules } from "../../../../workloads/platform/rules";
import { selectorsOf, syntaxErrors } from "../../../support/promql";
import { prometheusProgram } from "../../../support/promtool";
import { type AlertCase, testCases } from "../../telemetry/rules/alertCase";
import { platformCases as cases } from "./cases";

const rules = platformRules({ backups: true, metricsServer: true, networkPolicies: true });
const alerts = alertsOf(rules);

describe("alerts about backups, certificates and metrics-server, as promtool evaluates them", () => {
  testCases(rules, cases);

  it("are each shown firing, silent, and silent until they have lasted", () => {
    const kinds: readonly ((each: AlertCase) => boolean)[] = [
      ({ firing }) => firing.length > 0,
      ({ firing }) => firing.length === 0,
      ({ notYetAt }) => notYetAt !== undefined,
    ];
    const shown = (alert: string): readonly boolean[] =>
      kinds.map((kind) => cases.some((each) => each.alert === alert && kind(each)));
    for (const { alert } of alerts) assert.deepEqual(shown(alert), [true, true, true], alert);
  });
});

describe("the rules of the platform", () => {
  it("are rules that promtool accepts", async function () {
    this.timeout(150_000);
    const folder = await mkdtemp(join(tmpdir(), "perigee-platform-"));
    try {
      const file = join(folder, "rules.yaml");
      await writeFile(file, toYaml(rules));
      const promtool = await prometheusProgram("promtool");
      const { stdout } = await promisify(execFile)(promtool, ["check", "rules", file]);
      assert.match(stdout, new RegExp(`SUCCESS: ${alerts.length} rules found`));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it("name the job of every series", () => {
    for (const { expr } of alerts) {
      assert.deepEqual(syntaxErrors(expr), [], expr);
      for (const selector of selectorsOf(expr)) {
        assert.match(selector, /\{job="(node-exporter|kubelet|apiserver|kube-state-metrics)"[,}]/);
      }
    }
  });

  it("give every alert what routing goes by, the value with its limit, and its page", () => {
    for (const { alert, labels, annotations } of alerts) {
      assert.match(labels["severity"] ?? "", /^(warning|critical)$/, alert);
      assert.equal(labels["team"], "ground-segment", alert);
      assert.match(labels["subsystem"] ?? "", /^(backup|certificates|metrics-server|network)$/, alert);
      assert.match(annotations.description, /\{\{ \$value \|.*limit/, alert);
      assert.equal(annotations.runbook_url, `docs/alerts/${alert}.md`);
    }
  });

  it("say nothing about backups where stack 1 makes none, nor about metrics-server where there is none", () => {
    const without = platformRules({ backups: false, metricsServer: false, networkPolicies: false });
    assert.deepEqual(
      [...new Set(alertsOf(without).map(({ alert }) => alert))],
      ["CertificateExpiresSoon", "KubeletCertificateExpiresSoon", "CertificateRenewalFailing"],
    );
  });

  it("take the site's runbook address", () => {
    const [first] = alertsOf(
      platformRules({
        backups: true,
        metricsServer: true,
        networkPolicies: true,
        runbookBaseUrl: "https://wiki.example/alerts",
      }),
    );
    assert.equal(first?.annotations.runbook_url, "https://wiki.example/alerts/BackupFailing.md");
  });
});
