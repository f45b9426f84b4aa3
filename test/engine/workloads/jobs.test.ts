/** Batch jobs: the real gateway, what pushes to it, and what cleans it. */
import assert from "node:assert/strict";
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { answering, freePort } from "../../../lab/processes";
import { groupsOf } from "../../../workloads/jobs/clean";
import { cleanerProgram } from "../../../workloads/jobs/cleaner";
import { builtProgram } from "../../support/builtProgram";

const program = builtProgram("job-gateway", "pushgateway");

describe("the gateway of batch jobs", function () {
  this.timeout(60_000);
  let folder = "";
  let port = 0;
  let gateway: ChildProcess;
  const address = (): string => `http://127.0.0.1:${port}`;

  before(async function () {
    if (program === undefined) {
      this.skip();
      return;
    }
    folder = await mkdtemp(join(tmpdir(), "perigee-jobs-"));
    port = await freePort();
    gateway = spawn(program, [`--web.listen-address=127.0.0.1:${port}`], { stdio: "ignore" });
    assert.equal(await answering({ address: "127.0.0.1", port }, 20_000), undefined);
  });
  after(async () => {
    gateway?.kill();
    if (folder !== "") await rm(folder, { recursive: true });
  });

  const push = async (path: string, text: string): Promise<number> =>
    (await fetch(`${address()}/metrics${path}`, { method: "PUT", body: text })).status;
  const metrics = async (): Promise<string> => (await fetch(`${address()}/metrics`)).text();
  const jobsLeft = async (): Promise<string[]> =>
    (await groupsOf(address())).map(({ labels: { job, pod } }) => `${job} ${pod ?? ""}`.trim()).toSorted();

  /** The CronJob's program, as its pod runs it. */
  async function clean(jobs: Readonly<Record<string, number>>, others: number): Promise<string> {
    const file = join(folder, "clean.cjs");
    await writeFile(file, await cleanerProgram());
    const args = [file, address(), JSON.stringify({ jobs, others })];
    return (await promisify(execFile)("node", args)).stdout;
  }

  it("says when a job has pushed, and when a push of it was refused", async () => {
    assert.equal(await push("/job/orbit", "orbit_residual_metres 3.5\n"), 200);
    assert.match(await metrics(), /^push_time_seconds\{instance="",job="orbit"\} 1\.\d+e\+09$/m);
    assert.match(await metrics(), /^push_failure_time_seconds\{instance="",job="orbit"\} 0$/m);
    // Of another type than what is there already.
    assert.equal(await push("/job/other", "# TYPE residual gauge\nresidual 1\n"), 200);
    assert.equal(await push("/job/orbit", "# TYPE residual counter\nresidual 1\n"), 400);
    assert.match(await metrics(), /^push_failure_time_seconds\{instance="",job="orbit"\} 1\.\d+e\+09$/m);
  });

  it("takes a push without a metric, which says only that the job has finished", async () => {
    assert.equal(await push("/job/report", ""), 200);
    assert.match(await metrics(), /^push_time_seconds\{instance="",job="report"\} 1/m);
  });

  it("is cleaned of what is old, by any label, but for the newest group of an awaited job", async () => {
    await push("/job/orbit/pod/a", "x 1\n");
    await push(`/job@base64/${Buffer.from("a/b c").toString("base64url")}/pod@base64/=`, "x 1\n");
    await push("/job/orbit/pod/ü", "x 1\n");
    const before = await jobsLeft();
    assert.deepEqual(before, ["a/b c", "orbit", "orbit a", "orbit ü", "other", "report"]);
    assert.equal(await clean({ orbit: 3_600 }, 3_600), "");
    assert.deepEqual(await jobsLeft(), before);
    const said = await clean({ orbit: 0, report: 3_600 }, 0);
    assert.deepEqual(await jobsLeft(), ["orbit ü", "report"]);
    assert.equal(said.trim().split("\n").length, 4);
  });

  it("is not cleaned silently when it does not answer: the job fails", async () => {
    const right = port;
    port = await freePort();
    try {
      await assert.rejects(clean({}, 0), /fetch failed/);
    } finally {
      port = right;
    }
  });
});
