/** Logs: found soon with their labels, of every node, without a secret, and none lost while the store is away. */
import { strict as assert } from "node:assert";
import { defaultNodeImage } from "../../workloads/config";
import { loggingNames } from "../../workloads/logging/names";
import {
  apply,
  controlPlane,
  engineSucceeds,
  eventually,
  kubectl,
  outputs,
  ssh,
  worker,
} from "../support/lab/lab";
import { askPage, logNumber, logRecords, passwordOf } from "../support/lab/logs";
import { prometheusRolledOut, value } from "../support/lab/prometheus";
import { WebhookReceiver, type WorkloadsChanges, workloadsSucceed } from "../support/lab/workloads";

const { store, collector, page, pageNodePort, ownLogin, readerLogin } = loggingNames;
const receiver = new WebhookReceiver();
const counter = "counter";

/** Counts aloud, ten times a second; a token stands in every hundredth line. */
const program = `let i = 0;
setInterval(() => {
  console.log(JSON.stringify({ level: i % 10 ? "info" : "warn", message: "counted", number: i, token: "not-for-the-store" }));
  i++;
}, 100);`;

const settings: WorkloadsChanges = {
  monitoring: { alerting: receiver.alerting },
  more: {
    logs: {
      ...{ kind: "victorialogs", retentionDays: 3, retentionSizeGiB: 1 },
      storage: { kind: "local", node: worker },
    },
  },
};

const monitoring = ["-n", "monitoring"];
const rolledOut = (what: string): Promise<string> =>
  kubectl(...monitoring, "rollout", "status", what, "--timeout=180s");

describe("logs @all", () => {
  before(async () => {
    await receiver.open();
    await engineSucceeds("up", { publishedNodePorts: [{ port: pageNodePort, why: "Logs" }] });
    await workloadsSucceed("up", settings);
    for (const what of [`daemonset/${collector}`, `statefulset/${store}`, `deployment/${page}`]) {
      await rolledOut(what);
    }
    const labels = { app: counter };
    const container = { name: counter, image: defaultNodeImage, command: ["node", "-e", program] };
    await apply({
      ...{ apiVersion: "apps/v1", kind: "Deployment", metadata: { name: counter } },
      spec: {
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [container] } },
      },
    });
  });
  after(async () => {
    await kubectl("delete", "deployment", counter, "--ignore-not-found");
    await receiver.close();
    await workloadsSucceed("up");
    await engineSucceeds("up");
    await ssh(worker, "rm -r /var/lib/perigee-logs");
    // How far each file was read, with which another store would get nothing of before.
    for (const { name } of (await outputs()).nodes) await ssh(name, "rm -r /var/lib/perigee-log-collector");
    await prometheusRolledOut();
  });

  it("change nothing the second time", async () => {
    const { summary } = (await workloadsSucceed("up", settings)).events;
    assert.deepEqual(Object.keys(summary), ["same"]);
  });

  it("are found within ten seconds, with the labels of the metrics", async () => {
    await eventually("a counted line", async () => (await logRecords("counted | limit 1")).length === 1, 120);
    const [newest] = await logRecords("_time:1m counted | last 1 by (_time)");
    assert.ok(newest);
    const age = (Date.now() - Date.parse(newest["_time"] ?? "")) / 1000;
    assert.ok(age < 10, `${age} s`);
    const { source, namespace, container, cluster, pod = "", node = "", level, token } = newest;
    assert.deepEqual(
      { source, namespace, container, cluster, token },
      {
        source: "pod",
        namespace: "default",
        container: counter,
        cluster: "perigee-lab",
        token: "[redacted]",
      },
    );
    assert.match(level ?? "", /^(info|warning)$/);
    const where = await kubectl("get", "pod", pod, "-o", "jsonpath={.spec.nodeName}");
    assert.equal(node, where);
  });

  it("come from every node: its journal, what cloud-init wrote, and the audit log", async () => {
    const { nodes } = await outputs();
    for (const { name } of nodes) {
      for (const unit of ["kubelet.service", "containerd.service", "cloud-init-output.log"]) {
        const query = `source:=node node:=${name} unit:="${unit}" | limit 1`;
        await eventually(`${unit} of ${name}`, async () => (await logRecords(query)).length === 1, 120);
      }
    }
    // What is written now too: a journal that is read once and not followed has those above.
    for (const { name } of nodes) {
      const word = `heard-of-${name}-${Date.now()}`;
      await ssh(name, `logger -t perigee-test ${word}`);
      const query = `source:=node node:=${name} identifier:="perigee-test" "${word}"`;
      await eventually(
        `a new entry of ${name}'s journal`,
        async () => (await logRecords(query)).length === 1,
        60,
      );
    }
    const audit = `source:=audit node:=${controlPlane} verb:=create resource:=deployments name:=${counter} | limit 1`;
    await eventually("who made the Deployment", async () => (await logRecords(audit)).length === 1, 60);
    const [record] = await logRecords(audit);
    assert.equal(record?.["user"], "kubernetes-admin");
  });

  it("have Kubernetes' events, by the name of the pod that they are about", async () => {
    const pod = await kubectl(
      "get",
      "pods",
      "-l",
      `app=${counter}`,
      "-o",
      "jsonpath={.items[0].metadata.name}",
    );
    const started = `source:=event namespace:=default pod:=${pod} reason:=Started | limit 1`;
    await eventually("the event", async () => (await logRecords(started)).length === 1, 60);
    const [event] = await logRecords(started);
    assert.match(event?.["_msg"] ?? "", /started/i);
    const { level, kind, component } = event ?? {};
    assert.deepEqual({ level, kind, component }, { level: "info", kind: "Pod", component: "kubelet" });
  });

  it("have none of the cluster's secrets in them", async () => {
    const { kubeconfig, sshPrivateKey } = await outputs();
    const key = /client-key-data: (\S+)/.exec(kubeconfig)?.[1] ?? "";
    const grafana = await kubectl(
      ...[...monitoring, "get", "secret", "grafana-admin", "-o", "jsonpath={.data.admin-password}"],
    );
    const secrets = {
      "Grafana's password": Buffer.from(grafana, "base64").toString("utf8"),
      "the page's password": await passwordOf(readerLogin.secret),
      "the store's password": await passwordOf(ownLogin.secret),
      "the administrator's key": Buffer.from(key, "base64").toString("utf8").split("\n")[1] ?? "",
      "the SSH key": sshPrivateKey.split("\n")[2] ?? "",
      "a token in a line": "not-for-the-store",
    };
    for (const [about, secret] of Object.entries(secrets)) {
      assert.ok(secret.length > 8, about);
      assert.deepEqual(await logRecords(`${JSON.stringify(secret)} | limit 1`), [], about);
      assert.deepEqual(await logRecords(`* ~${JSON.stringify(secret)} | limit 1`), [], about);
    }
  });

  it("are for who has the login, from an administrator's address, and nobody writes there", async () => {
    const query = { query: "* | limit 1" };
    assert.equal((await askPage("/select/logsql/query", query, {})).status, 401);
    assert.equal((await askPage("/select/vmui/")).status, 200);
    assert.ok((await askPage("/insert/jsonline", { a: "b" })).status >= 400);
  });

  it("are all there after the store was away for a minute", async () => {
    await kubectl(...monitoring, "scale", `statefulset/${store}`, "--replicas=0");
    await new Promise((resolve) => setTimeout(resolve, 60_000));
    await kubectl(...monitoring, "scale", `statefulset/${store}`, "--replicas=1");
    await rolledOut(`statefulset/${store}`);
    // What waited is tried again a quarter of a minute later at the latest; new lines may be there before it.
    const missing = async (): Promise<number> => {
      const [{ least = "", most = "", different = "" } = {}] = await logRecords(
        "counted | stats min(number) as least, max(number) as most, count_uniq(number) as different",
      );
      return Number(most) - Number(least) + 1 - Number(different);
    };
    const isBack = async (): Promise<boolean> =>
      (await logNumber("_time:10s counted | stats count() as lines")) > 0;
    await eventually("lines of now", isBack, 120);
    await eventually("every number between the first and the last", async () => (await missing()) === 0, 120);
    assert.equal(
      await value(`sum(otelcol_exporter_send_failed_log_records{job="${collector}"}) or vector(0)`),
      0,
    );
  });

  it("tell the receiver of somebody in a pod", async () => {
    await kubectl("exec", `deployment/${counter}`, "--", "node", "-e", "0");
    await eventually("CommandInPod at the receiver", () => receiver.has("CommandInPod", "firing"), 240);
  });
});
