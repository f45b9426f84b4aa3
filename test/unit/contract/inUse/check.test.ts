import assert from "node:assert/strict";
import { execFile, type ExecFileException } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { stackLabel } from "../../../../contract/stackLabel";

const program = join(__dirname, "../../../../contract/inUse/check.js");

/** Without a server that answers; test/engine asks a real one. */
function check(kubeconfig: string, more: NodeJS.ProcessEnv = {}): Promise<{ code: number; said: string }> {
  const env = { ...process.env, PERIGEE_STACK: "dev", ...more };
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [program],
      { env },
      (error: ExecFileException | null, stdout, stderr) => {
        resolve({ code: typeof error?.code === "number" ? error.code : 0, said: stdout + stderr });
      },
    );
    child.stdin?.end(kubeconfig);
  });
}

describe("the check before stack 1 is destroyed", () => {
  it("asks for the label that the namespaces of stack 2 carry", () => {
    const [[key, value] = []] = Object.entries(stackLabel);
    assert.ok(readFileSync(program, "utf8").includes(`"${key}=${value}"`));
  });

  const silent = "clusters: [{cluster: {server: 'https://127.0.0.1:9'}}]";

  it("keeps a cluster that does not answer: it may be the network that is down", async () => {
    const { code, said } = await check(silent);
    assert.equal(code, 1);
    assert.match(said, /cannot be asked .*nothing was destroyed/);
    assert.match(said, /PERIGEE_CLUSTER_IS_GONE=true pulumi destroy -s dev/);
  });

  it("lets it go where somebody says that it is gone", async () => {
    const { code, said } = await check(silent, { PERIGEE_CLUSTER_IS_GONE: "true" });
    assert.equal(code, 0);
    assert.match(said, /taken for gone/);
    assert.doesNotMatch(said, /identity/);
  });

  it("says of backups that stay what opens them, and that it goes with the stack: before and while it does", async () => {
    for (const gone of ["", "true"]) {
      const { said } = await check(silent, { PERIGEE_BACKUP_BUCKET: "stays", PERIGEE_CLUSTER_IS_GONE: gone });
      assert.match(said, /age identity .* goes with this stack/);
      assert.match(said, /pulumi stack output -s dev --show-secrets backupIdentity/);
    }
  });

  it("shows nothing of a kubeconfig that it cannot read", async () => {
    const { said } = await check("token: secret-0000");
    assert.doesNotMatch(said, /secret-0000/);
  });
});
