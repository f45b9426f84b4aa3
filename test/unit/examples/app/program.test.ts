import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { request } from "node:http";
import { join } from "node:path";
import { freePort } from "../../../../lab/processes";
import { chart } from "../../../support/examples/app";

const program = join(chart, "files/program/planner.js");

describe("the program of examples/app", () => {
  let port: number;
  let child: ChildProcess;
  const start = async (settings: Readonly<Record<string, string>> = {}): Promise<void> => {
    port = await freePort();
    const env = { PATH: process.env["PATH"], PORT: String(port), ...settings };
    child = spawn(process.execPath, [program], { env, stdio: ["ignore", "pipe", "pipe"] });
    await Promise.race([once(child.stdout ?? child, "data"), once(child, "exit")]);
  };
  afterEach(() => child.kill("SIGKILL"));

  const ask = (path: string, init?: RequestInit): Promise<Response> =>
    fetch(`http://127.0.0.1:${port}${path}`, init);
  const status = async (path: string, method = "GET"): Promise<number> =>
    (await ask(path, { method })).status;
  const metrics = async (): Promise<Map<string, number>> =>
    new Map(
      (await (await ask("/metrics")).text())
        .split("\n")
        .filter((line) => line !== "" && !line.startsWith("#"))
        .map((line) => line.split(" "))
        .map(([series = "", value]) => [series, Number(value)]),
    );

  it("says where a spacecraft is, and what is no question", async () => {
    await start();
    const { altitudeKm, speedKmPerSecond } = (await (await ask("/orbit?hours=6")).json()) as Record<
      string,
      number
    >;
    assert.ok(altitudeKm !== undefined && altitudeKm > 499 && altitudeKm < 1000, String(altitudeKm));
    assert.ok(speedKmPerSecond !== undefined && speedKmPerSecond > 7 && speedKmPerSecond < 7.8);
    assert.equal(await status("/"), 200);
    for (const hours of ["", "?hours=", "?hours=-1", "?hours=169", "?hours=soon"]) {
      assert.equal(await status(`/orbit${hours}`), 400, hours);
    }
    assert.equal(await status("/moon"), 404);
    assert.equal(await status("/orbit?hours=1", "POST"), 405);
  });

  it("counts requests by status, from zero on, and how long they took; not what Kubernetes and Prometheus ask", async () => {
    await start();
    assert.equal((await metrics()).get('planner_requests_total{code="500"}'), 0);
    for (const path of ["/orbit?hours=1", "/orbit?hours=1", "/orbit", "/healthz", "/readyz"]) {
      await ask(path);
    }
    const found = await metrics();
    assert.equal(found.get('planner_requests_total{code="200"}'), 2);
    assert.equal(found.get('planner_requests_total{code="400"}'), 1);
    assert.equal(found.get("planner_request_duration_seconds_count"), 3);
    assert.equal(found.get('planner_request_duration_seconds_bucket{le="+Inf"}'), 3);
    const buckets = [...found].filter(([series]) => series.includes("_bucket")).map(([, value]) => value);
    assert.deepEqual(
      buckets.toSorted((a, b) => a - b),
      buckets,
    );
  });

  it("fails as often as it is told to", async () => {
    await start({ FAIL_RATIO: "1" });
    assert.equal(await status("/orbit?hours=1"), 500);
    assert.equal(await status("/orbit"), 400, "and refuses as before");
  });

  it("refuses a setting that is none", async () => {
    await start({ FAIL_RATIO: "often" });
    assert.equal(child.exitCode ?? (await once(child, "exit"))[0], 2);
  });

  it("ends without a request that fails: it is not ready any more, answers on, and takes nobody's connection along", async () => {
    await start({ DRAIN_SECONDS: "2" });
    const exit = once(child, "exit");
    assert.equal(await status("/readyz"), 200);
    child.kill("SIGTERM");
    while ((await status("/readyz")) === 200);
    const answered = await new Promise<string | undefined>((resolve, reject) => {
      request({ port, path: "/orbit?hours=168", headers: { connection: "keep-alive" } }, (answer) => {
        answer.resume();
        answer.on("end", () => resolve(`${answer.statusCode} ${answer.headers.connection}`));
      })
        .on("error", reject)
        .end();
    });
    assert.equal(answered, "200 close");
    assert.equal(await status("/healthz"), 200, "it is not to be killed for it");
    assert.deepEqual(await exit, [0, null]);
  });
});
