import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { connect } from "node:tls";
import { renew } from "../../../../../workloads/access/gateway/certificates";
import { readyPath } from "../../../../../workloads/access/gateway/routes";
import { type Answer, OwnGateway, type Question } from "../../../../support/workloads/gateway";
import { madeAuthority } from "../../../../support/workloads/gatewayAuthority";

describe("the gateway", function () {
  this.timeout(60_000);
  let gateway: OwnGateway;
  before(async () => {
    gateway = await OwnGateway.start(madeAuthority());
    await gateway.routed();
  });
  after(() => gateway.stop());
  const status = async (question: Question): Promise<number> => (await gateway.ask(question)).status;
  const reached = async (question: Question): Promise<string> => (await gateway.ask(question)).body;

  it("leads people to the first page, and to each page's folder, with what they asked for", async () => {
    const to = async (path: string): Promise<string> =>
      ((await gateway.ask({ path })) satisfies Answer).location?.replace(/^https:\/\/[^/]+/, "") ?? "";
    assert.equal(await to("/"), "/grafana/");
    assert.equal(await to("/?orgId=1"), "/grafana/?orgId=1");
    assert.equal(await to("/prometheus"), "/prometheus/");
    assert.equal(await to("/prometheus?g0.expr=up"), "/prometheus/?g0.expr=up");
  });

  it("takes the page's path away, and the login, which is nobody's but the gateway's", async () => {
    assert.equal(
      await reached({ path: "/prometheus/graph?g0.expr=up", user: "viewer" }),
      "GET /graph?g0.expr=up -",
    );
    assert.equal(await reached({ path: "/telemetry/", user: "operator" }), "GET / -");
  });

  it("leaves the login to pages that ask for one themselves", async () => {
    const basic = `Basic ${Buffer.from("viewer:viewer-password-1").toString("base64")}`;
    assert.equal(await reached({ path: "/logs/select/vmui/", user: "viewer" }), `GET /select/vmui/ ${basic}`);
    assert.equal(await reached({ path: "/grafana/login" }), "GET /login -");
  });

  it("is ready where its routes are in force, and not where Traefik refused them", async () => {
    assert.equal(await status({ path: readyPath }), 200);
    const refused = await OwnGateway.start(madeAuthority(), 4, (routes) =>
      routes.replace('"rule"', '"unknown"'),
    );
    try {
      await eventually("the refusal", () => Promise.resolve(refused.log.includes("building configuration")));
      const answer = await refused.ask({ path: readyPath }, false).catch(() => undefined);
      assert.notEqual(answer?.status, 200);
    } finally {
      await refused.stop();
    }
  });

  it("knows no other path", async () => {
    for (const path of ["/metrics", "/dashboard/", "/api/rawdata", "/prometheusx/", "/debug/vars", "/ping"]) {
      assert.equal(await status({ path, user: "operator" }), 404, path);
    }
  });

  it("opens nothing without the right password", async () => {
    for (const page of ["prometheus", "alertmanager", "telemetry"]) {
      const path = `/${page}/`;
      assert.equal(await status({ path }), 401, page);
      assert.equal(await status({ path, user: "viewer", password: "operator-password-1" }), 401, page);
      assert.equal(await status({ path, user: "operator", password: "" }), 401, page);
    }
  });

  const matrix: readonly [what: string, question: Question, who: "viewer" | "operator" | "nobody"][] = [
    ["open Prometheus", { path: "/prometheus/" }, "viewer"],
    ["ask Prometheus", { path: "/prometheus/api/v1/query?query=up" }, "viewer"],
    ["ask Prometheus by a form", { path: "/prometheus/api/v1/query_range", method: "POST" }, "viewer"],
    ["read its metrics", { path: "/prometheus/metrics" }, "viewer"],
    ["delete series", { path: "/prometheus/api/v1/admin/tsdb/delete_series", method: "POST" }, "operator"],
    ["write samples", { path: "/prometheus/api/v1/write", method: "POST" }, "operator"],
    [
      "write samples by way of a question",
      { path: "/prometheus/api/v1/query/../write", method: "POST" },
      "nobody",
    ],
    [
      "write samples, doubly encoded",
      { path: "/prometheus/api/v1/query%2f..%2fwrite", method: "POST" },
      "nobody",
    ],
    ["end Prometheus", { path: "/prometheus/-/quit", method: "POST" }, "operator"],
    ["end Prometheus, by PUT", { path: "/prometheus/-/quit", method: "PUT" }, "operator"],
    ["profile Prometheus", { path: "/prometheus/debug/pprof/heap" }, "operator"],
    ["profile Prometheus by two slashes", { path: "/prometheus//debug/pprof/heap" }, "nobody"],
    ["profile Prometheus by an encoded slash", { path: "/prometheus/debug%2Fpprof/heap" }, "operator"],
    ["profile Prometheus by two of them", { path: "/prometheus/%2F%2fdebug%2fpprof/heap" }, "operator"],
    ["profile Prometheus in other letters", { path: "/prometheus/Debug/pprof/heap" }, "operator"],
    [
      "ask for a label's values with an encoded slash",
      { path: "/prometheus/api/v1/label/a%2Fb/values" },
      "viewer",
    ],
    ["see silences", { path: "/alertmanager/api/v2/silences" }, "viewer"],
    ["silence an alert", { path: "/alertmanager/api/v2/silences", method: "POST" }, "operator"],
    ["end a silence", { path: "/alertmanager/api/v2/silence/1", method: "DELETE" }, "operator"],
    ["send an alert", { path: "/alertmanager/api/v2/alerts", method: "POST" }, "operator"],
    ["reload Alertmanager", { path: "/alertmanager/-/reload", method: "POST" }, "operator"],
    ["see the spacecraft", { path: "/telemetry/state.json" }, "viewer"],
    ["change something at the telemetry page", { path: "/telemetry/", method: "POST" }, "operator"],
  ];
  const may = {
    viewer: "a viewer and an operator",
    operator: "an operator, and no viewer,",
    nobody: "nobody",
  };
  for (const [what, question, who] of matrix) {
    it(`lets ${may[who]} ${what}`, async () => {
      const refused = [400, 401];
      const [viewers, operators] = [
        await status({ ...question, user: "viewer" }),
        await status({ ...question, user: "operator" }),
      ];
      assert.equal(viewers === 200, who === "viewer", String(viewers));
      assert.ok(who === "viewer" || refused.includes(viewers), String(viewers));
      assert.ok(who === "nobody" || operators === 200, String(operators));
      assert.ok(refused.includes(await status(question)));
    });
  }

  it("leads to workloads of one's own: by a path, which is theirs or taken away, or by a name", async () => {
    assert.equal(await reached({ path: "/planner/orbits?n=1", user: "viewer" }), "GET /orbits?n=1 -");
    assert.equal((await gateway.ask({ path: "/planner" })).location?.replace(/^.*:\d+/, ""), "/planner/");
    assert.equal(await reached({ path: "/archive/day/1", user: "viewer" }), "GET /archive/day/1 -");
    assert.equal(await reached({ path: "/day/1", host: "open.example.org" }), "GET /day/1 -");
    const app = { host: "app.example.org", user: "viewer" } as const;
    assert.equal(await reached({ path: "/prometheus/graph", ...app }), "GET /prometheus/graph -");
    assert.equal(await reached({ path: "/", ...app, method: "POST" }), "POST / -");
    assert.equal(await status({ path: "/app/", user: "viewer" }), 404);
  });

  it("leads to workloads by any name, also one that its own parts might have", async () => {
    for (const name of ["entry", "headers", "viewer", "operator", "prometheus-read"]) {
      assert.equal(await status({ path: `/${name}/` }), 401, name);
      assert.equal(await reached({ path: `/${name}/x`, user: "viewer" }), "GET /x -", name);
    }
    assert.equal(await reached({ path: "/prometheus/graph", user: "viewer" }), "GET /graph -");
  });

  it("asks for the login that a route wants", async () => {
    assert.equal(await status({ path: "/planner/" }), 401);
    assert.equal(await status({ path: "/", host: "app.example.org" }), 401);
    assert.equal(await status({ path: "/admin/", user: "viewer" }), 401);
    assert.equal(await status({ path: "/admin/", user: "operator" }), 200);
  });

  it("leads HTTP to HTTPS", async () => {
    const answer = await fetch(`http://127.0.0.1:${gateway.http}/prometheus/?a=b`, { redirect: "manual" });
    assert.equal(answer.status, 301);
    assert.equal(answer.headers.get("location"), `https://127.0.0.1:${gateway.https}/prometheus/?a=b`);
  });

  it("tells browsers not to guess, and nothing about other ports of its name", async () => {
    const { headers } = await gateway.ask({ path: "/telemetry/", user: "viewer" });
    assert.equal(headers["strict-transport-security"], undefined, "it would hold for every port of the name");
    assert.equal(headers["x-content-type-options"], "nosniff");
  });

  /** Certificate of a connection. */
  const shown = (options: object): Promise<X509Certificate> =>
    new Promise((resolve, reject) => {
      const socket = connect({
        host: "127.0.0.1",
        port: gateway.https,
        rejectUnauthorized: false,
        ...options,
      });
      socket.on("error", reject);
      socket.on("secureConnect", () => {
        resolve(new X509Certificate(socket.getPeerX509Certificate()?.raw ?? ""));
        socket.destroy();
      });
    });

  it("refuses TLS 1.1", async () => {
    const old = { minVersion: "TLSv1.1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" };
    await assert.rejects(shown(old), /protocol version|alert/i);
    await shown({ maxVersion: "TLSv1.2" });
  });

  it("shows its certificate to who names it, who names another and who names none", async () => {
    const serials = await Promise.all(
      [{ servername: "ground.example.org" }, { servername: "other.example.org" }, {}].map(
        async (options) => (await shown(options)).serialNumber,
      ),
    );
    assert.equal(new Set(serials).size, 1);
  });

  it("shows another certificate as soon as there is one, without a refused connection", async () => {
    const before = (await shown({})).serialNumber;
    await renew(gateway.certificates);
    let refused = 0;
    await eventually("the new one", async () => {
      const now = await shown({}).catch(() => void (refused += 1));
      return now !== undefined && now.serialNumber !== before;
    });
    assert.equal(refused, 0);
  });

  it("has a certificate that openssl verifies for its names and for no others", async () => {
    const { folder } = gateway.certificates;
    const { raw } = await shown({});
    const files = { ca: join(folder, "../authority/certificate") };
    const verified = (...name: string[]): string =>
      execFileSync("openssl", ["verify", "-CAfile", files.ca, "-purpose", "sslserver", ...name], {
        input: new X509Certificate(raw).toString(),
        stdio: ["pipe", "pipe", "pipe"],
      }).toString();
    assert.match(verified("-verify_ip", "127.0.0.1"), /OK/);
    assert.match(verified("-verify_hostname", "ground.example.org"), /OK/);
    assert.throws(() => verified("-verify_hostname", "example.org"));
  });
});

async function eventually(what: string, isTrue: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 10_000; Date.now() < end; await pause(50)) if (await isTrue()) return;
  throw new Error(`waited 10 s for ${what}`);
}
