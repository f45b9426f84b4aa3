import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { parseSettings } from "../../../workloads/config";

const file = join(__dirname, "../../../docs/workloads-settings.md");

describe("docs/workloads-settings.md", () => {
  it("has an example of alerting that the settings take", () => {
    const [, yaml = ""] = /```yaml\n([\s\S]*?)```/.exec(readFileSync(file, "utf8")) ?? [];
    const filled = yaml
      .replace("routingKey: { secure: … }", "routingKey: aaaaaaaaaaaaaaaaaaaa")
      .replaceAll("{ secure: … }", "https://example.org/hook");
    const { "perigee-workloads:monitoring": monitoring } = parse(filled) as Record<string, unknown>;
    assert.equal(parseSettings({ monitoring }).monitoring.alerting.receivers.length, 3);
  });
});
