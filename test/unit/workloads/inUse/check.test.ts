import assert from "node:assert/strict";
import { execFile, type ExecFileException } from "node:child_process";
import { join } from "node:path";
import { stackLabel } from "../../../../workloads/namespaces";
import { readFileSync } from "node:fs";

const program = join(__dirname, "../../../../workloads/inUse/check.js");

/** Without a server that answers; test/engine asks a real one. */
function check(kubeconfig: string): Promise<{ code: number; said: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [program], (error: ExecFileException | null, stdout, stderr) => {
      resolve({ code: typeof error?.code === "number" ? error.code : 0, said: stdout + stderr });
    });
    child.stdin?.end(kubeconfig);
  });
}

describe("the check before stack 1 is destroyed", () => {
  it("asks for the label that the namespaces of stack 2 carry", () => {
    const [[key, value] = []] = Object.entries(stackLabel);
    assert.ok(readFileSync(program, "utf8").includes(`"${key}=${value}"`));
  });

  it("lets a cluster go that does not answer any more", async () => {
    const { code, said } = await check("clusters: [{cluster: {server: 'https://127.0.0.1:9'}}]");
    assert.equal(code, 0);
    assert.match(said, /cannot be asked .*nothing on it to protect/);
  });

  it("shows nothing of a kubeconfig that it cannot read", async () => {
    const { said } = await check("token: secret-0000");
    assert.doesNotMatch(said, /secret-0000/);
  });
});
