import assert from "node:assert/strict";
import { once } from "node:events";
import type { Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { closeHttp, type HttpContent, listenHttp } from "../../../telemetry/exporter/httpServer";

const big = "bus_x 1\n".repeat(40_000);
/** Longer than what the kernel's buffers of a connection take. */
const huge = "bus_x 1\n".repeat(2_000_000);

describe("the exporter's door", () => {
  let server: Server;
  let rendered: number;
  let body = big;
  const sockets: Socket[] = [];
  const content: HttpContent = {
    metrics: (format) => {
      rendered++;
      return `# ${format}\n${body}`;
    },
    page: "<title>page</title>",
    documents: new Map([["s", { state: () => ({ a: 1 }), recent: () => ({}) }]]),
    isReady: () => true,
    onError: (error) => assert.fail(String(error)),
  };

  const start = async (limits?: Parameters<typeof listenHttp>[3]): Promise<void> => {
    rendered = 0;
    server = await listenHttp(0, "127.0.0.1", content, limits);
  };
  const url = (path: string): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
  const open = async (): Promise<Socket> => {
    const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
    socket.on("error", () => undefined);
    sockets.push(socket);
    await once(socket, "connect");
    return socket;
  };
  const connections = (): Promise<number> =>
    new Promise((resolve, reject) =>
      server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
    );
  const until = async (condition: () => Promise<boolean> | boolean, what: string): Promise<void> => {
    for (let i = 0; i < 400; i++) {
      if (await condition()) return;
      await sleep(10);
    }
    assert.fail(what);
  };

  afterEach(async () => {
    body = big;
    for (const socket of sockets.splice(0)) socket.destroy();
    await closeHttp(server);
  });

  it("takes a target that is a whole URL for its path and query", async () => {
    await start();
    const statusOf = async (target: string): Promise<string> => {
      const socket = await open();
      socket.end(`GET ${target} HTTP/1.1\r\nHost: exporter\r\nConnection: close\r\n\r\n`);
      socket.setEncoding("latin1");
      const chunks: unknown[] = await socket.toArray();
      return /^HTTP\/1\.1 (\d+)/.exec(chunks.join(""))?.[1] ?? "";
    };
    for (const [target, status] of [
      ["http://exporter:9464/metrics", "200"],
      ["HTTP://exporter/state.json?spacecraft=s", "200"],
      ["http://exporter/state.json?spacecraft=other", "404"],
      ["http://exporter", "200"],
      ["http://exporter?a=http://b/metrics", "200"],
      ["/metrics?a=http://b/", "200"],
      ["http://exporter/nothing", "404"],
    ] as const) {
      assert.equal(await statusOf(target), status, target);
    }
  });

  it("answers in the format that is asked for, compressed where that is taken", async () => {
    await start();
    const asked = { accept: "application/openmetrics-text;version=1.0.0", "accept-encoding": "gzip" };
    const answer = await fetch(url("/metrics"), { headers: asked });
    assert.match(answer.headers.get("content-type") ?? "", /^application\/openmetrics-text; version=1\.0\.0/);
    assert.equal(answer.headers.get("content-encoding"), "gzip");
    assert.ok(Number(answer.headers.get("content-length")) < big.length / 20);
    assert.equal(await answer.text(), `# openmetrics\n${big}`);
    const plain = await fetch(url("/metrics"), { headers: { "accept-encoding": "identity" } });
    assert.match(plain.headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
    assert.equal(plain.headers.get("content-encoding"), null);
    assert.equal(await plain.text(), `# text\n${big}`);
  });

  it("says the length to HEAD, without a body", async () => {
    await start();
    const answer = await fetch(url("/"), { method: "HEAD" });
    assert.equal(answer.headers.get("content-length"), "19");
    assert.equal(await answer.text(), "");
  });

  it("closes a connection that asks 300 times and reads nothing, and still answers others at once", async () => {
    await start();
    const greedy = await open();
    greedy.pause();
    greedy.write("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n".repeat(300));
    await until(async () => (await connections()) === 0, "the connection stays open");
    assert.ok(rendered <= 8, `${rendered} documents`);
    assert.equal((await fetch(url("/healthz"))).status, 200);
  });

  it("answers a few requests sent at once, in their order", async () => {
    await start();
    const socket = await open();
    socket.write("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\nGET /readyz HTTP/1.1\r\nHost: a\r\n\r\n");
    let answer = "";
    socket.on("data", (chunk: Buffer) => (answer += chunk.toString()));
    await until(() => answer.includes("ready\n"), answer);
    assert.ok(answer.indexOf("ok\n") < answer.indexOf("ready\n"));
  });

  it("closes those that do not read where their answers together are too many bytes, oldest first", async () => {
    body = huge;
    await start({ connections: 256, answersOfOne: 8, unsentBytes: 5 * huge.length });
    for (let i = 0; i < 20; i++) {
      const socket = await open();
      socket.pause();
      socket.write("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n");
    }
    const answer = await fetch(url("/metrics"), { headers: { "accept-encoding": "identity" } });
    assert.equal((await answer.text()).length, huge.length + "# text\n".length);
    // The last five or fewer, and the connection of fetch.
    await until(async () => (await connections()) <= 6, "too many connections stay open");
  });

  it("lets a scrape through however many silent connections there are", async () => {
    await start({ connections: 20, answersOfOne: 8, unsentBytes: 1e9 });
    for (let i = 0; i < 60; i++) await open();
    const answer = await fetch(url("/healthz"));
    assert.equal(answer.status, 200);
    assert.ok((await connections()) <= 20);
  });

  it("ends a request whose header is not complete after five seconds, not thirty", async function () {
    this.timeout(15_000);
    await start();
    const slow = await open();
    const before = performance.now();
    slow.write("GET /metrics HTTP/1.1\r\nHost: ");
    slow.resume();
    await once(slow, "close");
    const seconds = (performance.now() - before) / 1000;
    assert.ok(seconds > 4 && seconds < 9, `${seconds} s`);
  });
});
