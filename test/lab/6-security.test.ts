/** Who reaches what, and what can be read where. The table is infra/network/trafficRules.ts, nothing else. */
import { strict as assert } from "node:assert";
import { type NodeOutput, nodePorts } from "../../contract/outputs";
import { deriveSshKeyPair } from "../../infra/machines/sshKeys";
import { type Peer, portRange, trafficRules } from "../../infra/network/trafficRules";
import { echoOn, reaches } from "../support/lab/echo";
import { dialWithHostKey } from "../support/lab/hostKey";
import { apply, controlPlane, kubectl, node, ssh, worker } from "../support/lab/lab";
import { dial, makeStranger, type Stranger } from "../support/lab/stranger";

/** Ports on which something listens on a control plane; on a worker the first three. */
const listening = {
  worker: [22, 10249, 10250],
  controlPlane: [22, 10249, 10250, 2379, 2380, 2381, 6443, 10257, 10259],
};

describe("traffic", () => {
  let stranger: Stranger;
  let target: NodeOutput;
  let other: NodeOutput;

  before(async () => {
    stranger = await makeStranger();
    target = await node(controlPlane);
    other = await node(worker);
    await apply(echoOn("probe", worker));
    await kubectl("wait", "pod/probe", "--for=condition=Ready", "--timeout=120s");
  });
  after(async () => {
    await stranger.remove();
    await kubectl("delete", "pod/probe", "--ignore-not-found", "--wait=false");
  });

  it("from the worker reaches on the control plane exactly what the table says", async () => {
    await eachPort(listening.controlPlane, async (port) => {
      const open = await ssh(worker, dial(target.privateIp, port)).then(succeeded, failed);
      assert.equal(open, admitted(port, ["node"], "control-plane"), `port ${port}`);
    });
  });

  it("from the control plane reaches on the worker exactly what the table says", async () => {
    await eachPort(listening.worker, async (port) => {
      const open = await ssh(controlPlane, dial(other.privateIp, port)).then(succeeded, failed);
      assert.equal(open, admitted(port, ["node", "control-plane"], "worker"), `port ${port}`);
    });
  });

  it("from a pod reaches on the control plane no more than its node", async () => {
    await eachPort(listening.controlPlane, async (port) => {
      const open = await reaches("probe", `${target.privateIp}:${port}`);
      assert.equal(open, admitted(port, ["node"], "control-plane"), `port ${port}`);
    });
  });

  it("from a stranger outside adminCidrs reaches nothing", async () => {
    const published = [30081, ...Object.values(nodePorts).map(({ port }) => port)];
    const machines = [
      { machine: target, ports: [...listening.controlPlane, ...published] },
      { machine: other, ports: [...listening.worker, ...published] },
    ];
    for (const { machine, ports } of machines) {
      for (const address of [machine.publicIp, machine.privateIp]) {
        await eachPort(ports, async (port) => {
          const open = await stranger.run("sh", ["-c", dial(address, port)]).then(succeeded, failed);
          assert.equal(open, false, `${address}:${port}`);
        });
      }
    }
  });

  it("does not reach a machine that shows another host key", async () => {
    const foreign = deriveSshKeyPair(Buffer.alloc(32, 1).toString("base64"), "host/other", "other");
    const message = await dialWithHostKey(foreign.public);
    assert.match(message, /host key/i);
  });
});

describe("a machine's metadata", () => {
  const url = "http://169.254.169.254/latest";
  const life = "X-aws-ec2-metadata-token-ttl-seconds: 60";
  const read = (path: string): string =>
    `curl -sf --max-time 5 -H "X-aws-ec2-metadata-token: $(curl -sf --max-time 5 -X PUT -H '${life}' ${url}/api/token)" ${url}/${path}`;

  before(() => apply(echoOn("asks", worker)));
  after(() => kubectl("delete", "pod/asks", "--ignore-not-found", "--wait=false"));

  it("is read on the machine itself, and is that machine's", async () => {
    for (const name of [controlPlane, worker]) {
      assert.equal(await ssh(name, read("meta-data/instance-id")), (await node(name)).instanceId);
      const mac = await ssh(name, "cat /sys/class/net/eth0/address");
      assert.equal(await ssh(name, read("meta-data/mac")), mac);
    }
    const role = await ssh(worker, read("meta-data/iam/security-credentials/"));
    const credentials = await ssh(worker, read(`meta-data/iam/security-credentials/${role}`));
    assert.match(credentials, /"AccessKeyId": "ASIA[A-Z2-7]{16}"/);
  });

  it("is not read without a session token", async () => {
    const status = `curl -s -o /dev/null -w '%{http_code}' ${url}/meta-data/instance-id`;
    assert.equal(await ssh(worker, status), "401");
  });

  it("is not read by a pod, whose answers end on its machine", async () => {
    await kubectl("wait", "pod/asks", "--for=condition=Ready", "--timeout=120s");
    assert.equal(await reaches("asks", "169.254.169.254:80"), false);
  });
});

describe("secrets and traces", () => {
  it("are ciphertext in etcd", async () => {
    await kubectl("create", "secret", "generic", "at-rest", "--from-literal=word=plainly-readable");
    const raw = await ssh(
      controlPlane,
      `kubectl --kubeconfig /etc/kubernetes/admin.conf -n kube-system exec etcd-${controlPlane} -- etcdctl` +
        " --cacert /etc/kubernetes/pki/etcd/ca.crt --cert /etc/kubernetes/pki/etcd/server.crt" +
        " --key /etc/kubernetes/pki/etcd/server.key get /registry/secrets/default/at-rest | base64 -w0",
    );
    const bytes = Buffer.from(raw, "base64").toString("latin1");
    assert.match(bytes, /k8s:enc:secretbox:v1:first:/);
    assert.doesNotMatch(bytes, /plainly-readable/);
  });

  it("are in the audit log, without their content", async () => {
    const entries = await ssh(controlPlane, 'grep \'"name":"at-rest"\' /var/log/kubernetes/audit.log');
    assert.match(entries, /"verb":"create"/);
    assert.doesNotMatch(entries, /plainly-readable|cGxhaW5seS1yZWFkYWJsZQ/);
    await kubectl("delete", "secret", "at-rest");
  });

  it("include no bootstrap token", async () => {
    const tokens = await kubectl(
      "-n",
      "kube-system",
      "get",
      "secrets",
      "--field-selector",
      "type=bootstrap.kubernetes.io/token",
      "-o",
      "name",
    );
    assert.equal(tokens, "");
  });

  it("are on no process list and in no user data of the machines", async () => {
    for (const name of [controlPlane, worker]) {
      assert.doesNotMatch(await ssh(name, "ps -eo args"), /BEGIN [A-Z ]*PRIVATE KEY|client-key-data/);
      const userData = await ssh(name, "cat /var/lib/cloud/instance/user-data.txt");
      assert.doesNotMatch(userData, /token|client-key-data|BEGIN (RSA|EC) PRIVATE KEY|secretbox/);
    }
  });
});

/** Asks for all ports at once: a port that is dropped answers by silence, and silence takes its time. */
async function eachPort(ports: readonly number[], ask: (port: number) => Promise<void>): Promise<void> {
  await Promise.all(ports.map(ask));
}

/** Whether the table admits this flow. */
function admitted(port: number, from: readonly Peer[], to: "control-plane" | "worker"): boolean {
  return trafficRules().some((rule) => {
    const [first, last] = portRange(rule);
    const there = rule.to === "node" || to === "control-plane";
    return (
      rule.protocol === "tcp" &&
      there &&
      port >= first &&
      port <= last &&
      rule.from.some((peer) => from.includes(peer))
    );
  });
}

const succeeded = (): boolean => true;
const failed = (): boolean => false;
