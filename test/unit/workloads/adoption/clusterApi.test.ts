import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { answer } from "../../../../workloads/adoption/answer";
import { type ClusterApi, clusterApi } from "../../../../workloads/adoption/clusterApi";
import { kubeconfigOf } from "../../../support/workloads/kubeconfig";

/** What an API server does with one request: a status, an object, or `drop` for a connection that breaks off. */
type Reply = number | object | "drop";

const release = { name: "monitoring", namespace: "monitoring" };

describe("an API server that a hook asks", () => {
  let server: Server;
  let requests: number;

  /** The real client of an API server that replies so, one request after the other, the last one for ever. */
  async function replying(...replies: readonly Reply[]): Promise<ClusterApi> {
    requests = 0;
    server = createServer((request, response) => {
      const reply = replies[Math.min(requests++, replies.length - 1)] ?? 200;
      if (reply === "drop") return request.socket.destroy();
      const status = typeof reply === "number" ? reply : 200;
      response.writeHead(status, { "content-type": "application/json" });
      if (typeof reply === "object") return response.end(JSON.stringify(reply));
      return response.end(JSON.stringify(reply === 200 ? { metadata: { labels: { from: "here" } } } : {}));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return clusterApi(kubeconfigOf(url, "secret"));
  }

  afterEach(() => {
    server.close();
    server.closeAllConnections();
  });

  const cases: readonly [string, readonly Reply[]][] = [
    ["breaks a connection off", ["drop", 200]],
    ["is starting", [503, 500, 200]],
    ["has too much to do", [429, 200]],
  ];
  for (const [what, replies] of cases) {
    it(`is asked again when it ${what}`, async () => {
      const labels = await (await replying(...replies)).namespaceLabels("monitoring");
      assert.deepEqual([labels, requests], [{ from: "here" }, replies.length]);
    }).timeout(20_000);
  }

  it("is asked once when it refuses", async () => {
    await assert.rejects((await replying(403)).namespaceLabels("monitoring"), /403/);
    assert.equal(requests, 1);
  });

  it("says what a quota has counted; nothing yet right after it was made", async () => {
    const quota = { namespace: "orbits", name: "perigee" };
    assert.deepEqual(await (await replying(200)).quotaUsed(quota), {});
    server.close();
    server.closeAllConnections();
    const counted = { status: { used: { pods: "3", "requests.cpu": "1500m" } } };
    assert.deepEqual(await (await replying(counted)).quotaUsed(quota), counted.status.used);
  });

  it("has nothing of a name that it does not know", async () => {
    const api = await replying(404);
    assert.equal(await api.namespaceLabels("monitoring"), undefined);
    assert.deepEqual(await api.releaseRecords(release), []);
    assert.equal(await api.quotaUsed({ namespace: "orbits", name: "perigee" }), undefined);
    await api.removeRecord(release, { secret: "gone", revision: 1, status: "failed" });
  });
});

describe("a question that is not answered", () => {
  const question = {
    what: "the namespace monitoring",
    server: "https://203.0.113.10:6443",
    statusOf: () => undefined,
  };
  const within = { limit: 50, answer: 20, pause: 5 };

  it("ends in time, and names the server, the question and the reason", async () => {
    const cause = new Error("connect ECONNREFUSED 203.0.113.10:6443");
    const ask = () => Promise.reject(new TypeError("fetch failed", { cause }));
    await assert.rejects(
      answer({ ...question, ask }, within),
      /API https:\/\/203\.0\.113\.10:6443 gave no answer [^]*asked for the namespace monitoring: connect ECONNREFUSED[^]*adminCidrs/,
    );
  });

  it("ends in time when the server keeps the connection and is silent", async () => {
    const ask = (signal: AbortSignal) =>
      new Promise<never>((_, reject) =>
        signal.addEventListener("abort", () => reject(signal.reason as Error)),
      );
    // Nothing else is left to do for the process: the limit itself has to keep it going.
    await assert.rejects(answer({ ...question, ask }, within), /no answer within 0\.02 s/);
  });

  it("is not told of a last try that the limit cut short", async () => {
    const ask = (signal: AbortSignal) =>
      new Promise<never>((_, reject) =>
        signal.addEventListener("abort", () => reject(signal.reason as Error)),
      );
    // Tries of 20, 20 and 2 ms.
    const short = { limit: 50, answer: 20, pause: 4 };
    await assert.rejects(answer({ ...question, ask }, short), /no answer within 0\.02 s/);
  });

  it("ends within the limit that it names, however long an answer may take", async () => {
    const start = Date.now();
    const ask = (signal: AbortSignal) =>
      new Promise<never>((_, reject) =>
        signal.addEventListener("abort", () => reject(signal.reason as Error)),
      );
    const patient = { limit: 1_000, answer: 700, pause: 10 };
    await assert.rejects(answer({ ...question, ask }, patient), /gave no answer within 1 s/);
    assert.ok(Date.now() - start < 1_300, `${Date.now() - start} ms`);
  });

  it("leaves no connection behind, which would hold the program up", async () => {
    const closed: Promise<unknown>[] = [];
    const silent = createServer((request) => void closed.push(once(request.socket, "close")));
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const api = await clusterApi(kubeconfigOf(url, "secret"), { limit: 300, answer: 100, pause: 10 });
    await assert.rejects(api.namespaceLabels("monitoring"), /no answer within 0\.\d+ s/);
    assert.ok(closed.length > 1, `${closed.length} requests`);
    await Promise.all(closed);
    silent.close();
  });

  it("is no silence: a server that says 'later' all the time is named with what it said", async () => {
    const ask = () => Promise.reject(new Error("busy"));
    await assert.rejects(
      answer({ ...question, ask, statusOf: () => 503 }, within),
      (error: Error) =>
        /answered 503 for .*asked for the namespace monitoring/.test(error.message) &&
        !error.message.includes("adminCidrs"),
    );
  });

  it("is not asked again where that changes nothing: a certificate that is not accepted", async () => {
    let asked = 0;
    const cause = Object.assign(new Error("certificate has expired"), { code: "CERT_HAS_EXPIRED" });
    const ask = () => Promise.reject(new TypeError(`fetch failed ${(asked += 1)}`, { cause }));
    await assert.rejects(
      answer({ ...question, ask }, within),
      /cannot be asked for the namespace monitoring: certificate has expired$/,
    );
    assert.equal(asked, 1);
  });
});
