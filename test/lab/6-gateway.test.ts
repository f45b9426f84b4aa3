/** One way in to the pages: HTTPS, logins, and what is shut then. */
import { strict as assert } from "node:assert";
import { X509Certificate } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "node:tls";
import { nodePorts } from "../../contract/outputs";
import { workloadsFolder } from "../../lab/cli/workloads";
import { gatewayNames } from "../../workloads/access/gateway/names";
import { type EchoAnswer, echoOn, echoService, reaches, removeEcho } from "../support/lab/echo";
import { type Answer, askGateway, gatewayComes, gatewayGoes, type Pages } from "../support/lab/gateway";
import {
  apply,
  eventually,
  kubectl,
  outputs,
  outputsIn,
  ssh,
  worker,
  workloadsUrn,
} from "../support/lab/lab";
import { dial, makeStranger } from "../support/lab/stranger";
import { workloads, workloadsSucceed } from "../support/lab/workloads";
import { openPage } from "../support/telemetry/browser";

const { httpsNodePort, httpNodePort, namespace, gateway } = gatewayNames;

const settings = {
  enabled: true,
  /** Of a certificate's life that is seen to its renewal: 7 minutes, renewed after 5. */
  certificateDays: 0.005,
  routes: [{ name: "echo", namespace: "default", service: "echo-worker", port: 8080 }],
};

describe("the gateway @all", () => {
  let pages: Pages;
  let host = "";
  before(async () => {
    pages = await gatewayComes({ gateway: settings });
    host = (await outputs()).publishedHost;
  });
  after(async () => {
    await removeEcho();
    await gatewayGoes();
  });

  const ask = (url: string, auth?: string, method?: string, body?: object): Promise<Answer> =>
    askGateway(pages.gatewayCertificateAuthority, url, auth, method, body);
  const viewer = (): string => `viewer:${pages.viewerPassword}`;
  const operator = (): string => `operator:${pages.operatorPassword}`;

  it("shows every page by HTTPS to who has a login, and says where", async () => {
    assert.equal(pages.prometheusUrl, `https://${host}:${httpsNodePort}/prometheus`);
    const ready = await ask(`${pages.prometheusUrl}/api/v1/query?query=up`, viewer());
    assert.match(ready.body, /"status":"success"/);
    const page = await ask(`${pages.prometheusUrl}/query`, viewer());
    const [, script] = /src="([^"]+\.js)"/.exec(page.body) ?? [];
    assert.equal((await ask(new URL(script ?? "", `${pages.prometheusUrl}/`).href, viewer())).status, 200);
    assert.match((await ask(`${pages.telemetryUrl}/state.json`, viewer())).body, /"spacecraft"/);
    assert.equal((await ask(`${pages.alertmanagerUrl}/api/v2/status`, viewer())).status, 200);
    assert.equal((await ask(`${pages.grafanaUrl}/api/health`)).status, 200);
    const login = `admin:${pages.grafanaAdminPassword}`;
    assert.equal((await ask(`${pages.grafanaUrl}/api/search`, login)).status, 200);
    assert.equal((await ask(`${pages.grafanaUrl}/api/search`)).status, 401);
  });

  it("shows them in a browser that logs in: what they say comes by the same way", async () => {
    const visitor = (username: string, password: string) => ({
      ...{ login: { username, password }, takesCertificate: true },
    });
    const reader = visitor("viewer", pages.viewerPassword);
    for (const [url, text, who] of [
      [`${pages.prometheusUrl}/alerts`, "Watchdog", reader],
      [`${pages.telemetryUrl}/`, "battery", reader],
      [`${pages.grafanaUrl}/`, "Fleet overview", visitor("admin", pages.grafanaAdminPassword)],
    ] as const) {
      const open = await openPage(url, undefined, who);
      try {
        await open.page.getByText(text).first().waitFor({ timeout: 60_000 });
        assert.equal(new URL(open.page.url()).port, String(httpsNodePort));
        assert.deepEqual(open.consoleErrors, [], url);
      } finally {
        await open.close();
      }
    }
  });

  it("shows nothing to who has none, or another one's password", async () => {
    for (const url of [pages.prometheusUrl, pages.alertmanagerUrl, pages.telemetryUrl]) {
      for (const auth of [
        undefined,
        `viewer:${pages.operatorPassword}`,
        `admin:${pages.grafanaAdminPassword}`,
      ]) {
        assert.equal((await ask(`${url}/`, auth)).status, 401);
      }
    }
  });

  it("leads HTTP to HTTPS", async () => {
    const answer = await fetch(`http://${host}:${httpNodePort}/telemetry/`, { redirect: "manual" });
    assert.equal(answer.headers.get("location"), `https://${host}:${httpsNodePort}/telemetry/`);
  });

  it("lets an operator silence an alert, and no viewer", async () => {
    const silences = `${pages.alertmanagerUrl}/api/v2/silences`;
    const silence = {
      matchers: [{ name: "alertname", value: "Nothing", isRegex: false, isEqual: true }],
      startsAt: new Date().toISOString(),
      endsAt: new Date(Date.now() + 60_000).toISOString(),
      ...{ createdBy: "a test", comment: "of the gateway" },
    };
    assert.equal((await ask(silences, viewer(), "POST", silence)).status, 401);
    const made = await ask(silences, operator(), "POST", silence);
    assert.equal(made.status, 200, made.body);
    const { silenceID } = JSON.parse(made.body) as { silenceID: string };
    assert.match((await ask(silences, viewer())).body, new RegExp(silenceID));
    assert.equal(
      (await ask(`${pages.alertmanagerUrl}/api/v2/silence/${silenceID}`, viewer(), "DELETE")).status,
      401,
    );
    assert.equal(
      (await ask(`${pages.alertmanagerUrl}/api/v2/silence/${silenceID}`, operator(), "DELETE")).status,
      200,
    );
  });

  it("is the only way: neither node ports nor other pods reach the pages", async () => {
    const { prometheus, alertmanager, grafana, telemetryPage } = nodePorts;
    for (const { port } of [prometheus, alertmanager, grafana, telemetryPage]) {
      await assert.rejects(
        fetch(`http://${host}:${port}/`, { signal: AbortSignal.timeout(5000) }),
        String(port),
      );
    }
    await apply(echoOn("echo-worker", worker), echoService("echo-worker"));
    await kubectl("wait", "pod/echo-worker", "--for=condition=Ready", "--timeout=60s");
    for (const address of [
      "monitoring-prometheus.monitoring:9090",
      "monitoring-alertmanager.monitoring:9093",
      "telemetry-page.telemetry:9465",
    ]) {
      await eventually(`${address} to be shut`, async () => !(await reaches("echo-worker", address)), 30);
    }
    assert.equal(await reaches("echo-worker", `${gateway}.${namespace}:443`), true);
  });

  it("leads to a workload of one's own, by its path, for who has a login", async () => {
    const url = `https://${host}:${httpsNodePort}/echo/get?orbit=17`;
    assert.equal((await ask(url)).status, 401);
    const { status, body } = await ask(url, viewer());
    assert.equal(status, 200, body);
    assert.deepEqual((JSON.parse(body) as EchoAnswer).args, { orbit: "17" });
  });

  it("is not there for a stranger outside adminCidrs", async () => {
    const stranger = await makeStranger();
    try {
      for (const port of [httpsNodePort, httpNodePort]) {
        await assert.rejects(stranger.run("sh", ["-c", dial(host, port)]), String(port));
      }
    } finally {
      await stranger.remove();
    }
  });

  it("is scraped, and fires nothing", async () => {
    const answer = async (query: string): Promise<string> =>
      (await ask(`${pages.prometheusUrl}/api/v1/query?query=${encodeURIComponent(query)}`, viewer())).body;
    await eventually("its series", async () => /"value"/.test(await answer(`up{job="${gateway}"} == 1`)), 90);
    await eventually(
      "its certificate",
      async () => /"value"/.test(await answer("traefik_tls_certs_not_after")),
      60,
    );
    assert.doesNotMatch(await answer('ALERTS{alertname=~"Gateway.*",alertstate="firing"}'), /"value"/);
  });

  it("starts again, and gets another certificate in time, without a request that fails", async () => {
    const serial = (): Promise<string> =>
      new Promise((resolve, reject) => {
        const socket = connect({ host, port: httpsNodePort, ca: pages.gatewayCertificateAuthority });
        socket.on("error", reject);
        socket.on("secureConnect", () => {
          resolve(new X509Certificate(socket.getPeerX509Certificate()?.raw ?? "").serialNumber);
          socket.destroy();
        });
      });
    const failures: string[] = [];
    let isOver = false;
    const client = (async () => {
      for (; !isOver; await sleep(200)) {
        await ask(`${pages.telemetryUrl}/`, viewer()).then(
          ({ status }) => status === 200 || failures.push(String(status)),
          (error: unknown) => failures.push(String(error)),
        );
      }
    })();
    await kubectl("-n", namespace, "rollout", "restart", `deployment/${gateway}`);
    await kubectl("-n", namespace, "rollout", "status", `deployment/${gateway}`, "--timeout=180s");
    await sleep(15_000); // The former pod takes requests for ten seconds more.
    const first = await serial();
    await eventually("another certificate", async () => (await serial()) !== first, 360);
    isOver = true;
    await client;
    assert.deepEqual(failures, []);
  });

  it("keeps its key out of the state, the node's disk and the log", async () => {
    // Of the telemetry page, which asks each second, nothing is logged.
    assert.equal((await ask(`${pages.prometheusUrl}/api/v1/query?query=up`, viewer())).status, 200);
    const log = await kubectl("-n", namespace, "logs", `deployment/${gateway}`, "--all-containers");
    assert.match(log, /"ClientUsername":"viewer"/, "who asked for what");
    for (const secret of ["PRIVATE KEY", pages.viewerPassword, pages.operatorPassword]) {
      assert.ok(!log.includes(secret));
    }
    const found = "sudo grep -rlE 'PRIVATE KEY' /var/lib/kubelet/pods --include=certificate.yaml || true";
    const onDisk = (await ssh(worker, found)).split("\n").filter((path) => path !== "");
    for (const path of onDisk) assert.match(await ssh(worker, `sudo stat -fc %T '${path}'`), /tmpfs/);
  });

  it("has another authority when that is asked for: whoever trusts the former one alone sees that", async () => {
    const former = pages;
    const urn = await workloadsUrn("command:local:Command::gateway-authority");
    await workloadsSucceed("up", { more: { gateway: settings } }, "--replace", urn);
    pages = await outputsIn<Pages>(workloadsFolder);
    assert.notEqual(pages.gatewayCertificateAuthority, former.gatewayCertificateAuthority);
    assert.equal(pages.viewerPassword, former.viewerPassword);
    assert.equal((await ask(`${pages.telemetryUrl}/`, viewer())).status, 200);
    const current = pages;
    pages = former;
    await assert.rejects(ask(`${former.telemetryUrl}/`), /signature|verify|self-signed/);
    pages = current;
  });

  it("changes nothing in a second run", async () => {
    const again = await workloads("preview", { more: { gateway: settings } }, "--expect-no-changes");
    assert.equal(again.exitCode, 0, again.stdout);
  });
});
