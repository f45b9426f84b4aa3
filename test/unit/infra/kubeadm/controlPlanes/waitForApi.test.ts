import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";

const program = join(__dirname, "../../../../../infra/kubeadm/controlPlanes/waitForApi.js");

function run(variables: Readonly<Record<string, string>>): Promise<{ code: number | null; stderr: string }> {
  const env = { PATH: process.env.PATH, PERIGEE_API_NAME: "api.ground.internal", ...variables };
  const child = spawn(process.execPath, [program], { env, stdio: ["ignore", "ignore", "pipe"] });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, stderr })));
}

describe("the wait for the API behind its balancer", () => {
  it("ends with what to look at, when nothing answers in time", async () => {
    // RFC 6761: this name has no address.
    const said = await run({ PERIGEE_API_HOST: "balancer.invalid", PERIGEE_API_WAIT_SECONDS: "1" });
    assert.equal(said.code, 1);
    assert.match(
      said.stderr,
      /does not answer at https:\/\/balancer\.invalid:6443 within 1 s \(.*adminCidrs/,
    );
  });

  it("has a limit: what is no number of seconds is refused, and does not wait for ever", async () => {
    for (const given of ["15m", "-1", "", "NaN", "1.5"]) {
      const said = await run({ PERIGEE_API_HOST: "balancer.invalid", PERIGEE_API_WAIT_SECONDS: given });
      assert.deepEqual([given, said.code], [given, 1]);
      assert.match(
        said.stderr,
        /^PERIGEE_API_WAIT_SECONDS = ".*": a whole number of seconds, such as 900; 0 /,
      );
    }
  });

  it("is none where the operator says so", async () => {
    const said = await run({ PERIGEE_API_HOST: "balancer.invalid", PERIGEE_API_WAIT_SECONDS: "0" });
    assert.deepEqual(said, { code: 0, stderr: "" });
  });
});
