import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { parseSettings } from "../../../workloads/config";
import { sizesTable } from "../../../workloads/monitoring/sizesTable";

const file = join(__dirname, "../../../docs/workloads-settings.md");
const marks = /(<!-- sizes -->\n)[\s\S]*?(<!-- \/sizes -->)/;

describe("docs/workloads-settings.md", () => {
  it("shows the sizes as they are (PERIGEE_GOLDEN=renew writes them)", () => {
    const table = sizesTable(parseSettings({}).monitoring.prometheusMemoryMiB, 2);
    const text = readFileSync(file, "utf8");
    const wanted = text.replace(marks, (_, begin: string, end: string) => `${begin}${table}\n${end}`);
    if (process.env.PERIGEE_GOLDEN === "renew") writeFileSync(file, wanted);
    else assert.equal(text, wanted);
  });

  it("has an example of alerting that the settings take", () => {
    const [, yaml = ""] = /```yaml\n([\s\S]*?)```/.exec(readFileSync(file, "utf8")) ?? [];
    const filled = yaml
      .replace("routingKey: { secure: … }", "routingKey: aaaaaaaaaaaaaaaaaaaa")
      .replaceAll("{ secure: … }", "https://example.org/hook");
    const { "perigee-workloads:monitoring": monitoring } = parse(filled) as Record<string, unknown>;
    assert.equal(parseSettings({ monitoring }).monitoring.alerting.receivers.length, 3);
  });
});
