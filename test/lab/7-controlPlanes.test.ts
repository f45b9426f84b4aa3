/** Control planes come, die and go, while a client asks through the balancer. */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import {
  clusterDns,
  engine,
  engineSucceeds,
  eventually,
  killMachine,
  kubectl,
  node,
  outputs,
  pool,
  ssh,
  worker,
} from "../support/lab/lab";
import { labLeftovers } from "../support/lab/leftovers";
import { query } from "../support/lab/prometheus";
import { followRunbook, runbook } from "../support/lab/runbook";
import { apiReader, type Silence, silenceText, watchSilence } from "../support/lab/silence";
import { workloadsSucceed } from "../support/lab/workloads";

const named = (number: number): string => `perigee-lab-control-plane-${number}`;
const three = [1, 2, 3].map(named);
const apiName = "api.perigee-lab.internal";
const settings = (count: number) => ({
  ...pool(1),
  availabilityZones: 3,
  controlPlane: { count, diskGiB: 20 },
});

/** Names of etcd's members that are started, and no others. */
async function members(of: string): Promise<string[]> {
  const pki = "/etc/kubernetes/pki/etcd";
  const said = await ssh(
    of,
    `crictl exec $(crictl ps --quiet --name '^etcd$') etcdctl --endpoints https://127.0.0.1:2379 --cacert ${pki}/ca.crt ` +
      `--cert ${pki}/server.crt --key ${pki}/server.key member list --write-out simple`,
  );
  return said
    .split("\n")
    .map((line) => line.split(", "))
    .map(([, state = "", name = "", , , learner = ""]) =>
      state === "started" && learner === "false" ? name : `${name}: ${state}, learner ${learner}`,
    )
    .sort();
}

async function whole(count: number): Promise<void> {
  await kubectl("wait", "node", "--all", "--for=condition=Ready", "--timeout=180s");
  const names = three.slice(0, count);
  assert.deepEqual(await members(named(1)), names);
  const nodes = await kubectl(
    ...["get", "nodes", "-l", "node-role.kubernetes.io/control-plane"],
    ...["-o", 'jsonpath={range .items[*]}{.metadata.name}{"\\n"}{end}'],
  );
  assert.deepEqual(nodes.split("\n").sort(), names);
  await clusterDns(180);
}

/** Its kubelet asks for one, which a control plane approves that lives. */
async function newServingCertificate(name: string): Promise<void> {
  const current = "/var/lib/kubelet/pki/kubelet-server-current.pem";
  await ssh(name, "rm -f /var/lib/kubelet/pki/kubelet-server-* && systemctl restart kubelet");
  await eventually(
    `a serving certificate of ${name}`,
    () =>
      ssh(name, `openssl x509 -noout -checkend 0 -in ${current}`).then(
        () => true,
        () => false,
      ),
    120,
  );
}

const clusterId = (): Promise<string> =>
  kubectl("get", "namespace", "kube-system", "-o", "jsonpath={.metadata.uid}");

/** When this pod of the first control plane started. */
const startOf = (pod: string): Promise<string> =>
  kubectl(
    ...["-n", "kube-system", "get", "pod", `${pod}-${named(1)}`],
    ...["-o", "jsonpath={.status.containerStatuses[0].state.running.startedAt}"],
  );

async function asking(work: () => Promise<void>): Promise<Silence> {
  const client = watchSilence(await apiReader((await outputs()).kubeconfig));
  try {
    await work();
  } finally {
    await sleep(2000);
  }
  return client.end();
}

function tell(what: string, silence: Silence): void {
  console.log(`      ${what}: ${silenceText(silence)}`);
}

describe("control planes that come and go @all", () => {
  after(async () => {
    await engineSucceeds("up");
    await workloadsSucceed("up"); // its provider has the address of before
  });

  it("begin with one, without a balancer", async () => {
    assert.match((await outputs()).apiServerUrl, /^https:\/\/203\.0\.113\.\d+:6443$/);
    await whole(1);
  });

  it("1 -> 3: the API answers all the time, and the kubeconfig is the balancer's", async () => {
    const started = await startOf("kube-apiserver");
    const silence = await asking(() => engineSucceeds("up", settings(3)).then(() => undefined));
    tell("1 -> 3, by the address of the one that was there", silence);
    assert.equal(await startOf("kube-apiserver"), started);
    assert.ok(silence.longestMs < 15_000, `${silence.longestMs} ms`); // that address is closed at the end
    assert.match(
      (await outputs()).apiServerUrl,
      /^https:\/\/network-api-\w+-\w+\.elb\.lab-local-1\.amazonaws\.com:6443$/,
    );
    await whole(3);
    await engineSucceeds("preview", settings(3), "--expect-no-changes");
    await workloadsSucceed("up"); // as the runbook says: its provider has the address of before
  });

  it("have the keys of one cluster, each its own certificate, and none of the keys lies in the state", async () => {
    const sums = await Promise.all(
      three.map((name) =>
        ssh(
          name,
          "cat /etc/kubernetes/pki/{ca.key,sa.key,front-proxy-ca.key,etcd/ca.key} /etc/kubernetes/perigee/encryption.yaml | sha256sum",
        ),
      ),
    );
    assert.equal(new Set(sums).size, 1);
    for (const name of three) {
      const said = await ssh(
        name,
        "openssl x509 -noout -ext subjectAltName -in /etc/kubernetes/pki/apiserver.crt",
      );
      assert.ok(said.includes(`DNS:${apiName}`) && said.includes((await node(name)).privateIp), said);
      assert.match(said, /DNS:network-api-\w+-\w+\.elb\.lab-local-1\.amazonaws\.com/);
    }
    const key = await ssh(named(1), "sed -n 2p /etc/kubernetes/pki/ca.key");
    const { stdout } = await engineSucceeds("preview", settings(3), "--show-sames");
    assert.ok(!stdout.includes(key));
  });

  it("are all scraped, and cluster DNS runs on more than one machine", async () => {
    for (const job of ["apiserver", "kube-etcd", "kube-scheduler", "kube-controller-manager"]) {
      await eventually(job, async () => (await query(`up{job="${job}"} == 1`)).length === 3, 300);
    }
    const where = await kubectl(
      ...["-n", "kube-system", "get", "pods", "-l", "k8s-app=kube-dns"],
      ...["-o", 'jsonpath={range .items[*]}{.spec.nodeName}{"\\n"}{end}'],
    );
    assert.ok(new Set(where.split("\n")).size > 1, where);
  });

  it("answer each other's names at home: a control plane asks its own API server", async () => {
    for (const name of three) {
      const own = (await node(name)).privateIp;
      assert.match(await ssh(name, `getent ahostsv4 ${apiName}`), new RegExp(`^${own} `));
    }
  });

  it("the first killed without notice in the middle of an up that adds a worker: the API answers, and the runbook makes it whole", async () => {
    const before = (await node(named(1))).instanceId;
    const more = { ...settings(3), ...pool(2) };
    const silence = await asking(async () => {
      const running = engine("up", more);
      await sleep(30_000);
      await killMachine(named(1));
      await running; // it may fail, and need not
    });
    tell("the first of three killed, in the middle of an up", silence);
    assert.ok(silence.longestMs < 15_000, `${silence.longestMs} ms`);
    await newServingCertificate(worker);
    await followRunbook("replace-control-plane", more);
    assert.notEqual((await node(named(1))).instanceId, before);
    await whole(3);
    await engineSucceeds("preview", more, "--expect-no-changes");
    await engineSucceeds("up", settings(3));
  });

  it("two of three killed: the cluster comes back from its last backup by the runbook, to stack 2 as the same one", async () => {
    const uid = await clusterId();
    await kubectl("-n", "default", "create", "configmap", "kept", "--from-literal=word=apogee");
    await ssh(named(2), await runbook("backup-now"));
    await killMachine(named(1));
    await killMachine(named(2));
    await assert.rejects(kubectl("get", "nodes"), "without a majority nothing answers");
    await ssh(named(3), await runbook("set-aside-the-rest"));
    await followRunbook("restore-latest", settings(3));
    await whole(3);
    assert.equal(await clusterId(), uid);
    const word = await kubectl("-n", "default", "get", "configmap", "kept", "-o", "jsonpath={.data.word}");
    assert.equal(word, "apogee");
    await engineSucceeds("preview", settings(3), "--expect-no-changes");
    await workloadsSucceed("preview", {}, "--expect-no-changes");
  });

  it("3 -> 1: one leaves after the other, and the one that stays has the cluster", async () => {
    const uid = await clusterId();
    const silence = await asking(() => engineSucceeds("up", settings(1)).then(() => undefined));
    tell("3 -> 1, through the balancer until it goes", silence);
    assert.ok(silence.longestMs < 15_000, `${silence.longestMs} ms`); // it goes at the end
    await whole(1);
    assert.equal(await clusterId(), uid);
    await engineSucceeds("preview", settings(1), "--expect-no-changes");
    assert.deepEqual(
      (await labLeftovers()).filter((one) => /balancer|\/etc\/hosts/.test(one)),
      [],
    );
  });
});
