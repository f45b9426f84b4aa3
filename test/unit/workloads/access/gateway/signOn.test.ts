import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { dynamicConfiguration } from "../../../../../workloads/access/gateway/routes";
import { signOnArguments } from "../../../../../workloads/access/gateway/signOn";
import { type Oidc, oidc } from "../../../../../workloads/access/gateway/signOnSettings";
import { password } from "../../../../support/access/identityProvider";
import { type Asked, opening, type Visit, Visitor } from "../../../../support/access/visitor";
import { openPage } from "../../../../support/telemetry/browser";
import { hasSignOn, OwnSignOn, signOnProgram } from "../../../../support/workloads/signOn";

const ann = { email: "ann@example.org", groups: ["flight directors", "everybody"] };
const vic = { email: "vic@example.org", groups: ["flight"] };
const eve = { email: "eve@example.org", groups: ["everybody"] };
const people = [ann, vic, eve];

describe("routes with an identity provider", () => {
  interface Http {
    readonly routers: Readonly<Record<string, { readonly middlewares: readonly string[] }>>;
    readonly middlewares: Readonly<Record<string, { readonly forwardAuth?: { readonly address: string } }>>;
  }
  const made = (groups: Oidc["groups"]): Http =>
    (dynamicConfiguration(["prometheus"], [], { groups }) as { http: Http }).http;
  const asked = ({ middlewares }: Http): string[] =>
    Object.entries(middlewares).flatMap(([name, { forwardAuth }]) =>
      forwardAuth === undefined
        ? []
        : `${name} ${new URL(forwardAuth.address).searchParams.get("allowed_groups")}`,
    );

  it("ask for the groups of a role and of those that may more", () => {
    assert.deepEqual(asked(made({ viewer: ["a b", "c&d"], operator: ["e"] })), [
      ...["person-viewer a b,c&d,e", "browser-viewer a b,c&d,e"],
      ...["person-operator e", "browser-operator e"],
    ]);
  });

  it("leave a role that no group has to its password: a list without groups would let in everybody", () => {
    const http = made({ viewer: ["flight"], operator: [] });
    assert.deepEqual(asked(http), ["person-viewer flight", "browser-viewer flight"]);
    assert.deepEqual(http.routers["prometheus"]?.middlewares, [
      "headers",
      "login-operator",
      "strip-prometheus",
    ]);
    assert.ok(!("browser-prometheus" in http.routers));
  });
});

/** Needs the sign-on and an identity provider: `make toolchain` builds both. */
(hasSignOn ? describe : describe.skip)("the gateway with an identity provider", function () {
  this.timeout(60_000);
  let own: OwnSignOn;
  const visitor = (email = vic.email): Visitor =>
    new Visitor(email, [own.gateway.authority, own.provider.authority], (host) =>
      host.endsWith(".example.org") ? "127.0.0.1" : host,
    );
  const at = (path: string, host = "127.0.0.1"): string => `https://${host}:${own.gateway.https}${path}`;
  /** Somebody who has logged in. */
  const loggedIn = async (email?: string, path = "/telemetry/"): Promise<Visitor> => {
    const somebody = visitor(email);
    const { status } = await somebody.open(at(path));
    assert.equal(status, 200);
    return somebody;
  };
  const sessionOf = (somebody: Visitor, host = "127.0.0.1"): string =>
    somebody.jar.get(host)?.get("__Host-perigee") ?? "";
  const told = ({ headers }: Visit): unknown => JSON.parse(String(headers["x-told"]));

  describe("while people are there", () => {
    before(async () => {
      own = await OwnSignOn.start({ people });
    });
    after(() => own.stop());

    it("leads a browser to the provider, and back to the page that it wanted", async () => {
      const { url, status, body, way } = await visitor().open(at("/prometheus/graph?g0.expr=up&x=1"));
      assert.equal(status, 200);
      assert.equal(url, at("/prometheus/graph?g0.expr=up&x=1"));
      assert.equal(body, "GET /graph?g0.expr=up&x=1 -");
      const asked = new URL(way[1] ?? "").searchParams;
      assert.equal(asked.get("code_challenge_method"), "S256");
      assert.equal(asked.get("redirect_uri"), at("/oauth2/callback"));
      assert.ok(asked.get("nonce"));
      assert.ok(!way.some((each) => each.includes("pages-secret")));
    });

    it("shows it in a browser in which somebody logs in", async () => {
      const open = await openPage(at("/telemetry/?a=b"), undefined, { takesCertificate: true });
      const { page } = open;
      try {
        await page.locator("input[name=login]").fill(vic.email);
        await page.locator("input[name=password]").fill(password);
        await page.locator("button[type=submit]").click();
        await page.getByText("GET /?a=b -").waitFor();
        assert.equal(page.url(), at("/telemetry/?a=b"));
        // What a page asks for by itself has the session too.
        const asked = await page.evaluate("fetch('state.json').then((answer) => answer.text())");
        assert.equal(asked, "GET /state.json -");
        const [session] = await page.context().cookies(at("/"));
        assert.partialDeepStrictEqual(session, { secure: true, httpOnly: true, sameSite: "Lax" });
        await page.context().clearCookies();
        assert.equal(await page.evaluate("fetch('state.json').then(({ status }) => status)"), 401);
      } finally {
        await open.close();
      }
    });

    it("has cookies that only this address gets, by HTTPS, and no script", async () => {
      const somebody = await loggedIn();
      assert.ok(somebody.set.length >= 3);
      for (const cookie of somebody.set.filter((each) => each.includes("perigee"))) {
        assert.match(cookie, /^__Host-perigee/);
        assert.match(cookie, /; Path=\/; Max-Age=\d+; HttpOnly; Secure; SameSite=Lax$/);
      }
    });

    it("lets people do what their groups may", async () => {
      const viewer = await loggedIn(vic.email);
      const operator = await loggedIn(ann.email);
      const silences = at("/alertmanager/api/v2/silences");
      const matrix: readonly [url: string, asked: Asked, viewers: number, operators: number][] = [
        [at("/prometheus/api/v1/query?query=up"), {}, 200, 200],
        [at("/prometheus/api/v1/query"), { method: "POST" }, 200, 200],
        [at("/prometheus/api/v1/admin/tsdb/delete_series"), { method: "POST" }, 403, 200],
        [at("/prometheus/-/quit"), { method: "POST" }, 403, 200],
        [at("/prometheus/debug/pprof/heap"), {}, 403, 200],
        [at("/prometheus/debug%2Fpprof/heap"), {}, 403, 200],
        [silences, {}, 200, 200],
        [silences, { method: "POST", body: "{}" }, 403, 200],
        [silences, { method: "POST", body: "{}", headers: opening }, 403, 200],
        [at("/alertmanager/api/v2/silence/1"), { method: "DELETE" }, 403, 200],
        [at("/admin/"), { headers: opening }, 403, 200],
        [at("/planner/orbits"), {}, 200, 200],
      ];
      for (const [url, asked, viewers, operators] of matrix) {
        assert.equal((await viewer.ask(url, asked)).status, viewers, url);
        assert.equal((await operator.ask(url, asked)).status, operators, url);
        assert.equal((await visitor().ask(url, { ...asked, headers: {} })).status, 401, url);
      }
    });

    it("tells who is in no group so, once, and opens nothing", async () => {
      const somebody = visitor(eve.email);
      const { status, body, way } = await somebody.open(at("/telemetry/"));
      assert.equal(status, 403);
      assert.match(body, /You do not have permission/);
      assert.equal(way.filter((each) => each.startsWith(at("/"))).length, 2, "asked for, and come back");
      assert.equal(sessionOf(somebody), "");
      assert.equal((await somebody.ask(at("/telemetry/"))).status, 401);
    });

    it("tells what asks from a page, and programs, that they are not logged in: nothing foreign is opened", async () => {
      for (const headers of [{}, { accept: "*/*" }, { accept: "application/json" }] as const) {
        const answer = await visitor().ask(at("/telemetry/state.json"), { headers });
        assert.deepEqual([answer.status, answer.headers.location], [401, undefined]);
        assert.equal(answer.headers["www-authenticate"], undefined, "no browser asks for a password");
      }
    });

    it("takes passwords as before, from whoever shows one", async () => {
      const basic = (user: string, password: string) => ({
        headers: { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}` },
      });
      const nobody = visitor();
      const silences = at("/alertmanager/api/v2/silences");
      const viewer = basic("viewer", "viewer-password-1");
      const read = await nobody.ask(at("/telemetry/"), viewer);
      assert.deepEqual([read.status, read.body], [200, "GET / -"]);
      assert.equal((await nobody.ask(silences, { method: "POST", ...viewer })).status, 401);
      const operator = basic("operator", "operator-password-1");
      assert.equal((await nobody.ask(silences, { method: "POST", ...operator })).status, 200);
      assert.equal((await nobody.ask(silences, basic("operator", "wrong"))).status, 401);
      // In a browser's place: it is asked for no provider then.
      const headers = { ...opening, ...viewer.headers };
      assert.equal((await nobody.ask(at("/telemetry/"), { headers })).status, 200);
    });

    const forged = {
      "X-Auth-Request-Email": "ann@example.org",
      "X-Auth-Request-Groups": "flight directors",
      "X-Forwarded-User": "ann",
      "X-Forwarded-Groups": "flight directors",
      "X-Forwarded-Email": "ann@example.org",
      "Remote-User": "ann",
      X_Forwarded_User: "ann",
      "X.Auth.Request.Email": "ann@example.org",
      "GAP-Auth": "ann@example.org",
    };

    it("takes no caller's word for who they are, and passes none on: no page gets a session either", async () => {
      const viewer = await loggedIn();
      const silences = at("/alertmanager/api/v2/silences");
      assert.equal((await viewer.ask(silences, { method: "POST", headers: forged })).status, 403);
      assert.equal((await visitor().ask(at("/telemetry/"), { headers: forged })).status, 401);
      const headers = { ...forged, cookie: `__Host-perigee=${sessionOf(viewer)}; theirs=1` };
      for (const path of ["/telemetry/", "/planner/x"]) {
        const answer = await viewer.ask(at(path), { headers });
        assert.equal(answer.status, 200);
        assert.deepEqual(told(answer), {}, path);
      }
      const open = await visitor().ask(at("/", "open.example.org"), { headers: forged });
      assert.deepEqual(told(open), {});
    });

    it("leads nowhere else, whatever it is asked", async () => {
      const elsewhere = { "x-forwarded-host": "evil.example", "x-forwarded-uri": "https://evil.example/" };
      const led = await visitor().ask(at("/telemetry/"), {
        headers: { ...opening, ...elsewhere, "x-auth-request-redirect": "https://evil.example/" },
      });
      assert.equal(led.status, 302);
      assert.doesNotMatch(decodeURIComponent(String(led.headers.location)), /evil/);
      for (const to of [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "/x/..//evil.example",
        `https://127.0.0.1:${own.gateway.https}@evil.example/`,
      ]) {
        const somebody = visitor();
        const query = `?rd=${encodeURIComponent(to)}`;
        const { way } = await somebody.open(at(`/oauth2/start${query}`));
        const places = way.map((each) => new URL(each).hostname);
        assert.deepEqual([...new Set(places)], ["127.0.0.1"], to);
        const out = await somebody.ask(at(`/oauth2/sign_out${query}`));
        assert.deepEqual([out.status, out.headers.location], [302, "/"], to);
      }
    });

    it("takes no other session than its own", async () => {
      const session = sessionOf(await loggedIn());
      const [value = "", time = "", signature = ""] = session.split("|");
      const changed = `${value.slice(0, 40)}${value[40] === "A" ? "B" : "A"}${value.slice(41)}`;
      for (const cookie of [
        `${changed}|${time}|${signature}`,
        `${value}|${Number(time) + 60}|${signature}`,
        "x",
        "",
      ]) {
        const headers = { cookie: `__Host-perigee=${cookie}` };
        assert.equal((await visitor().ask(at("/telemetry/"), { headers })).status, 401, cookie.slice(0, 20));
      }
      const headers = { cookie: `__Host-perigee=${session}` };
      assert.equal((await visitor().ask(at("/telemetry/"), { headers })).status, 200);
    });

    it("takes no login that was begun by somebody else", async () => {
      const begun = visitor();
      const { way } = await begun.open(at("/telemetry/"));
      const back = way.find((each) => each.includes("/oauth2/callback")) ?? "";
      assert.equal((await visitor(ann.email).ask(back)).status, 403);
    });

    it("forgets who leaves", async () => {
      const somebody = await loggedIn();
      const out = await somebody.ask(at("/oauth2/sign_out"));
      assert.deepEqual([out.status, out.headers.location], [302, "/"]);
      assert.equal(sessionOf(somebody), "");
      assert.equal((await somebody.ask(at("/telemetry/"))).status, 401);
    });

    it("knows people at another address only when they log in there; without a login the name is its workload's", async () => {
      const somebody = await loggedIn();
      const app = at("/orbits", "app.example.org");
      assert.equal((await somebody.ask(app)).status, 401);
      const { url, body } = await somebody.open(app);
      assert.deepEqual([url, body], [app, "GET /orbits -"]);
      assert.notEqual(sessionOf(somebody, "app.example.org"), "");
      const open = await somebody.ask(at("/oauth2/start", "open.example.org"));
      assert.equal(open.body, "GET /oauth2/start -");
    });

    it("writes who asked for what, and no secret", async () => {
      await loggedIn(ann.email, "/prometheus/graph");
      await pause(500);
      assert.match(own.gateway.log, /"ClientUsername":"ann@example.org"[^\n]*\/prometheus\/graph/);
      assert.match(own.log, /ann@example\.org \[.*\] \[AuthSuccess\]/);
      const { clientSecret, cookieSecret } = own.secrets;
      for (const log of [own.log, own.gateway.log]) {
        for (const secret of [clientSecret, cookieSecret, "code=", "__Host-perigee="]) {
          assert.ok(!log.includes(secret), secret);
        }
      }
    });

    it("says that it works, and counts its answers", async () => {
      await loggedIn();
      for (const path of ["/ready", "/ping"]) assert.equal((await fetch(`${own.url}${path}`)).status, 200);
      const text = await (await fetch(`http://127.0.0.1:${own.metrics}/metrics`)).text();
      assert.match(text, /^oauth2_proxy_requests_total\{code="202"\} [1-9]/m);
    });
  });

  describe("when people change", () => {
    before(async () => {
      own = await OwnSignOn.start({ people, session: { refresh: 1, life: 60 }, valid: "5s" });
    });
    after(() => own.stop());

    it("asks the provider again, and goes on with what it says", async () => {
      const somebody = await loggedIn();
      const first = sessionOf(somebody);
      const silences = at("/alertmanager/api/v2/silences");
      assert.equal((await somebody.ask(silences, { method: "POST" })).status, 403);
      await own.provider.change([{ ...vic, groups: ["flight directors"] }]);
      await pause(2100);
      assert.equal((await somebody.ask(silences, { method: "POST" })).status, 200);
      assert.notEqual(sessionOf(somebody), first, "kept by the answer of a page");
      await own.provider.change([{ ...vic, groups: ["everybody"] }]);
      await pause(2100);
      assert.equal((await somebody.ask(at("/telemetry/"))).status, 401);
      assert.equal((await somebody.open(at("/telemetry/"))).status, 403);
      await own.provider.change(people);
    });

    it("goes on for all requests of a page at once", async () => {
      const somebody = await loggedIn();
      await pause(2100);
      const asked = Array.from({ length: 8 }, () => somebody.ask(at("/telemetry/")));
      assert.deepEqual([...new Set((await Promise.all(asked)).map(({ status }) => status))], [200]);
      assert.equal((await somebody.ask(at("/telemetry/"))).status, 200);
    });

    it("knows somebody who is nobody at the provider until their token's end, where that says no more than an error", async () => {
      const somebody = await loggedIn();
      await own.provider.change([ann]);
      await pause(6000);
      assert.equal((await somebody.ask(at("/telemetry/"))).status, 401);
      await own.provider.change(people);
    });
  });

  describe("where the provider gives no more than a token", () => {
    before(async () => {
      const settings = { scopes: ["email", "groups"] };
      own = await OwnSignOn.start({ people, settings, session: { refresh: 1, life: 60 }, valid: "4s" });
    });
    after(() => own.stop());

    it("knows people until the token's end, and leads them to the provider again", async () => {
      const somebody = await loggedIn();
      await pause(1500);
      assert.equal((await somebody.ask(at("/telemetry/"))).status, 200);
      await pause(4000);
      assert.equal((await somebody.ask(at("/telemetry/"))).status, 401);
      assert.equal((await somebody.open(at("/telemetry/"))).status, 200);
    });
  });

  describe("after the longest login", () => {
    before(async () => {
      own = await OwnSignOn.start({
        people,
        settings: { scopes: ["email", "groups"] },
        session: { refresh: 1, life: 3 },
      });
    });
    after(() => own.stop());

    it("leads people to the provider again", async () => {
      const somebody = await loggedIn();
      const cookie = `__Host-perigee=${sessionOf(somebody)}`;
      await pause(3000);
      // Also who keeps the cookie for longer than a browser does.
      assert.equal((await somebody.ask(at("/telemetry/"), { headers: { cookie } })).status, 401);
      assert.equal((await somebody.open(at("/telemetry/"))).status, 200);
    });
  });

  it("does not start where the provider calls itself otherwise, and says so", async () => {
    own = await OwnSignOn.start({ people });
    try {
      const { issuer, authority: certificateAuthority } = own.provider;
      const settings = oidc.parse({
        ...{ issuer: `${issuer}/`, clientId: "pages", clientSecret: "x", certificateAuthority },
        groups: { viewer: ["flight"] },
      });
      const places = { address: "127.0.0.1:0", metrics: "127.0.0.1:0", folder: own.folder };
      const ended = promisify(execFile)(signOnProgram, signOnArguments(settings, places), {
        timeout: 20_000,
      });
      await assert.rejects(
        ended,
        ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => {
          assert.equal(code, 1);
          assert.match(
            stdout + stderr,
            /issuer did not match the issuer returned by provider, expected ".*" got ".*"/,
          );
          return true;
        },
      );
    } finally {
      await own.stop();
    }
  });
});
