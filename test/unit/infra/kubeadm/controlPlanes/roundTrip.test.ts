import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { stepInput } from "../../../../../infra/kubeadm/step";
import { filesOfVersion, machineFileLines } from "../../../../support/infra/machineFiles";
import { bootedMachine, MachineRoot, type ScriptRunResult } from "../../../../support/infra/scriptRun";
import { onPath } from "../../../../support/infra/tools";
import { etcdPrograms, member, writeMembers } from "./etcd";

const node = "ground-control-plane-2";
const paths = [
  ...[
    "pki/ca.crt",
    "pki/ca.key",
    "pki/sa.pub",
    "pki/sa.key",
    "pki/front-proxy-ca.crt",
    "pki/front-proxy-ca.key",
  ],
  ...["pki/etcd/ca.crt", "pki/etcd/ca.key", "perigee/encryption.yaml"],
];

const version = `case "$*" in *kubeadm-config*) echo "kubernetesVersion: v1.36.3" ;; esac`;

/** Two machines, the real openssl, tar and age between them: the keys of a cluster reach a new control plane. */
describe("the keys of a cluster", function () {
  let [there, fresh] = [new MachineRoot(), new MachineRoot()];
  before(function () {
    if (!onPath("age") || !onPath("age-keygen")) this.skip();
  });
  beforeEach(() => {
    [there, fresh] = [new MachineRoot(), new MachineRoot()];
    for (const path of paths) there.write(`/etc/kubernetes/${path}`, `the cluster's ${path}\n`);
    there.write("/etc/kubernetes/perigee/encryption.yaml", "keys: [{name: first, secret: c2VjcmV0}]\n");
    for (const root of [there, fresh]) {
      root.write("/opt/perigee/prepare.sh", "#!/bin/sh\n", 0o755).write("/var/lib/perigee/prepared", "");
      root.write("/etc/perigee/images", "registry.k8s.io/etcd:3.6.8-0\n").write("/etc/hosts", "");
      writeMembers(root, [member(1)]);
    }
  });
  afterEach(() => [there, fresh].forEach((root) => root.remove()));

  const succeeded = (said: ScriptRunResult): ScriptRunResult => {
    assert.equal(said.status, 0, said.stderr);
    return said;
  };
  const request = (): string =>
    succeeded(
      fresh.run(stepInput("../controlPlanes/request", { NODE_NAME: node }), {
        arguments: ["request", "600"],
        programs: { "cloud-init": "" },
      }),
    ).stdout;
  const admit = (asked: string): string =>
    succeeded(
      there.run(
        stepInput("../controlPlanes/member", {
          ...{
            NODE_NAME: node,
            PROVIDER_ID: "aws:///z/i-2",
            PRIVATE_IP: "10.0.2.10",
          },
          REQUEST: asked.replace(/^age1.*$/m, "").trim(),
          RECIPIENT: /^age1\w+$/m.exec(asked)?.[0] ?? "",
        }),
        {
          arguments: ["admit-control-plane", "600"],
          programs: {
            ...etcdPrograms,
            kubectl: `case "$*" in
              *status.certificate*) printf -- '-----BEGIN CERTIFICATE-----\\nsigned\\n-----END CERTIFICATE-----\\n' | base64 ;;
            esac`,
          },
        },
      ),
    ).stdout;
  const joinWith = (admission: string): ScriptRunResult =>
    fresh.run(
      stepInput("init", {
        ...{ NODE_NAME: node, KUBERNETES_VERSION: "1.36.3", API_NAME: "api.ground.internal" },
        ...{
          PRIVATE_IP: "10.0.2.10",
          KUBEADM_CONFIG: "a: b\n",
          AUDIT_POLICY: "x",
          PROVIDER_ID: "aws:///z/i-2",
        },
        ...{ DISK_GIB: "10", SECRETS_KEY: "1", LABELS: "a=b", CONTROL_PLANES: node, PEERS: "10.0.1.10" },
        MACHINE_FILES: machineFileLines(filesOfVersion("1.36.3")),
        ...{ ADMISSION: admission, JOIN_CONFIG: "kind: JoinConfiguration\n", LATER: "yes" },
      }),
      {
        arguments: ["init", "3600"],
        programs: { ...bootedMachine, ...etcdPrograms, getent: "", kubeadm: "", kubectl: version },
      },
    );

  it("reach a new control plane whole, and lie in clear nowhere on the way", () => {
    const admission = admit(request());
    succeeded(joinWith(admission));
    for (const path of paths) {
      assert.equal(fresh.read(`/etc/kubernetes/${path}`), there.read(`/etc/kubernetes/${path}`), path);
      assert.ok(!admission.includes(`the cluster's ${path}`));
      assert.ok(!Buffer.from(admission, "base64").includes(`the cluster's ${path}`));
    }
    assert.match(admission, /-----BEGIN AGE ENCRYPTED FILE-----/);
  });

  it("open for nobody else: not for a machine that asked with another key", () => {
    const admission = admit(request());
    fresh.remove();
    fresh = new MachineRoot();
    fresh.write("/opt/perigee/prepare.sh", "#!/bin/sh\n", 0o755).write("/var/lib/perigee/prepared", "");
    fresh.write("/etc/hosts", "");
    request();
    const refused = joinWith(admission);
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /were not encrypted for this machine \(age: error: no identity matched/);
    assert.ok(!fresh.has("/etc/kubernetes/pki/ca.key"));
  });

  it("are the same answer to the same request, so that a second up changes nothing", () => {
    const asked = request();
    assert.equal(request(), asked);
    assert.equal(admit(asked), admit(asked));
    const folder = there.at("/var/lib/perigee/admitted");
    const kept = readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"));
    assert.deepEqual([kept.length, kept.filter((text) => text.includes("the cluster's"))], [1, []]);
  });
});
