import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Catalogue } from "../../../../../lab/supply/viewer/server/catalogue";
import type { DashboardFile } from "../../../../../lab/supply/viewer/server/configMaps";
import type { PageFile } from "../../../../../lab/supply/viewer/server/files";
import { allowedPath, takesForm } from "../../../../../lab/supply/viewer/server/proxy";
import { listen, type ServerContent } from "../../../../../lab/supply/viewer/server/server";

const portOf = (server: Server): number => (server.address() as AddressInfo).port;
const passage = "/api/datasources/proxy/uid/prometheus/api/v1";

const file = (type: string, body: string): PageFile => ({
  ...{ type, body: Buffer.from(body), tag: '"1"', caching: "no-cache" },
});
const dashboard = (uid: string, title: string): DashboardFile => ({
  ...{
    name: `${uid}.json`,
    folder: "Perigee",
    json: JSON.stringify({ uid, title, tags: ["t"], panels: [] }),
  },
});

describe("the viewer's server", () => {
  let prometheus: Server;
  let server: Server;
  let asked: string[];
  let source: () => Promise<DashboardFile[]>;
  let catalogue: Catalogue;
  let logged: string[];

  async function start(more: Partial<ServerContent> = {}): Promise<void> {
    const files = new Map([
      ["/index.html", file("text/html; charset=utf-8", "page")],
      ["/public/main.js", file("text/javascript; charset=utf-8", "code")],
    ]);
    const url = `http://127.0.0.1:${portOf(prometheus)}`;
    server = await listen(0, "127.0.0.1", {
      ...{
        catalogue,
        files,
        homeFile: "two.json",
        version: "1",
        onError: (error) => logged.push(String(error)),
      },
      ...{ prometheus: { url, interval: "5s" } },
      ...more,
    });
  }
  const get = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`http://127.0.0.1:${portOf(server)}${path}`, { redirect: "manual", ...init });

  beforeEach(async () => {
    asked = [];
    logged = [];
    source = () => Promise.resolve([dashboard("one", "Second"), dashboard("two", "First")]);
    catalogue = new Catalogue(
      () => source(),
      (message) => logged.push(message),
    );
    await catalogue.renew();
    prometheus = createServer((request: IncomingMessage, response) => {
      void (async () => {
        let body = "";
        for await (const piece of request as AsyncIterable<Buffer>) body += piece.toString();
        asked.push(`${request.method} ${request.url} ${body}`);
        response.writeHead(400, { "content-type": "application/json" });
        response.end('{"status":"error","error":"parse error"}');
      })();
    });
    prometheus.listen(0, "127.0.0.1");
    await once(prometheus, "listening");
    await start();
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
    prometheus.closeAllConnections();
    prometheus.close();
  });

  it("answers the reading part of Grafana's API", async () => {
    assert.deepEqual(await (await get("/api/health")).json(), { database: "ok", version: "1" });
    const found = (await (await get("/api/search")).json()) as { title: string; url: string }[];
    assert.deepEqual(
      found.map(({ title, url }) => [title, url]),
      [
        ["First", "/d/two"],
        ["Second", "/d/one"],
      ],
    );
    const read = (await (await get("/api/dashboards/uid/one")).json()) as { dashboard: object; meta: object };
    assert.deepEqual(read.dashboard, { uid: "one", title: "Second", tags: ["t"], panels: [] });
    assert.equal((await get("/api/dashboards/uid/none")).status, 404);
    assert.equal((await get("/api/dashboards/uid/%ff")).status, 404);
    assert.equal((await get("/api/admin/settings")).status, 404);
  });

  it("leads to the home dashboard, and serves its page for every one", async () => {
    const home = await get("/");
    assert.deepEqual([home.status, home.headers.get("location")], [302, "/d/two"]);
    for (const path of ["/d/one", "/d/one/slug?var-a=1"]) {
      assert.equal(await (await get(path)).text(), "page");
    }
    assert.equal(
      (await get("/public/main.js")).headers.get("content-type"),
      "text/javascript; charset=utf-8",
    );
    assert.equal((await get("/public/../../etc/passwd")).status, 404);
    assert.equal((await get("/d/one", { headers: { "if-none-match": '"1"' } })).status, 304);
  });

  it("leads to its dashboards below the path at which a gateway serves it", async () => {
    catalogue = new Catalogue(
      () => source(),
      () => undefined,
      "/grafana",
    );
    await catalogue.renew();
    await start();
    assert.equal((await get("/")).headers.get("location"), "/grafana/d/two");
    const [first] = (await (await get("/api/search")).json()) as { url: string }[];
    assert.equal(first?.url, "/grafana/d/two");
  });

  it("lets nothing into the page from elsewhere", async () => {
    for (const path of ["/d/one", "/api/health", "/nothing"]) {
      const { headers } = await get(path);
      assert.match(
        headers.get("content-security-policy") ?? "",
        /default-src 'self'.*frame-ancestors 'none'/,
      );
      assert.equal(headers.get("x-content-type-options"), "nosniff");
    }
    assert.doesNotMatch(
      (await get("/")).headers.get("content-security-policy") ?? "",
      /script-src[^;]*unsafe/,
    );
  });

  it("only reads", async () => {
    for (const method of ["POST", "PUT", "DELETE", "PATCH"]) {
      const { status, headers } = await get("/api/dashboards/db", { method });
      assert.deepEqual([status, headers.get("allow")], [405, "GET, HEAD"], method);
    }
    assert.equal((await get(`${passage}/rules`, { method: "POST" })).status, 405);
    assert.deepEqual(asked, []);
  });

  it("passes queries to Prometheus, and its answer back", async () => {
    const body = new URLSearchParams({ query: "up{" });
    const answer = await get(`${passage}/query`, { method: "POST", body });
    assert.equal(answer.status, 400);
    assert.deepEqual(await answer.json(), { status: "error", error: "parse error" });
    await get(`${passage}/label/job/values?start=1`);
    assert.deepEqual(asked, ["POST /api/v1/query query=up%7B", "GET /api/v1/label/job/values?start=1 "]);
    const large = await get(`${passage}/query`, { method: "POST", body: "x".repeat(300 * 1024) });
    assert.equal(large.status, 413);
  });

  it("says in Prometheus' format that it cannot be reached", async () => {
    prometheus.close();
    prometheus.closeAllConnections();
    const answer = await get(`${passage}/query?query=up`);
    assert.equal(answer.status, 502);
    assert.match(
      ((await answer.json()) as { error: string }).error,
      /^Prometheus: fetch failed: .*ECONNREFUSED/,
    );
  });

  it("asks for a name and a password where there is one, but not the probes", async () => {
    server.close();
    await start({ signIn: { user: "admin", password: "päss:word" } });
    assert.equal((await get("/api/health")).status, 200);
    const refused = await get("/d/one");
    assert.equal(refused.status, 401);
    assert.match(refused.headers.get("www-authenticate") ?? "", /^Basic /);
    const as = (text: string) => ({
      headers: { authorization: `Basic ${Buffer.from(text).toString("base64")}` },
    });
    assert.equal((await get("/d/one", as("admin:päss:word"))).status, 200);
    for (const wrong of ["admin:wrong", ":päss:word", ""]) {
      assert.equal((await get("/d/one", as(wrong))).status, 401);
    }
    assert.equal((await get(`${passage}/query?query=up`)).status, 401);
  });

  it("keeps the dashboards that it knows while their source fails, and says so", async () => {
    source = () => Promise.reject(new Error("fetch failed", { cause: new Error("connect ECONNREFUSED") }));
    await catalogue.renew();
    await catalogue.renew();
    const answer = await get("/api/search");
    assert.equal(((await answer.json()) as object[]).length, 2);
    assert.equal(answer.headers.get("x-perigee-problem"), "fetch failed: connect ECONNREFUSED");
    assert.deepEqual(logged, ["2 dashboards", "fetch failed: connect ECONNREFUSED"]);
    source = () => Promise.resolve([dashboard("one", "Second")]);
    await catalogue.renew();
    assert.equal((await get("/api/search")).headers.get("x-perigee-problem"), null);
    assert.equal((await get("/api/dashboards/uid/two")).status, 404);
  });

  it("names the files that are no dashboards, and shows the others", async () => {
    const broken = (name: string, json: string) => ({ name, folder: "", json });
    source = () =>
      Promise.resolve([
        broken("a.json", "{"),
        broken("b.json", "null"),
        dashboard("one", "T"),
        dashboard("one", "U"),
      ]);
    await catalogue.renew();
    assert.match(
      catalogue.problem ?? "",
      /^a\.json: .*; b\.json: no uid or no title; one\.json: the uid one is also/,
    );
    assert.equal(catalogue.search().length, 1);
    assert.equal(catalogue.home("absent.json"), "one");
  });
});

describe("the passage to Prometheus", () => {
  it("is for the query API's reading paths only", () => {
    for (const path of ["query", "query_range", "series", "labels", "label/job/values", "rules", "alerts"]) {
      assert.equal(allowedPath(`${passage}/${path}`), `/api/v1/${path}`);
    }
    for (const path of [
      ...[
        "admin/tsdb/delete_series",
        "status/config",
        "targets",
        "write",
        "query/",
        "label/../values",
        "label/a%2f/values",
      ],
      ...["query_exemplars", "../../-/quit", "label/a/b/values"],
    ]) {
      assert.equal(allowedPath(`${passage}/${path}`), undefined, path);
    }
    assert.equal(allowedPath("/api/v1/query"), undefined);
    assert.ok(
      takesForm("/api/v1/query") && !takesForm("/api/v1/label/a/values") && !takesForm("/api/v1/alerts"),
    );
  });
});
