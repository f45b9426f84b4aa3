/** Prometheus and Alertmanager on the cluster: everything is watched, and nothing cries wolf. */
import { strict as assert } from "node:assert";
import { dashboards } from "../../dashboards";
import { loadDictionary } from "../../telemetry/dictionary";
import { parseSettings } from "../../workloads/config";
import { allProbes } from "../../workloads/probes";
import { dashboardsAddress } from "../support/lab/dashboards";
import { eventually, kubectl, outputs } from "../support/lab/lab";
import { kindOf, liveNeighbours, recordedNeighbours } from "../support/lab/neighbours";
import { panelQueries, withVariables } from "../support/lab/panelQueries";
import {
  alertmanagerText,
  alerts,
  query,
  rules,
  sampleTimes,
  targets,
  textAt,
} from "../support/lab/prometheus";
import { workloadsSucceed } from "../support/lab/workloads";
import { metricsOf } from "../support/promql";

/** What is probed without any setting. */
const own = allProbes(parseSettings({ logs: { kind: "none" } })).map(({ name }) => name);

/** Jobs of the offline edition -> how many targets each has on one control plane and one worker. */
const jobs: Readonly<Record<string, number>> = {
  apiserver: 1,
  coredns: 2,
  "kube-controller-manager": 1,
  "kube-etcd": 1,
  "kube-proxy": 2,
  "kube-scheduler": 1,
  kubelet: 6, // the kubelet, cAdvisor and the probes of either node
  "node-exporter": 2,
  "perigee-probes": own.length,
  "perigee-telemetry": 1,
};

describe("monitoring", () => {
  it("has every target up", async () => {
    const counted = async (): Promise<Record<string, number>> => {
      const all: Record<string, number> = {};
      for (const { labels } of await targets()) {
        all[labels["job"] ?? ""] = (all[labels["job"] ?? ""] ?? 0) + 1;
      }
      return all;
    };
    // An exporter that drains after a roll is a target too, for some seconds.
    const wrong = async (): Promise<string[]> => {
      const found = await counted();
      const counts = Object.entries(jobs).filter(([job, count]) => found[job] !== count);
      return [
        ...(await problems()),
        ...counts.map(([job, count]) => `${job}: ${found[job] ?? 0}, not ${count}`),
      ];
    };
    await eventually("every target to be up", async () => (await wrong()).length === 0, 180).catch(
      () => undefined,
    );
    assert.deepEqual(await wrong(), []);
    const found = Object.keys(await counted());
    for (const name of ["alertmanager", "operator", "prometheus"]) {
      assert.ok(
        found.some((job) => job.includes(name)),
        name,
      );
    }
  });

  it("has a telemetry parameter within 30 s of the exporter being ready, its limits and the recording rules", async () => {
    await kubectl("-n", "telemetry", "rollout", "restart", "deployment/telemetry");
    await kubectl("-n", "telemetry", "rollout", "status", "deployment/telemetry", "--timeout=120s");
    // The pod of the former round may still drain: the newer one is meant.
    const pods = ["-n", "telemetry", "get", "pods", "-l", "app.kubernetes.io/name=perigee-telemetry"];
    const byAge = ["--sort-by=.metadata.creationTimestamp", "-o", "jsonpath={.items[*].metadata.name}"];
    const pod = (await kubectl(...pods, ...byAge)).split(" ").at(-1) ?? "";
    const seen = async (): Promise<boolean> =>
      (await query(`bus_power_battery_voltage_volts{pod="${pod}"}`)).length > 0;
    await eventually("the battery voltage of the new pod", seen, 30);
    assert.ok((await query("bus_parameter_limit")).length > 50);
    assert.ok((await query('{__name__=~"spacecraft:bus_.*"}')).length > 0, "recording rules have values");
  });

  it("probes what every cluster has, and all of it answers", async () => {
    const right = async (): Promise<string[]> =>
      (await query("probe_success == 1")).map(({ metric }) => metric["probe"] ?? "").sort();
    await eventually("every probe's answer", async () => (await right()).length >= own.length, 90).catch(
      () => undefined,
    );
    assert.deepEqual(await right(), own.toSorted());
  });

  it("has a series for everything that a rule looks at, or a reason", async () => {
    const looked = (await rules()).flatMap(({ query: expr }) => metricsOf(expr));
    const absent = [];
    for (const name of new Set(looked)) {
      // What is recorded may have no value now; what is scraped has one.
      if (name.includes(":") || name === "ALERTS" || ofSettings.test(name)) continue;
      if ((await query(name)).length === 0) absent.push(name);
    }
    assert.deepEqual(
      absent.filter((name) => !(name in onlyWithTrouble)),
      [],
    );
  });

  it("answers every query of every dashboard, or there is a reason", async () => {
    const empty = [];
    for (const { dashboard, panel, expr } of panelQueries(dashboards(loadDictionary()))) {
      const found = await query(withVariables(expr, { spacecraft: "perigee-1" }));
      if (found.length === 0) empty.push(`${dashboard}: ${panel}: ${expr}`);
    }
    assert.deepEqual(
      empty.filter((line) => !emptyByNature.some((pattern) => pattern.test(line))),
      [],
    );
  });

  it("has Prometheus' own page, with its script", async () => {
    const page = await textAt("/query");
    const script = /src="\.(\/assets\/[^"]+\.js)"/.exec(page)?.[1];
    assert.ok(script, page.slice(0, 500));
    assert.ok((await textAt(script)).length > 1_000_000);
  });

  it("has Alertmanager's own page, with its script", async () => {
    const page = await alertmanagerText("/");
    assert.ok(page.includes('<script src="script.js">'), page.slice(0, 500));
    assert.ok((await alertmanagerText("/script.js")).length > 50_000);
  });

  it("has the neighbours among which the rule tests run: npm run neighbours records them anew", async () => {
    const recorded = new Set(recordedNeighbours().map(kindOf));
    // What fires, or has just ended, is of what the tests before have done.
    const missing = (await liveNeighbours())
      .map(kindOf)
      .filter((kind) => !recorded.has(kind) && !kind.startsWith("ALERTS "));
    assert.deepEqual([...new Set(missing)], []);
  });

  it("keeps its samples when the Prometheus pod is deleted", async () => {
    const before = Math.min(...(await sampleTimes('up{job="apiserver"}', 300)));
    await kubectl("-n", "monitoring", "delete", "pod", "-l", "app.kubernetes.io/name=prometheus");
    await eventually("Prometheus to answer again", async () => (await query("up")).length > 0, 180);
    assert.ok((await sampleTimes('up{job="apiserver"}', 900)).includes(before));
  });

  it("fires nothing but Watchdog in steady state", async () => {
    const allowed = ["Watchdog", "InfoInhibitor"];
    const isFiring = async (name: string): Promise<boolean> =>
      (await alerts()).some(({ state, labels }) => state === "firing" && labels["alertname"] === name);
    // A Prometheus that has just started has evaluated nothing yet.
    await eventually("Watchdog to fire", () => isFiring("Watchdog"), 120);
    const firing = async (): Promise<string[]> =>
      (await alerts())
        .filter(({ state, labels }) => state === "firing" && !allowed.includes(labels["alertname"] ?? ""))
        .map(({ labels }) => JSON.stringify(labels));
    await eventually("what the restarts set off to be over", async () => (await firing()).length === 0, 300);
    assert.ok(await isFiring("Watchdog"));
  });

  it("shows Perigee's dashboards at Grafana's address, to who has the password", async () => {
    const address = await dashboardsAddress("");
    const { username, password } = new URL(address);
    const headers = { authorization: `Basic ${btoa(`${username}:${password}`)}` };
    const open = address.replace(/\/\/.*@/, "//");
    const get = (path: string, init: RequestInit = {}): Promise<Response> =>
      fetch(`${open}${path}`, { signal: AbortSignal.timeout(10_000), ...init });
    assert.equal((await get("/api/health")).status, 200);
    assert.equal((await get("/api/search")).status, 401);
    const found = (await (await get("/api/search", { headers })).json()) as { uid: string }[];
    const uids = new Set(found.map(({ uid }) => uid));
    const missing = dashboards(loadDictionary()).filter(({ uid = "" }) => !uids.has(uid));
    assert.deepEqual(missing, []);
    const query = "/api/datasources/proxy/uid/prometheus/api/v1/query?query=count(up)";
    const answer = (await (await get(query, { headers })).json()) as { status: string };
    assert.equal(answer.status, "success");
  });

  it("is up already: a second up changes nothing", async () => {
    await workloadsSucceed("up", {}, "--expect-no-changes");
    assert.ok((await outputs()).publishedHost);
  });
});

/** Metrics that exist with a contact plan, a history or an archive only (4-telemetryPasses, 4-telemetryImported). */
const ofSettings = /^bus_(contact|signal)_|^perigee_telemetry_(history|archive)_/;

/** Metrics of kube-state-metrics that exist only while an object is in such a state. */
const onlyWithTrouble: Readonly<Record<string, string>> = {
  kube_pod_container_status_waiting_reason: "a container waits",
  kube_job_failed: "there is a finished Job",
  kube_resourcequota: "somebody has set a quota",
};

/** Panels that are empty while all is well. */
const emptyByNature: readonly RegExp[] = [
  /ALERTS/, // no alarm
  /^Ground link: Decode errors/, // every packet can be decoded
  /^Telemetry exporter: Lost on links/, // nothing is lost
  /bus_contact_/, // no contact is planned
];

async function problems(): Promise<string[]> {
  const all = await targets();
  if (all.length === 0) return ["no targets yet"];
  return all
    .filter(({ health }) => health !== "up")
    .map(({ labels, lastError }) => `${labels["job"]} ${labels["instance"]}: ${lastError}`);
}
