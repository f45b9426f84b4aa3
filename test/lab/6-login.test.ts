/** The pages by an identity provider: who logs in there, what their groups may, and what is refused. */
import { strict as assert } from "node:assert";
import { setTimeout as sleep } from "node:timers/promises";
import { buildToolchain, program } from "../../lab/supply/toolchain/build";
import { gatewayNames } from "../../workloads/access/gateway/names";
import { IdentityProvider, password } from "../support/access/identityProvider";
import { type Asked, opening, Visitor } from "../support/access/visitor";
import { echoOn, echoService, reaches, removeEcho } from "../support/lab/echo";
import { gatewayComes, gatewayGoes, type Pages } from "../support/lab/gateway";
import { apply, eventually, kubectl, outputs, worker } from "../support/lab/lab";
import { workloads, workloadsSucceed } from "../support/lab/workloads";
import { openPage } from "../support/telemetry/browser";

const { httpsNodePort, namespace, gateway, signOn } = gatewayNames;

const vic = { email: "vic@example.org", groups: ["flight"] };
const ann = { email: "ann@example.org", groups: ["flight directors"] };
const eve = { email: "eve@example.org", groups: ["everybody"] };
const clientSecret = "secret-of-the-pages-client";

describe("the pages' login by an identity provider @all", () => {
  let pages: Pages;
  let provider: IdentityProvider;
  let settings: { readonly enabled: true; readonly oidc: Readonly<Record<string, unknown>> };
  const visitor = ({ email } = vic): Visitor =>
    new Visitor(email, [pages.gatewayCertificateAuthority, provider.authority]);
  const loggedIn = async (somebody = vic): Promise<Visitor> => {
    const made = visitor(somebody);
    assert.equal((await made.open(`${pages.telemetryUrl}/`)).status, 200);
    return made;
  };
  const byPassword = (): Asked => ({
    headers: { authorization: `Basic ${Buffer.from(`viewer:${pages.viewerPassword}`).toString("base64")}` },
  });

  const asksForPasswords = async (): Promise<void> => {
    const { status, headers } = await visitor().ask(`${pages.telemetryUrl}/`, { headers: opening });
    assert.equal(status, 401);
    assert.match(String(headers["www-authenticate"]), /^Basic /);
  };

  before(async () => {
    const { publishedHost: host } = await outputs();
    const built = await buildToolchain(["identity-provider"], () => undefined);
    const client = {
      ...{ id: "pages", secret: clientSecret },
      redirects: [`https://${host}:${httpsNodePort}/oauth2/callback`],
    };
    // Of the lab's gateway: pods reach it.
    provider = await IdentityProvider.start(program(built, "identity-provider"), [ann, vic, eve], {
      address: "10.0.1.1",
      client,
    });
    const { issuer, authority: certificateAuthority } = provider;
    settings = {
      enabled: true,
      oidc: {
        ...{ issuer, clientId: client.id, clientSecret, certificateAuthority },
        scopes: ["email", "groups", "offline_access"],
        groups: { viewer: vic.groups, operator: ann.groups },
      },
    };
    pages = await gatewayComes({ gateway: { enabled: true } });
  });
  after(async () => {
    await removeEcho();
    await gatewayGoes();
    await provider.stop();
  });

  it("does not come while the provider calls itself otherwise: an `up` says so, and the pages stay as they are", async () => {
    const oidc = { ...settings.oidc, issuer: `${provider.issuer}/` };
    const { exitCode } = await workloads("up", { more: { gateway: { ...settings, oidc } } });
    assert.notEqual(exitCode, 0);
    const log = await kubectl("-n", namespace, "logs", `deployment/${signOn.name}`);
    assert.match(log, /issuer did not match the issuer returned by provider/);
    assert.equal((await visitor().ask(`${pages.telemetryUrl}/`, byPassword())).status, 200);
    await asksForPasswords();
  });

  it("comes with a provider that answers, and a second run changes nothing", async () => {
    await workloadsSucceed("up", { more: { gateway: settings } });
    const again = await workloads("preview", { more: { gateway: settings } }, "--expect-no-changes");
    assert.equal(again.exitCode, 0, again.stdout);
  });

  it("is one login in a browser for every page", async () => {
    const open = await openPage(`${pages.telemetryUrl}/`, undefined, { takesCertificate: true });
    const { page } = open;
    try {
      await page.locator("input[name=login]").fill(vic.email);
      await page.locator("input[name=password]").fill(password);
      await page.locator("button[type=submit]").click();
      await page.getByText("battery").first().waitFor({ timeout: 60_000 });
      assert.equal(page.url(), `${pages.telemetryUrl}/`);
      await page.goto(`${pages.prometheusUrl}/alerts`);
      await page.getByText("Watchdog").first().waitFor({ timeout: 60_000 });
    } finally {
      await open.close();
    }
  });

  it("lets an operator silence an alert, and no viewer", async () => {
    const silences = `${pages.alertmanagerUrl}/api/v2/silences`;
    const body = JSON.stringify({
      matchers: [{ name: "alertname", value: "Nothing", isRegex: false, isEqual: true }],
      startsAt: new Date().toISOString(),
      endsAt: new Date(Date.now() + 60_000).toISOString(),
      ...{ createdBy: "a test", comment: "of the login" },
    });
    const asked = { method: "POST", headers: { "content-type": "application/json" }, body };
    const [viewer, operator] = [await loggedIn(vic), await loggedIn(ann)];
    assert.equal((await viewer.ask(silences, asked)).status, 403);
    const made = await operator.ask(silences, asked);
    assert.equal(made.status, 200, made.body);
    const { silenceID } = JSON.parse(made.body) as { silenceID: string };
    assert.match((await viewer.ask(silences)).body, new RegExp(silenceID));
    const silence = `${pages.alertmanagerUrl}/api/v2/silence/${silenceID}`;
    assert.equal((await viewer.ask(silence, { method: "DELETE" })).status, 403);
    assert.equal((await operator.ask(silence, { method: "DELETE" })).status, 200);
  });

  it("refuses who is in no group, and who is nobody", async () => {
    const { status, body } = await visitor(eve).open(`${pages.telemetryUrl}/`);
    assert.equal(status, 403);
    assert.match(body, /You do not have permission/);
    for (const url of [pages.prometheusUrl, pages.alertmanagerUrl, pages.telemetryUrl]) {
      assert.equal((await visitor().ask(`${url}/`)).status, 401);
    }
  });

  it("leaves passwords to programs", async () => {
    const answer = await visitor().ask(`${pages.prometheusUrl}/api/v1/query?query=up`, byPassword());
    assert.match(answer.body, /"status":"success"/);
  });

  it("is asked by the gateway alone", async () => {
    await apply(echoOn("echo-worker", worker), echoService("echo-worker"));
    await kubectl("wait", "pod/echo-worker", "--for=condition=Ready", "--timeout=60s");
    const address = `${signOn.name}.${namespace}:${signOn.port}`;
    await eventually("the sign-on to be shut", async () => !(await reaches("echo-worker", address)), 30);
  });

  it("is scraped, and fires nothing; the provider is probed", async () => {
    const answer = async (query: string): Promise<string> => {
      const url = `${pages.prometheusUrl}/api/v1/query?query=${encodeURIComponent(query)}`;
      return (await visitor().ask(url, byPassword())).body;
    };
    for (const query of [
      `up{job="${signOn.name}"} == 1`,
      `oauth2_proxy_requests_total{code="202"}`,
      'probe_success{probe="identity-provider"} == 1',
    ]) {
      await eventually(query, async () => /"value"/.test(await answer(query)), 120);
    }
    assert.doesNotMatch(await answer('ALERTS{alertname=~"Gateway.*",alertstate="firing"}'), /"value"/);
  });

  it("goes on while its pods and the gateway's are rolled", async () => {
    const somebody = await loggedIn();
    const failures: string[] = [];
    let isOver = false;
    const client = (async () => {
      for (; !isOver; await sleep(200)) {
        await somebody.ask(`${pages.telemetryUrl}/`).then(
          ({ status }) => status === 200 || failures.push(String(status)),
          (error: unknown) => failures.push(String(error)),
        );
      }
    })();
    for (const name of [signOn.name, gateway]) {
      await kubectl("-n", namespace, "rollout", "restart", `deployment/${name}`);
      await kubectl("-n", namespace, "rollout", "status", `deployment/${name}`, "--timeout=180s");
      await sleep(15_000); // The former pod takes requests for ten seconds more.
    }
    isOver = true;
    await client;
    assert.deepEqual(failures, []);
  });

  it("has its secrets in no log, argument or ConfigMap", async () => {
    // Of the telemetry page, which asks each second, nothing is logged.
    assert.equal((await (await loggedIn()).ask(`${pages.prometheusUrl}/api/v1/query?query=up`)).status, 200);
    const logs = await Promise.all(
      [gateway, signOn.name].map((name) =>
        kubectl("-n", namespace, "logs", `deployment/${name}`, "--all-containers", "--all-pods"),
      ),
    );
    assert.ok(
      logs.some((log) => log.includes(`"ClientUsername":"${vic.email}"`)),
      "who asked for what",
    );
    const objects = await kubectl("get", "deployments,configmaps", "--all-namespaces", "--output", "yaml");
    for (const text of [...logs, objects]) assert.ok(!text.includes(clientSecret));
    for (const log of logs) assert.doesNotMatch(log, /code=|__Host-perigee=/);
  });

  it("is over without the setting: passwords are asked for again", async () => {
    await workloadsSucceed("up", { more: { gateway: { enabled: true } } });
    await asksForPasswords();
    assert.equal(
      await kubectl("-n", namespace, "get", "deployment,secret,service", "-o", "name").then((names) =>
        names.includes(signOn.name),
      ),
      false,
    );
  });
});
