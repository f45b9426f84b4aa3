/** Probes: what answers, what answers with an error, and who is told; service levels and batch jobs, by the same run of stack 2. */
import { strict as assert } from "node:assert";
import { join } from "node:path";
import { repositoryRoot } from "../../settings/repositoryRoot";
import { defaultNodeImage, parseSettings } from "../../workloads/config";
import { allProbes } from "../../workloads/probes";
import { apply, eventually, kubectl } from "../support/lab/lab";
import { failedRuleGroups, prometheusRolledOut, query, value } from "../support/lab/prometheus";
import { WebhookReceiver, type WorkloadsChanges, workloadsSucceed } from "../support/lab/workloads";

const site = "site";
const port = 8080;
const receiver = new WebhookReceiver();
/** Of kubeadm's Service subnet. */
const clusterDns = "10.96.0.10";

/** Answers every request with the status of its environment. */
const program = `require("node:http").createServer((request, response) => {
  response.writeHead(Number(process.env.STATUS)).end();
}).listen(${port});`;

const labels = { app: site };
const objects = [
  {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: site },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          containers: [
            {
              name: site,
              image: defaultNodeImage,
              command: ["node", "-e", program],
              env: [{ name: "STATUS", value: "200" }],
            },
          ],
        },
      },
    },
  },
  {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: site },
    spec: { selector: labels, ports: [{ port }] },
  },
];

async function settings(): Promise<WorkloadsChanges> {
  const authority = await kubectl("get", "configmap", "kube-root-ca.crt", "-o", "jsonpath={.data.ca\\.crt}");
  const soon = { everySeconds: 5, slowSeconds: 4 };
  const api = { url: "https://kubernetes.default.svc/readyz", certificateAuthority: authority };
  return {
    monitoring: { alerting: receiver.alerting, retentionDays: 14 }, // the objectives' period
    more: {
      probes: [
        {
          name: site,
          url: `http://${site}.default.svc:${port}/`,
          severity: "critical",
          downSeconds: 10,
          ...soon,
        },
        { name: "api", ...api, ...soon },
        { name: "api-unverified", url: api.url, ...soon },
        {
          name: "api-certificate",
          url: "tls://kubernetes.default.svc:443",
          certificateAuthority: authority,
          ...soon,
        },
        { name: "dns", url: `dns://${clusterDns}/kubernetes.default.svc.cluster.local`, ...soon },
        { name: "dns-port", url: `tcp://${clusterDns}:53`, ...soon },
        { name: "gateway", url: "icmp://10.0.1.1", ...soon },
      ],
      // The example's job, and one that never comes.
      jobs: [
        { name: "disk-report", everyMinutes: 60, withinMinutes: 10 },
        { name: "nobodys", everyMinutes: 1, withinMinutes: 1, severity: "critical" },
      ],
      slos: [
        { kind: "signal", name: "telemetry", objective: 99 },
        { kind: "packets", name: "delivery", objective: 99.9 },
        { kind: "apiServer", name: "kubernetes-api", objective: 99.9 },
      ],
    },
  };
}

describe("probes, service levels and batch jobs @all", () => {
  before(async () => {
    await receiver.open();
    await apply(...objects);
  });
  after(async () => {
    await receiver.close();
    await kubectl("delete", "deployment,service", site, "--ignore-not-found");
    await kubectl("delete", "cronjob,job", "--all");
    await workloadsSucceed("up");
    await prometheusRolledOut();
  });

  it("come with the settings, and change nothing the second time", async () => {
    await workloadsSucceed("up", await settings());
    const { summary } = (await workloadsSucceed("up", await settings())).events;
    assert.deepEqual(Object.keys(summary), ["same"]);
  });

  it("ask what is named, by each of the ways", async () => {
    const own = allProbes(parseSettings({ logs: { kind: "none" } })).map(({ name }) => name);
    const right = ["api", "api-certificate", "dns", "dns-port", "gateway", site, ...own].sort();
    const found = async (): Promise<string[]> =>
      (await query("probe_success == 1")).map(({ metric }) => metric["probe"] ?? "").sort();
    await eventually(
      `right answers of ${right.join(", ")}`,
      async () => (await found()).join() === right.join(),
      180,
    );
    // Nobody has signed for it: an authority that is not named is not trusted.
    assert.equal(await value('probe_success{probe="api-unverified"}'), 0);
    assert.equal(await value('probe_http_status_code{probe="site"}'), 200);
    const days = await value('(probe_ssl_earliest_cert_expiry{probe="api"} - time()) / 86400');
    assert.ok(days !== undefined && days > 1, `${days}`);
  });

  it("tell the receiver of a site that answers with an error, and when it does no more", async () => {
    await kubectl("set", "env", `deployment/${site}`, "STATUS=500");
    const labels = { probe: site, severity: "critical" };
    await eventually(
      "ProbeFailing at the receiver",
      () => receiver.has("ProbeFailing", "firing", labels),
      180,
    );
    assert.equal(await value('probe_http_status_code{probe="site"}'), 500);
    await kubectl("set", "env", `deployment/${site}`, "STATUS=204");
    await eventually("its end at the receiver", () => receiver.has("ProbeFailing", "resolved", labels), 300);
  });

  it("have the example's job push, and tell the receiver of the one that never came", async () => {
    await kubectl("apply", "-f", join(repositoryRoot, "examples/batch-job/cronjob.yaml"));
    await kubectl("create", "job", "--from=cronjob/disk-report", "disk-report-by-hand");
    await kubectl("wait", "job/disk-report-by-hand", "--for=condition=Complete", "--timeout=120s");
    await eventually(
      "what it pushed in Prometheus",
      async () => ((await value('disk_report_free_bytes{job="disk-report"}')) ?? 0) > 0,
      120,
    );
    const never = { batch_job: "nobodys", severity: "critical" };
    await eventually(
      "JobNeverFinished at the receiver",
      () => receiver.has("JobNeverFinished", "firing", never),
      300,
    );
    for (const alert of ["JobNeverFinished", "JobOverdue", "JobGatewayDown"]) {
      assert.ok(!receiver.has(alert, "firing", { batch_job: "disk-report" }), alert);
    }
    assert.ok(!receiver.has("JobGatewayDown", "firing"));
  });

  it("have a budget for each objective, of which nothing is used on a cluster that works", async () => {
    const left = async (): Promise<string[]> =>
      (await query(`slo:budget_left:ratio{spacecraft=~"|perigee-1"} > 0.9`))
        .map(({ metric }) => metric["slo"] ?? "")
        .sort();
    const all = ["delivery", "kubernetes-api", "telemetry"];
    await eventually(`budgets of ${all.join(", ")}`, async () => (await left()).join() === all.join(), 300);
    assert.deepEqual(await failedRuleGroups(), []);
    assert.ok(!receiver.has("SloBudgetBurnsFast", "firing"));
  });
});
