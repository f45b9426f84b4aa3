import assert from "node:assert/strict";
import { parse } from "yaml";
import { operatorKubeconfig } from "../../../../infra/kubeadm/kubeconfig";
import { deploy, type Deployment } from "../../../support/infra/mocks";
import { small, threeZones } from "../../../support/infra/settingsExamples";

interface Step {
  readonly connection: { readonly host: string; readonly privateKey: string; readonly hostKey: string };
  readonly create: string;
  readonly delete?: string;
  readonly stdin: string;
  readonly triggers: readonly string[];
  readonly logging?: string;
  readonly addPreviousOutputInEnv: boolean;
}

function step({ resources }: Deployment, name: string): Step {
  const found = resources.find(
    (resource) => resource.name === name && resource.type === "command:remote:Command",
  );
  assert.ok(found !== undefined, `no step ${name}`);
  return found.inputs as unknown as Step;
}

/** Value of one shell variable that a step's input declares. */
function input({ stdin }: Step, name: string): string {
  const value = new RegExp(`^declare -r ${name}='([^']*)'$`, "m").exec(stdin)?.[1];
  assert.ok(value !== undefined, `no input ${name}`);
  return value;
}

describe("the steps that make a cluster", () => {
  let deployment: Deployment;
  before(async () => (deployment = await deploy(threeZones)));

  it("run where their work is: on the control plane, or on the worker", () => {
    const nodes = deployment.outputs.nodes as { name: string; publicIp: string }[];
    const host = (name: string): string => step(deployment, name).connection.host;
    const addressOf = (name: string): string | undefined =>
      nodes.find((node) => node.name === name)?.publicIp;
    for (const name of ["cluster-init", "cluster-network", "cluster-kubeconfig", "ground-default-2-admit"]) {
      assert.equal(host(name), addressOf("ground-control-plane-1"), name);
    }
    for (const name of ["ground-default-2-request", "ground-default-2-join"]) {
      assert.equal(host(name), addressOf("ground-default-2"), name);
    }
  });

  it("run anew for a new machine: a worker's own steps, with the machine that the work is about", () => {
    const control = "ground-control-plane-1-id";
    assert.deepEqual(step(deployment, "cluster-init").triggers, [control]);
    assert.deepEqual(step(deployment, "cluster-network").triggers, [control]);
    assert.deepEqual(step(deployment, "ground-default-2-request").triggers, ["ground-default-2-id"]);
    assert.deepEqual(step(deployment, "ground-default-2-admit").triggers, ["ground-default-2-id", control]);
    assert.deepEqual(step(deployment, "ground-default-2-join").triggers, ["ground-default-2-id"]);
    assert.deepEqual(step(deployment, "ground-default-2-keys").triggers, ["ground-default-2-id"]);
  });

  it("tell the kubelet which EC2 instance it runs on", () => {
    assert.equal(
      input(step(deployment, "cluster-init"), "PROVIDER_ID"),
      "aws:///eu-central-1a/ground-control-plane-1-id",
    );
    for (const which of ["admit", "join"]) {
      assert.equal(
        input(step(deployment, `ground-default-2-${which}`), "PROVIDER_ID"),
        "aws:///eu-central-1b/ground-default-2-id",
      );
    }
  });

  it("label every node with its region, zone and instance type, by which pods are spread", () => {
    const labels = (zone: string, type: string): string[] => [
      "topology.kubernetes.io/region=eu-central-1",
      `topology.kubernetes.io/zone=${zone}`,
      `node.kubernetes.io/instance-type=${type}`,
    ];
    const init = step(deployment, "cluster-init");
    const [region, zone, type] = labels("eu-central-1a", "t3.medium");
    assert.equal(input(init, "LABELS"), [region, zone, type].join("\n"));
    assert.ok(input(init, "KUBEADM_CONFIG").includes(`value: ${region},${zone}\n`));
    const worker = labels("eu-central-1b", "t3.large");
    assert.equal(input(step(deployment, "ground-default-2-admit"), "LABELS"), worker.join("\n"));
    const joining = input(step(deployment, "ground-default-2-join"), "KUBEADM_CONFIG");
    assert.ok(joining.includes(`value: ${worker.join(",")}\n`), joining);
  });

  it("hand the request to the control plane, and its certificate to the worker", () => {
    assert.equal(
      input(step(deployment, "ground-default-2-admit"), "REQUEST"),
      "stdout of ground-default-2-request",
    );
    const join = step(deployment, "ground-default-2-join");
    assert.equal(input(join, "CERTIFICATE"), "stdout of ground-default-2-admit");
    assert.equal(input(join, "CA_CERTIFICATE"), "stdout of cluster-init");
  });

  it("do something on removal only where a node has to be drained, or something runs by itself", () => {
    const steps = deployment.resources.filter(({ type }) => type === "command:remote:Command");
    const undone = steps.filter(({ inputs }) => inputs.delete !== undefined).map(({ name }) => name);
    assert.deepEqual(undone.sort(), [
      "ground-control-plane-1-backup",
      "ground-control-plane-1-certificates",
      "ground-default-1-admit",
      "ground-default-2-admit",
      "ground-default-3-admit",
    ]);
    assert.match(String(step(deployment, "ground-default-1-admit").delete), / bash -s -- leave \d+$/);
  });

  it("have a time limit, no script on the command line, and no output of a run before in their environment", () => {
    for (const { type, inputs } of deployment.resources) {
      if (type !== "command:remote:Command") continue;
      const { create, addPreviousOutputInEnv } = inputs as unknown as Step;
      assert.match(create, /^sudo timeout --kill-after=30s \d+s bash -s -- [a-z]+ \d+$/);
      assert.equal(addPreviousOutputInEnv, false);
    }
  });

  it("keep the connection's private key secret", () => {
    const steps = deployment.resources.filter(({ type }) => type === "command:remote:Command");
    for (const { name, secretInputs } of steps) assert.ok(secretInputs.includes("connection"), name);
  });

  it("log nothing of the one that prints a secret", () => {
    assert.equal(step(deployment, "cluster-kubeconfig").logging, "none");
  });

  it("tell the cluster each machine's own address, for which alone its kubelet gets a serving certificate", () => {
    const nodes = deployment.outputs.nodes as { name: string; privateIp: string }[];
    for (const { name, privateIp } of nodes) {
      const told = name.endsWith("control-plane-1") ? "cluster-init" : `${name}-admit`;
      assert.equal(input(step(deployment, told), "PRIVATE_IP"), privateIp);
    }
  });
});

describe("the steps of several control planes", () => {
  it("tell who admits one of them which machines the others are, by which a member of etcd is known to be gone", async () => {
    const deployment = await deploy({ ...threeZones, controlPlane: { count: 3 } });
    const nodes = deployment.outputs.nodes as { name: string; privateIp: string }[];
    const line = (number: number, zone: string): string => {
      const name = `ground-control-plane-${number}`;
      return `${nodes.find((node) => node.name === name)?.privateIp} aws:///eu-central-1${zone}/${name}-id ${name}`;
    };
    const admit = step(deployment, "ground-control-plane-2-admit");
    assert.equal(input(admit, "OTHERS"), [line(1, "a"), line(3, "c")].join("\n"));
  });
});

describe("limits that are settings", () => {
  it("reach the steps: time to drain, time to be Ready", async () => {
    const deployment = await deploy({ ...small, drainTimeoutSeconds: 77, readyTimeoutSeconds: 99 });
    const admit = step(deployment, "perigee-test-default-1-admit");
    assert.equal(input(admit, "DRAIN_TIMEOUT"), "77");
    assert.match(String(admit.delete), /timeout --kill-after=30s (\d+)s/);
    assert.ok(
      Number(/ (\d+)s bash/.exec(String(admit.delete))?.[1]) >= 77 + 60,
      "room for delete after the drain",
    );
    assert.equal(input(step(deployment, "perigee-test-default-1-join"), "READY_TIMEOUT"), "99");
    assert.equal(input(step(deployment, "cluster-network"), "READY_TIMEOUT"), "99");
  });
});

describe("stack 1's outputs", () => {
  it("are the contract's, and exactly the kubeconfig, the SSH key and the identity of the backups are secrets", async () => {
    const deployment = await deploy(small);
    assert.deepEqual(Object.keys(deployment.outputs).sort(), [
      "actingControlPlane",
      "apiServerUrl",
      "backup",
      "backupIdentity",
      "clusterName",
      "contractVersion",
      "keys",
      "kubeconfig",
      "kubeconfigRead",
      "kubernetesVersion",
      "nodes",
      "publishedHost",
      "publishedNodePorts",
      "sshPrivateKey",
    ]);
    assert.deepEqual([...deployment.secrets].sort(), ["backupIdentity", "kubeconfig", "sshPrivateKey"]);
    assert.equal(deployment.outputs.apiServerUrl, "https://203.0.113.10:6443");
    assert.equal(deployment.outputs.publishedHost, "203.0.113.10");
    assert.equal(deployment.outputs.clusterName, "perigee-test");
    const { privateKey } = step(deployment, "cluster-init").connection;
    assert.equal(deployment.outputs.sshPrivateKey, privateKey);
  });

  it("have a kubeconfig that an operator can use as it is", async () => {
    const { outputs } = await deploy(small);
    assert.deepEqual(parse(String(outputs.kubeconfig)), {
      apiVersion: "v1",
      kind: "Config",
      "current-context": "perigee-test",
      clusters: [
        {
          name: "perigee-test",
          cluster: {
            server: "https://203.0.113.10:6443",
            "certificate-authority-data": "Q0E=",
            "tls-server-name": "api.perigee-test.internal",
          },
        },
      ],
      users: [
        {
          name: "perigee-test-admin",
          user: { "client-certificate-data": "Q0VSVA==", "client-key-data": "S0VZ" },
        },
      ],
      contexts: [{ name: "perigee-test", context: { cluster: "perigee-test", user: "perigee-test-admin" } }],
    });
  });

  it("cannot be made of text that is no kubeconfig", () => {
    assert.throws(() =>
      operatorKubeconfig("clusters: []", {
        ...{ apiServerUrl: "https://203.0.113.10:6443", clusterName: "ground" },
        serverName: "api.ground.internal",
      }),
    );
  });
});
