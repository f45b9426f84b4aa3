import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { refuseDeadSshAgent } from "../../../../infra/settings/environment";

describe("the operator's SSH agent", () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), "perigee-agent-"))));
  after(() => rmSync(folder, { recursive: true }));

  it("is not needed", () => {
    refuseDeadSshAgent({});
    refuseDeadSshAgent({ SSH_AUTH_SOCK: "" });
  });

  it("is no problem while it answers", async () => {
    const socket = join(folder, "agent");
    const agent = createServer().listen(socket);
    await new Promise((resolve) => agent.once("listening", resolve));
    refuseDeadSshAgent({ SSH_AUTH_SOCK: socket });
    agent.close();
  });

  it("that is gone, or is no agent, is refused before anything is changed, with the way out", () => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    for (const [socket, code] of [
      [join(folder, "gone"), "ENOENT"],
      [file, "ECONNREFUSED"],
    ] as const) {
      assert.throws(
        () => refuseDeadSshAgent({ SSH_AUTH_SOCK: socket }),
        new RegExp(
          `SSH_AUTH_SOCK is ${socket}, .*\\(${code}\\); nothing was changed\\.\\n.*unset SSH_AUTH_SOCK`,
        ),
      );
    }
  });
});
