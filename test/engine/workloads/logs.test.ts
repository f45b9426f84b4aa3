/** Logs, from lines in a node's files to records in a store: the real collector and the real store. */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { auditPolicy } from "../../../infra/kubeadm/auditPolicy";
import { run } from "../../../lab/command";
import { logRules } from "../../../workloads/logging/logRules";
import { readOnly } from "../../../workloads/logging/page";
import { withoutSecrets } from "../../../workloads/logging/redaction";
import { builtProgram } from "../../support/builtProgram";
import { type LogRecord, LogRig } from "../../support/workloads/logRig";
import { deploy } from "../../support/workloads/mocks";
import { plainLines, secretLines } from "../../support/workloads/secretLines";
import { ApiServer } from "./apiServer";

const collector = builtProgram("log-collector", "otelcol");
const store = builtProgram("log-store", "victoria-logs");

const shop = { namespace: "shop", pod: "web-5d9c-abcde", container: "web" };

describe("the objects of logs", function () {
  this.timeout(240_000);

  it("are taken by a real API server, with every field that they have", async function () {
    const kubectl = builtProgram("kubernetes-1.36", "kubectl");
    if (kubectl === undefined) {
      this.skip();
      return;
    }
    const storage = { kind: "local", node: "orbit-default-1" };
    const { resources } = await deploy({ logs: { kind: "victorialogs", storage } });
    const objects = resources.flatMap(({ type, name, inputs }) => {
      const [, group = "", kind] = /^kubernetes:((?:core|apps)\/v1):(\w+)$/.exec(type) ?? [];
      return kind === undefined || !name.startsWith("logs")
        ? []
        : [{ ...inputs, apiVersion: group.replace("core/", ""), kind }];
    });
    assert.equal(objects.length, 18);
    const server = await ApiServer.start();
    const folder = await mkdtemp(join(tmpdir(), "perigee-objects-"));
    try {
      const [kubeconfig, file] = [join(folder, "kubeconfig"), join(folder, "objects.json")];
      await writeFile(kubeconfig, server.kubeconfig, { mode: 0o600 });
      const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "monitoring" } };
      await writeFile(
        file,
        JSON.stringify({ apiVersion: "v1", kind: "List", items: [namespace, ...objects] }),
      );
      const said = await run(kubectl, [
        "--kubeconfig",
        kubeconfig,
        "create",
        "--validate=strict",
        "-f",
        file,
      ]);
      assert.equal(said.split("\n").filter((line) => line.endsWith(" created")).length, objects.length + 1);
    } finally {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe("logs", function () {
  this.timeout(240_000);
  let rig: LogRig;

  before(async function () {
    if (collector === undefined || store === undefined) {
      this.skip();
      return;
    }
    rig = await LogRig.make({ collector, store });
    await rig.startStore();
    await rig.startCollector();
  });
  after(() => rig?.stop());

  const one = async (query: string): Promise<LogRecord> => {
    const [record] = await rig.await(query, 1);
    assert.ok(record);
    return record;
  };

  it("become records with the labels of the metrics", async () => {
    await rig.log(shop, ["a plain line"], "stderr");
    const { _msg, _stream, source, cluster, node, stream, level, ...rest } = await one(`"a plain line"`);
    assert.deepEqual(
      { _msg, source, cluster, node, stream, level },
      {
        ...{ _msg: "a plain line", source: "pod", cluster: "orbit", node: "orbit-default-1" },
        ...{ stream: "stderr", level: undefined },
      },
    );
    assert.deepEqual([rest["namespace"], rest["pod"], rest["container"]], Object.values(shop));
    assert.equal(
      _stream,
      `{container="web",namespace="shop",node="orbit-default-1",pod="web-5d9c-abcde",source="pod"}`,
    );
  });

  it("have the fields of a line of JSON, its message and its level; the record's own are not overwritten", async () => {
    const said = {
      level: "WARN",
      message: "late order",
      order: 17,
      namespace: "mine",
      _msg: "x",
      deep: { a: [1] },
    };
    await rig.log(shop, [JSON.stringify(said)]);
    const record = await one("order:17");
    const { _msg, level, namespace, "line.namespace": theirs, "deep.a": list } = record;
    assert.deepEqual(
      [_msg, level, namespace, theirs, list],
      ["late order", "warning", "shop", "mine", "[1]"],
    );
  });

  it("have the spacecraft's events with their severity, packet and spacecraft", async () => {
    const event = {
      ...{ kind: "event", severity: "critical", spacecraft: "perigee-1", apid: 17, packet: "evs" },
      message: "battery is low",
    };
    await rig.log({ namespace: "telemetry", pod: "telemetry-1", container: "telemetry" }, [
      JSON.stringify(event),
    ]);
    const { spacecraft, apid, severity, level } = await one(`"battery is low"`);
    assert.deepEqual([spacecraft, apid, severity, level], ["perigee-1", "17", "critical", "critical"]);
  });

  it("have a level where they say one, in the words of klog, logfmt, numbers or plain text", async () => {
    const levels = [
      [`E1127 21:30:00.123456       1 controller.go:12] "failed" err="gone"`, "error"],
      [`time="2026-11-27T10:00:00Z" level=warning msg="disk is nearly full"`, "warning"],
      ["[ERROR] plugin/errors: 2 shop.example. A: read udp", "error"],
      ["2026-11-27 10:00:00,123 INFO started in 3 s", "info"],
      ["2026-11-27 10:00:00,000 - util.py[DEBUG]: Cloud-init", "debug"],
      [`{"level":30,"msg":"numbered level"}`, "info"],
      [`{"severity":"critical","message":"named otherwise"}`, "critical"],
      ["nothing about errors here", undefined],
    ] as const;
    const pod = { ...shop, container: "levels" };
    await rig.log(
      pod,
      levels.map(([line]) => line),
    );
    const found = await rig.await(`container:="levels"`, levels.length);
    const known = new Map(found.map(({ _msg, level }) => [_msg, level]));
    for (const [line, level] of levels) {
      const message = line.startsWith("{") ? (/"(?:msg|message)":"([^"]*)"/.exec(line)?.[1] ?? "") : line;
      assert.ok(known.has(message), message);
      assert.equal(known.get(message), level, line);
    }
  });

  it("keep a trace together, and what the other stream says between its lines apart", async () => {
    const pod = { ...shop, container: "trace" };
    await rig.log(pod, ["java.lang.IllegalStateException: boom", "\tat shop.Order(Order.java:1)"], "stderr");
    await rig.log(pod, ["between"]);
    await rig.log(pod, ["Caused by: java.io.IOException", "\t... 3 more"], "stderr");
    const found = await rig.await(`container:="trace"`, 2);
    assert.deepEqual(found.map(({ _msg }) => _msg).toSorted(), [
      "between",
      "java.lang.IllegalStateException: boom\n\tat shop.Order(Order.java:1)\nCaused by: java.io.IOException\n\t... 3 more",
    ]);
  });

  it("join what the runtime has cut, at a space too", async () => {
    const pod = { ...shop, container: "cut" };
    const time = new Date().toISOString();
    await rig.write(rig.pathOf(pod), `${time} stdout P one \n${time} stdout P and \n${time} stdout F two\n`);
    assert.equal((await one(`container:="cut"`))["_msg"], "one and two");
  });

  it("are read to their end when the kubelet turns a file over, and none comes twice", async () => {
    const pod = { ...shop, container: "turned" };
    const lines = (from: number): string[] =>
      Array.from({ length: 500 }, (_, i) => `line ${from + i} of a file`);
    await rig.log(pod, lines(0));
    await rename(rig.pathOf(pod), `${rig.pathOf(pod)}.20261127-100000`);
    await rig.log(pod, lines(500));
    await rig.await(`container:="turned"`, 1000);
    const found = await rig.find(`container:="turned" | stats count() as all, count_uniq(_msg) as different`);
    assert.deepEqual(found, [{ all: "1000", different: "1000" }]);
  });

  it("have no secret in them, and are otherwise as they came", async () => {
    const pod = { ...shop, container: "secrets" };
    await rig.log(pod, [...secretLines.map(({ line }) => line), ...plainLines]);
    const records = await rig.await(`container:="secrets"`, secretLines.length + plainLines.length);
    const messages = records.map((record) => JSON.stringify(record));
    for (const { about, secret } of secretLines) {
      assert.ok(
        messages.every((each) => !each.includes(secret)),
        `${about}: ${messages.find((each) => each.includes(secret)) ?? ""}`,
      );
    }
    const plain = [...secretLines, ...plainLines.map((line) => ({ line }))].filter(
      ({ line }) => !/^\s*\{/.test(line),
    );
    const stored = new Set(records.map(({ _msg }) => _msg));
    for (const { line } of plain) assert.ok(stored.has(withoutSecrets(line)), withoutSecrets(line));
  });

  it("have who did what from the audit log, at its time, and the rules find it", async () => {
    const time = new Date().toISOString().replace("Z", "000Z");
    const entry = (user: string, more: object): string =>
      `${JSON.stringify({
        ...{ kind: "Event", auditID: "a1", stage: "ResponseComplete", verb: "get", user: { username: user } },
        ...{
          sourceIPs: ["192.0.2.7"],
          requestURI: "/api/v1/namespaces/prod/secrets/db",
          stageTimestamp: time,
        },
        ...{
          responseStatus: { code: 200 },
          objectRef: { resource: "secrets", namespace: "prod", name: "db" },
        },
        ...more,
      })}\n`;
    const exec = {
      ...{ verb: "create", stage: "ResponseStarted", responseStatus: { code: 101 } },
      objectRef: { resource: "pods", namespace: "prod", name: "web-1", subresource: "exec" },
    };
    await rig.write(
      "kubernetes/audit.log",
      [
        entry("alice", {}),
        entry("kubernetes-admin", {}),
        entry("system:serviceaccount:prod:operator", {}),
        entry("alice", exec),
        entry("alice", { ...exec, stage: "ResponseComplete" }),
        entry("bob", { ...exec, responseStatus: { code: 403 } }),
        ...["system:anonymous", "system:kube-scheduler"].flatMap((user) =>
          Array.from({ length: 31 }, () => entry(user, { responseStatus: { code: 403 } })),
        ),
      ].join(""),
    );
    await rig.await(`source:="audit"`, 68);
    const [alice] = await rig.find(`source:="audit" user:="alice" resource:="secrets"`);
    assert.ok(alice);
    assert.deepEqual(
      [
        alice["_msg"],
        alice["_time"],
        alice["objectNamespace"],
        alice["name"],
        alice["address"],
        alice["code"],
      ],
      [
        "alice get /api/v1/namespaces/prod/secrets/db",
        time.replace(/0*Z$/, "Z"),
        ...["prod", "db", "192.0.2.7", "200"],
      ],
    );

    await rig.log(
      { ...shop, container: "broken" },
      Array.from({ length: 6 }, (_, i) => `{"level":"error","message":"no ${i}"}`),
    );
    await rig.await(`container:="broken"`, 6);
    const { groups } = logRules({ runbookBaseUrl: undefined, errorsPerFiveMinutes: 5 });
    const found: Record<string, unknown> = {};
    for (const rule of groups.flatMap(({ rules }) => rules)) {
      if (!("alert" in rule)) continue;
      const results = await rig.stats(rule.expr);
      found[rule.alert] = results.map(({ labels, value }) => ({ ...labels, value }));
    }
    assert.deepEqual(found, {
      ContainerLogsErrors: [{ namespace: "shop", container: "broken", value: 6 }],
      SecretRead: [{ user: "alice", objectNamespace: "prod", value: 1 }],
      CommandInPod: [{ user: "alice", objectNamespace: "prod", name: "web-1", value: 1 }],
      ApiRequestsRefused: [{ user: "system:anonymous", address: "192.0.2.7", value: 31 }],
    });
  });

  it("are left out where they are older than what the store keeps", async () => {
    const pod = { ...shop, container: "old" };
    const days = (number: number): string => new Date(Date.now() - number * 86_400_000).toISOString();
    await rig.write(rig.pathOf(pod), `${days(3)} stdout F of long ago\n${days(1)} stdout F of yesterday\n`);
    await rig.await(`container:="old" _time:7d`, 1);
    const found = await rig.find(`container:="old" _time:7d`);
    assert.deepEqual(
      found.map(({ _msg }) => _msg),
      ["of yesterday"],
    );
  });

  it("of a key are one record without the key, in what cloud-init wrote too", async () => {
    const key = [
      "-----BEGIN EC PRIVATE KEY-----",
      "M".repeat(64),
      "N".repeat(40),
      "YWJj=",
      "-----END EC PRIVATE KEY-----",
    ];
    const pod = { ...shop, container: "key" };
    await rig.log(pod, key);
    await rig.write("cloud-init-output.log", `${key.join("\n")}\nready\n`);
    for (const query of [`container:="key"`, `unit:="cloud-init-output.log" "EC PRIVATE KEY"`]) {
      const [record, ...more] = await rig.await(query, 1);
      assert.match(record?.["_msg"] ?? "", /^-----BEGIN EC PRIVATE KEY-----\[redacted\]/);
      assert.deepEqual(more, []);
    }
    assert.deepEqual(await rig.find(`"${"M".repeat(64)}" or "${"N".repeat(40)}" or "YWJj"`), []);
  });

  it("are on a page for who has its login, and nobody writes there", async () => {
    const file = join(rig.folder, "password");
    await writeFile(file, "for-people");
    const port = await rig.startPage([
      ...readOnly,
      ...["-httpAuth.username=logs", `-httpAuth.password=file://${file}`],
    ]);
    const headers = { authorization: `Basic ${btoa("logs:for-people")}` };
    const ask = async (path: string, init: RequestInit = {}): Promise<number> =>
      (await fetch(`http://127.0.0.1:${port}${path}`, init)).status;
    const question = `/select/logsql/query?query=${encodeURIComponent(`"a plain line"`)}`;
    assert.equal(await ask(question), 401);
    assert.equal(await ask("/select/vmui/", { headers }), 200);
    const found = await (await fetch(`http://127.0.0.1:${port}${question}`, { headers })).text();
    assert.match(found, /a plain line/);
    const line = { method: "POST", headers, body: `{"_msg":"forged","source":"pod"}` };
    for (const path of [
      "/insert/jsonline",
      "/insert/elasticsearch/_bulk",
      "/internal/insert",
      "/delete/run_task?filter=*",
    ]) {
      assert.ok((await ask(path, line)) >= 400, path);
    }
    assert.deepEqual(await rig.find("forged"), []);
  });

  it("have no secret of a request's, in whatever part of it, and nothing that was written to the API", async () => {
    const token = `eyJhbGciOiJSUzI1NiJ9.eyJ${"e".repeat(40)}.${"s".repeat(40)}`;
    const entry = (more: object): string =>
      `${JSON.stringify({
        ...{ kind: "Event", apiVersion: "audit.k8s.io/v1", auditID: "s1", stage: "ResponseComplete" },
        ...{ requestURI: `/api/v1/namespaces/${token}/pods?token=hidden-in-the-uri`, verb: "list" },
        ...{ user: { username: `of ${token}` }, sourceIPs: ["192.0.2.9"], userAgent: `curl ${token}` },
        objectRef: { resource: token, namespace: token, name: token, subresource: token },
        ...{
          responseStatus: { metadata: {}, code: 201 },
          stageTimestamp: new Date().toISOString().replace("Z", "000Z"),
        },
        ...more,
      })}\n`;
    // What somebody writes to the API looks like an event's entry, and makes no event of its own entry.
    const forged = { objectRef: { resource: "events" }, responseStatus: { metadata: {}, code: 201 } };
    const event = {
      kind: "Event",
      message: token,
      reason: token,
      involvedObject: { kind: "Pod", name: token, namespace: token },
    };
    await rig.write(
      "kubernetes/audit-secrets.log",
      [
        entry({}),
        entry({
          objectRef: { resource: "widgets", name: "forged" },
          requestObject: forged,
          responseObject: event,
        }),
        entry({
          objectRef: { resource: "events", name: "e" },
          responseObject: { ...event, source: { component: token } },
        }),
      ].join(""),
    );
    await rig.await(`source:="audit" address:="192.0.2.9"`, 2);
    await rig.await(`source:="event" kind:="Pod" reason:="[redacted]"`, 1);
    assert.equal((await rig.find(`source:="audit" resource:="widgets" name:="forged"`)).length, 1);
    assert.deepEqual(await rig.find(`source:="event" name:="forged"`), []);
    const all = JSON.stringify(await rig.find(`source:in("audit","event") _time:10m`));
    for (const secret of [token, "hidden-in-the-uri"]) assert.ok(!all.includes(secret));
  });

  it("have Kubernetes' events, which the API server's audit log keeps, with what happened to which object", async function () {
    const kubectl = builtProgram("kubernetes-1.36", "kubectl");
    if (kubectl === undefined) {
      this.skip();
      return;
    }
    const [policy, kubeconfig] = [join(rig.folder, "policy.yaml"), join(rig.folder, "kubeconfig")];
    const audit = join(rig.folder, "log/kubernetes/audit-events.log");
    await mkdir(dirname(audit), { recursive: true });
    await writeFile(policy, auditPolicy);
    const server = await ApiServer.start([`--audit-policy-file=${policy}`, `--audit-log-path=${audit}`]);
    try {
      await writeFile(kubeconfig, server.kubeconfig, { mode: 0o600 });
      const as = async (...args: string[]): Promise<string> =>
        run(kubectl, ["--kubeconfig", kubeconfig, "-n", "default", ...args]);
      const create = async (name: string, object: object): Promise<string> => {
        const file = join(rig.folder, `${name}.json`);
        await writeFile(file, JSON.stringify({ metadata: { name, namespace: "default" }, ...object }));
        return as("create", "-f", file);
      };
      const about = (kind: string, name: string) => ({ apiVersion: "v1", kind, namespace: "default", name });
      await create("web-1.1", {
        ...{ apiVersion: "v1", kind: "Event", type: "Warning", reason: "BackOff", count: 1 },
        involvedObject: about("Pod", "web-1"),
        ...{
          message: "Back-off restarting web, password=hunter22secret",
          source: { component: "kubelet", host: "w1" },
        },
      });
      await as("patch", "event", "web-1.1", "-p", '{"count":7}');
      await create("web.2", {
        ...{
          apiVersion: "events.k8s.io/v1",
          kind: "Event",
          type: "Normal",
          reason: "Scaled",
          action: "Scale",
        },
        ...{
          regarding: about("Deployment", "web"),
          note: "Scaled up to 3",
          eventTime: "2026-11-27T09:30:15.000001Z",
        },
        ...{ reportingController: "autoscaler", reportingInstance: "autoscaler-1" },
      });
      await assert.rejects(
        create("elsewhere.3", {
          ...{ apiVersion: "v1", kind: "Event", reason: "Forged", message: "forged" },
          involvedObject: { ...about("Pod", "web-1"), namespace: "kube-system" },
        }),
      );
      await as("get", "events");
    } finally {
      await server.stop();
    }
    const [first, second] = await rig.await(`source:="event" pod:="web-1" | sort by (count)`, 2);
    const shown = ({ _msg, level, namespace, kind, name, reason, component, host, count }: LogRecord) => ({
      ...{ _msg, level, namespace, kind, name, reason, component, host, count },
    });
    assert.ok(first && second);
    assert.deepEqual(shown(second), {
      _msg: "Back-off restarting web, password=[redacted]",
      ...{ level: "warning", namespace: "default", kind: "Pod", name: "web-1", reason: "BackOff" },
      ...{ component: "kubelet", host: "w1", count: "7" },
    });
    assert.equal(first["count"], "1");
    const scaled = await one(`source:="event" reason:="Scaled"`);
    assert.deepEqual(shown(scaled), {
      ...{ _msg: "Scaled up to 3", level: "info", namespace: "default", kind: "Deployment", name: "web" },
      ...{ reason: "Scaled", component: "autoscaler", host: undefined, count: undefined },
    });
    assert.equal(scaled["pod"], undefined);
    // What was not taken is an entry about who tried; what was, is none, and no reading of events is.
    await rig.await(`source:="audit" resource:="events"`, 1);
    const entries = await rig.find(`source:="audit" resource:="events" | fields verb, code, user`);
    assert.deepEqual(
      entries.map(({ verb, code, user }) => [verb, code, user]),
      [["create", "422", "admin"]],
    );
  });

  it("wait on the disk while the store is down, and none is lost when the collector starts again meanwhile", async () => {
    const pod = { ...shop, container: "outage" };
    const lines = (from: number): string[] => Array.from({ length: 1000 }, (_, i) => `number ${from + i}`);
    await rig.stopStore();
    await rig.log(pod, lines(0));
    await new Promise((resolve) => setTimeout(resolve, 4000));
    await rig.stopCollector();
    await rig.log(pod, lines(1000));
    await rig.startCollector();
    await new Promise((resolve) => setTimeout(resolve, 3000));
    await rig.startStore();
    await rig.await(`container:="outage"`, 2000);
    const [counted] = await rig.find(`container:="outage" | stats count_uniq(_msg) as different`);
    assert.equal(counted?.["different"], "2000");
  });

  it("are read on where they were when the collector was killed", async () => {
    const pod = { ...shop, container: "killed" };
    const total = 3000;
    for (let i = 0; i < total; i += 100) {
      await rig.log(
        pod,
        Array.from({ length: 100 }, (_, j) => `number ${i + j}`),
      );
      if (i === 1500) {
        await rig.killCollector();
        await rig.startCollector();
      }
    }
    const until = Date.now() + 120_000;
    const different = async (): Promise<number> => {
      const [counted] = await rig.find(`container:="killed" | stats count_uniq(_msg) as different`);
      return Number(counted?.["different"] ?? 0);
    };
    // What the collector had read and not written down yet, a tenth of a second's lines, is gone.
    while ((await different()) < total - 100) {
      assert.ok(Date.now() < until, `${await different()} of ${total}`);
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  });
});
