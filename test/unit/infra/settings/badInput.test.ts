import assert from "node:assert/strict";
import { refusal } from "../../../support/infra/mocks";
import { refused } from "./wrongSettings";

describe("settings that are refused, all problems at once, before any resource is registered", () => {
  for (const [what, { settings, lines }] of Object.entries(refused)) {
    it(what, async () => {
      const { message, resources } = await refusal(settings as Record<string, unknown>);
      const [heading, ...told] = message.split("\n");
      assert.equal(
        heading,
        `${lines.length} problem${lines.length === 1 ? "" : "s"} in the settings; nothing was changed:`,
      );
      for (const [index, line] of lines.entries()) {
        if (line.startsWith("^")) {
          assert.match(told[index]?.slice("  perigee-infra:".length) ?? "", new RegExp(line));
        } else assert.equal(told[index], `  perigee-infra:${line}`);
      }
      assert.equal(told.length, lines.length);
      assert.deepEqual(resources, []);
    });
  }
});
