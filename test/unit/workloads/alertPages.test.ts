import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { repositoryRoot } from "../../../settings/repositoryRoot";
import { loadDictionary } from "../../../telemetry/dictionary";
import { alertsOf, defaultRuleSettings, ruleFile } from "../../../telemetry/rules";
import { gatewayRules } from "../../../workloads/access/gateway/alerts";
import { parseSettings } from "../../../workloads/config";
import { jobRules } from "../../../workloads/jobs/rules";
import { loggingRules } from "../../../workloads/logging/alerts";
import { logRules } from "../../../workloads/logging/logRules";
import { platformRules } from "../../../workloads/platform/rules";
import { probeRules } from "../../../workloads/probes/alerts";
import { sloRules } from "../../../workloads/slos/rules";

describe("the alerts' pages", () => {
  // The default dictionary has no events.
  const withEvents = loadDictionary(join(repositoryRoot, "examples/events/cfs-evs.yaml"));
  const rules = [
    ...[ruleFile(loadDictionary()), ruleFile(withEvents)],
    platformRules({ backups: true, metricsServer: true, networkPolicies: true }),
    sloRules([{ kind: "apiServer", name: "api", objective: 99.9, days: 14, team: "ground-segment" }], {
      ...defaultRuleSettings,
      fleet: [],
    }),
    loggingRules({ hasStore: true, runbookBaseUrl: undefined }),
    gatewayRules({ lifeSeconds: 86_400, hasSignOn: true, runbookBaseUrl: undefined }),
    logRules({ runbookBaseUrl: undefined, errorsPerFiveMinutes: 50 }),
    jobRules(parseSettings({ jobs: [{ name: "a", everyMinutes: 60 }] }).jobs, undefined),
    probeRules(parseSettings({ probes: [{ name: "a", url: "https://a.example/" }] }).probes, undefined),
  ].flatMap(alertsOf);
  const names = [...new Set(rules.map(({ alert }) => alert))].toSorted();
  const folder = join(repositoryRoot, "docs", "alerts");

  it("are there for every alert, and none is left over", async () => {
    const pages = (await readdir(folder)).map((file) => file.replace(/\.md$/, ""));
    assert.deepEqual(pages.toSorted(), names);
  });

  for (const name of names) {
    it(`say what ${name} means, what follows from it, what to look at and what to do`, async () => {
      const page = await readFile(join(folder, `${name}.md`), "utf8");
      assert.match(page, new RegExp(`^# ${name}\n`));
      const sections = page.split(/^## /m).slice(1);
      assert.deepEqual(
        sections.map((section) => section.split("\n")[0]),
        ["Meaning", "Impact", "What to look at", "What to do"],
      );
      for (const section of sections) assert.ok(section.length > 60, section);
      for (const [, link] of page.matchAll(/\]\(([A-Za-z]+)\.md\)/g)) {
        assert.ok(names.includes(link ?? ""), link);
      }
    });
  }
});
