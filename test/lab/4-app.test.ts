/** examples/app, an application of one's own: as a third stack; then three ways, by the gateway, under a stream of errors. */
import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parse } from "yaml";
import type { PulumiRun } from "../../lab/pulumi/engine/pulumi";
import { gatewayNames } from "../../workloads/access/gateway/names";
import { app, chart, kinds, overlay, selector } from "../support/examples/app";
import { type Answer, askGateway, gatewayComes, gatewayGoes, type Pages } from "../support/lab/gateway";
import { eventually, helm, kubectl, outputs, runOnStack, ssh, succeeded, worker } from "../support/lab/lab";
import { alerts, type Sample, targets } from "../support/lab/prometheus";

/** Runs the engine on the example's stack. */
async function stack(
  command: "up" | "destroy",
  namespace: string,
  more: Readonly<Record<string, unknown>> = {},
): Promise<PulumiRun> {
  const given = Object.entries({ environment: "prod", namespace, ...more });
  const config = Object.fromEntries(given.map(([key, value]) => [`planner:${key}`, value]));
  const run = await runOnStack(command, { project: join(app, "pulumi"), settings: { config } });
  return succeeded(command, run);
}

const rolledOut = (namespace: string): Promise<string> =>
  kubectl("-n", namespace, "rollout", "status", "deployment/planner", "--timeout=180s");
const left = (namespace: string): Promise<string> =>
  kubectl("-n", namespace, "get", kinds, "-l", selector, "-o", "name");
const untilGone = (namespace: string): Promise<void> =>
  eventually(`nothing of it in ${namespace}`, async () => (await left(namespace)) === "", 120);

describe("an application of one's own", () => {
  const namespace = "planner";
  before(async () => {
    await kubectl("create", "namespace", namespace);
    await kubectl("label", "namespace", namespace, "pod-security.kubernetes.io/enforce=restricted");
  });
  after(() => kubectl("delete", "namespace", namespace, "--timeout=120s"));

  const firing = async (): Promise<string[]> =>
    (await alerts())
      .filter(({ labels, state }) => labels["alertname"]?.startsWith("Planner") && state === "firing")
      .map(({ labels }) => labels["alertname"] ?? "");

  it("has two pods or more by its autoscaler, which are scraped under its Service's name", async () => {
    await stack("up", namespace);
    await eventually(
      "its targets to be up",
      async () => {
        const up = (await targets()).filter(
          ({ labels, health }) => labels["job"] === "planner" && health === "up",
        );
        return up.length >= 2 && up.every(({ labels }) => labels["environment"] === "prod");
      },
      180,
    );
    await eventually("no alert of it", async () => (await firing()).length === 0, 60);
  });

  it("has alerts of its own, which go off under real errors", async () => {
    await stack("up", namespace, { failRatio: 0.5 });
    const address = await kubectl(
      "-n",
      namespace,
      "get",
      "service",
      "planner",
      "-o",
      "jsonpath={.spec.clusterIP}",
    );
    // From the node of its pods, which no policy keeps away.
    const five = `for i in 1 2 3 4 5; do curl -s -o /dev/null --max-time 5 'http://${address}:8080/orbit?hours=1'; done`;
    await eventually(
      "PlannerErrors",
      async () => {
        await ssh(worker, five);
        return (await firing()).includes("PlannerErrors");
      },
      240,
    );
  });

  it("changes nothing the second time", async () => {
    const { summary } = (await stack("up", namespace, { failRatio: 0.5 })).events;
    assert.deepEqual(Object.keys(summary), ["same"]);
  });

  it("is destroyed as a whole", async () => {
    await stack("destroy", namespace);
    await untilGone(namespace);
  });
});

interface Route {
  readonly name: string;
  readonly namespace: string;
}

/** The example's settings of stack 2, for two ways more than one cluster would have beside each other. */
const given = parse(readFileSync(join(app, "workloads.yaml"), "utf8")) as {
  config: {
    "perigee-workloads:teams": [{ name: string; namespaces: string[] }];
    "perigee-workloads:gateway": { enabled: boolean; routes: Route[] };
  };
};
const [team] = given.config["perigee-workloads:teams"];
const { routes } = given.config["perigee-workloads:gateway"];
const more: readonly Route[] = ["helm", "pulumi"].map((way) => ({
  ...{ name: `planner-${way}`, namespace: `flight-dynamics-${way}` },
  ...{ service: "planner", port: 8080 },
}));
const led = [...routes, ...more];
const production = led.filter(({ name }) => name !== "planner-test");
const namespaces = led.map(({ namespace }) => namespace);
const settings = {
  teams: [{ ...team, namespaces }],
  gateway: { enabled: true, routes: led },
};

describe("an application of one's own, three ways, by the gateway @all", () => {
  let pages: Pages;
  let host = "";
  before(async () => {
    pages = await gatewayComes(settings);
    host = (await outputs()).publishedHost;
  });
  after(async () => {
    await stack("destroy", "flight-dynamics-pulumi");
    await gatewayGoes();
    await kubectl("delete", "namespace", ...namespaces, "--ignore-not-found", "--timeout=120s");
  });

  const ask = (path: string, isKnown = true): Promise<Answer> =>
    askGateway(
      pages.gatewayCertificateAuthority,
      `https://${host}:${gatewayNames.httpsNodePort}/${path}`,
      isKnown ? `viewer:${pages.viewerPassword}` : undefined,
    );
  const query = async (expression: string): Promise<Sample[]> => {
    const { body } = await ask(`prometheus/api/v1/query?query=${encodeURIComponent(expression)}`);
    return (JSON.parse(body) as { data: { result: Sample[] } }).data.result;
  };
  const namespacesOf = async (expression: string): Promise<string[]> =>
    [...new Set((await query(expression)).map(({ metric }) => metric["namespace"] ?? ""))].sort();
  const replicas = async (namespace: string): Promise<number> =>
    Number(await kubectl("-n", namespace, "get", "deployment", "planner", "-o", "jsonpath={.spec.replicas}"));

  it("is deployed by Kustomize, to dev and to prod", async () => {
    for (const environment of ["dev", "prod"] as const) await kubectl("apply", "-k", overlay(environment));
    for (const { namespace } of routes) await rolledOut(namespace);
  });

  it("is deployed by Helm", async () => {
    const release = ["planner", chart, "--namespace", "flight-dynamics-helm"];
    await helm("upgrade", "--install", ...release, "--set", "environment=prod", "--wait", "--timeout", "3m");
  });

  it("is deployed by Pulumi", async () => {
    await stack("up", "flight-dynamics-pulumi");
  });

  it("answers by the gateway, to who has a login", async () => {
    for (const { name } of led) {
      await eventually(
        `${name} to answer`,
        async () => (await ask(`${name}/orbit?hours=6`)).status === 200,
        30,
      );
      const { body } = await ask(`${name}/orbit?hours=6`);
      assert.equal((JSON.parse(body) as { hours: number }).hours, 6);
      assert.equal((await ask(`${name}/orbit?hours=6`, false)).status, 401);
      assert.equal((await ask(`${name}/orbit?hours=soon`)).status, 400);
    }
  });

  it("is scraped, each pod of it, and counts what was asked", async () => {
    const pods = async (): Promise<Record<string, number>> =>
      Object.fromEntries(
        (await query('count by (namespace, environment) (up{job="planner"} == 1)')).map(
          ({ metric, value }) => [`${metric["environment"]} ${metric["namespace"]}`, Number(value[1])],
        ),
      );
    await eventually(
      "its targets to be up",
      async () => {
        const found = await pods();
        return (
          found["dev flight-dynamics-test"] === 1 &&
          production.every(({ namespace }) => (found[`prod ${namespace}`] ?? 0) >= 2)
        );
      },
      180,
    );
    const asked = 'planner_requests_total{job="planner",code="200"} > 0';
    const everywhere = namespaces.toSorted();
    await eventually(
      "its requests to be counted",
      async () => (await namespacesOf(asked)).join() === everywhere.join(),
      60,
    );
  });

  it("has in prod an autoscaler, a budget and alerts, and nothing of them in dev", async () => {
    for (const namespace of namespaces) {
      const found = (await left(namespace)).split("\n").map((name) => name.split(".")[0]);
      const isProduction = namespace !== "flight-dynamics-test";
      for (const kind of ["horizontalpodautoscaler", "poddisruptionbudget", "prometheusrule"]) {
        assert.equal(found.includes(kind), isProduction, `${kind} in ${namespace}`);
      }
    }
  });

  it("tells of errors while it fails, grows under load, and loses no request in a roll", async () => {
    const [{ namespace } = { namespace: "" }] = routes;
    const statuses = new Map<string, number>();
    let isOver = false;
    const client = async (): Promise<void> => {
      for (let count = 0; !isOver; count++) {
        // One of three is wrong.
        const answer = await ask(`planner/orbit?hours=${count % 3 === 0 ? "soon" : 48}`).catch(String);
        const status = typeof answer === "string" ? answer : String(answer.status);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        await sleep(50);
      }
    };
    const clients = [client(), client()];
    try {
      await kubectl("-n", namespace, "set", "env", "deployment/planner", "FAIL_RATIO=0.5");
      await rolledOut(namespace);
      const firing = 'ALERTS{alertstate="firing",namespace="flight-dynamics"}';
      for (const alert of ["PlannerErrors", "PlannerRequestsRefused"]) {
        const fires = async (): Promise<boolean> =>
          (await query(firing)).some(({ metric }) => metric["alertname"] === alert);
        await eventually(alert, fires, 240);
      }
      await eventually("a third pod", async () => (await replicas(namespace)) >= 3, 240);
    } finally {
      isOver = true;
      await Promise.all(clients);
    }
    assert.deepEqual([...statuses.keys()].sort(), ["200", "400", "500"], JSON.stringify([...statuses]));
    const others = 'ALERTS{alertname="PlannerErrors",namespace!="flight-dynamics"}';
    assert.deepEqual(await namespacesOf(others), [], "nobody else is told of");
  });

  it("goes without a trace, by each way", async () => {
    for (const environment of ["dev", "prod"] as const) await kubectl("delete", "-k", overlay(environment));
    await helm("uninstall", "planner", "--namespace", "flight-dynamics-helm", "--wait");
    await stack("destroy", "flight-dynamics-pulumi");
    for (const namespace of namespaces) await untilGone(namespace);
    const releases = ["get", "secret", "-l", "owner=helm", "-o", "name"];
    assert.equal(await kubectl("-n", "flight-dynamics-helm", ...releases), "");
  });
});
