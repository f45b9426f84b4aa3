import assert from "node:assert/strict";
import { mkdirSync, readdirSync } from "node:fs";
import fc from "fast-check";
import { stepInput } from "../../../../infra/kubeadm/step";
import { filesOfVersion, machineFileLines } from "../../../support/infra/machineFiles";
import { bootedMachine, MachineRoot, type ScriptRunResult } from "../../../support/infra/scriptRun";

const inputs = (key: number) => ({
  NODE_NAME: "n",
  KUBERNETES_VERSION: "1.36.3",
  API_NAME: "api.ground.internal",
  PRIVATE_IP: "10.0.1.10",
  KUBEADM_CONFIG: "kind: ClusterConfiguration\npodSubnet: 10.244.0.0/16\n",
  AUDIT_POLICY: "kind: Policy",
  PROVIDER_ID: "aws:///eu-central-1a/i-1",
  DISK_GIB: "10",
  LABELS: "a=b",
  SECRETS_KEY: String(key),
  MACHINE_FILES: machineFileLines(filesOfVersion("1.36.3")),
});

const file = "/etc/kubernetes/perigee/encryption.yaml";

/** How many moments a rotation of two Secrets has. */
const moments = 15;

/** A run that is killed at a certain one of these moments: before and after everything that changes something. */
const moment = `
  moment() {
    local passed=$(($(cat /var/moments 2>/dev/null || echo 0) + 1))
    echo "$passed" >/var/moments
    if [ "$passed" = "$(cat /var/kill-at 2>/dev/null)" ]; then kill -KILL "$(cat /var/step)"; exit 1; fi
  }`;

const keysOf = (path: string) => `grep -oE '[{]name: [^{}]+[}]' ${path}`;

/** An API server that reads its keys when it starts, a moment after its manifest, and a folder that stands for etcd. */
const programs = {
  ...bootedMachine,
  getent: 'echo "10.0.1.10 STREAM api.ground.internal"',
  sync: "",
  mv: `${moment}; moment; /bin/mv "$@"; moment`,
  kubeadm: `${moment}
    start() {
      mkdir -p /etc/kubernetes/pki /etc/kubernetes/manifests; echo ca >/etc/kubernetes/pki/ca.crt
      cp /etc/perigee/patches/kube-apiserver0+strategic.yaml /etc/kubernetes/manifests/kube-apiserver.yaml
    }
    serve() { cp /etc/kubernetes/manifests/kube-apiserver.yaml /var/serving; cp ${file} /var/keys; }
    case "$*" in
      init\\ --skip*) start; serve ;;
      *"control-plane apiserver"*) moment; start; moment ;;
    esac`,
  kubectl: `${moment}
    case "$*" in
      */version*) echo '"gitVersion": "v1.36.3"' ;;
      *kubeadm-config*) echo '  podSubnet: 10.244.0.0/16' ;;
      *"get pod kube-apiserver-n"*)
        echo "$(sed 's/.*: "//; s/".*//' /var/serving) True"
        cp /etc/kubernetes/manifests/kube-apiserver.yaml /var/serving; cp ${file} /var/keys ;;
      *"get namespaces"*) [ ! -e /var/no-namespaces ] || exit 1; echo "default empty kube-system" ;;
      *"annotate secrets --all perigee.dev/none-")
        moment
        for secret in /var/etcd/$2/*; do
          [ -e "$secret" ] || continue
          ${keysOf("/var/keys")} | grep -qxF "$(cat "$secret")" || { echo "Error from server: cannot decrypt $secret" >&2; exit 1; }
          ${keysOf("/var/keys")} | head -n 1 >"$secret"
          moment
        done
        if [ -e /var/refused ]; then cat /var/refused >&2; exit "$(cat /var/status)"; fi ;;
    esac`,
};

/** A machine that is prepared for Kubernetes. */
const machine = () =>
  new MachineRoot()
    .write("/opt/perigee/prepare.sh", "#!/bin/sh\n", 0o755)
    .write("/var/lib/perigee/prepared-1.36.3", "");

describe("the encryption key for Secrets", function () {
  this.timeout(60_000);
  let root: MachineRoot;
  beforeEach(() => (root = machine()));
  afterEach(() => root.remove());

  function init(key: number, killAt?: number): ScriptRunResult {
    root.write("/var/moments", "0").write("/var/kill-at", String(killAt ?? ""));
    const script = `echo $$ >${root.at("/var/step")}\n${stepInput("init", inputs(key))}`;
    return root.run(script, { arguments: ["init", "3600"], programs });
  }
  function done(key: number): ScriptRunResult {
    const run = init(key);
    assert.equal(run.status, 0, run.stderr);
    return run;
  }

  const keys = (path = file): string[] => root.read(path).match(/\{name: [^{}]+\}/g) ?? [];
  const names = (path = file): string[] => keys(path).map((key) => /name: (\w+)/.exec(key)?.[1] ?? "");
  const secrets = (): string[] =>
    ["default", "kube-system"].flatMap((namespace) =>
      readdirSync(root.at(`/var/etcd/${namespace}`)).map((name) =>
        root.read(`/var/etcd/${namespace}/${name}`).trim(),
      ),
    );
  /** Somebody makes a Secret: the server that runs encrypts it with the first of its keys. */
  const make = (namespace: string, name: string) =>
    root.write(`/var/etcd/${namespace}/${name}`, keys("/var/keys")[0] ?? "");
  const restarts = ({ calls }: ScriptRunResult): number =>
    calls.filter((call) => call.includes("control-plane apiserver")).length;

  /** A cluster that has this key, and two Secrets. */
  function cluster(key = 1): void {
    done(key);
    make("default", "one");
    make("kube-system", "two");
    mkdirSync(root.at("/var/etcd/empty"));
  }
  function rotated(name: string): void {
    assert.deepEqual(names(), [name]);
    assert.deepEqual(names("/var/keys"), [name], "the server runs with it alone");
    assert.deepEqual([...new Set(secrets())], keys());
  }

  it("is named by its number, the first one as ever, and stays while its number does", () => {
    cluster();
    const before = root.read(file);
    assert.match(before, /^ {6}- secretbox: \{keys: \[\{name: first, secret: [\w+/]{43}=\}\]\}$/m);
    assert.equal(restarts(done(1)), 0);
    assert.equal(root.read(file), before);
  });

  it("of a new cluster has the number that the settings ask for", () => {
    cluster(4);
    assert.deepEqual(names(), ["key4"]);
    assert.equal(restarts(done(4)), 0);
  });

  it("is rotated: every Secret encrypted with the new one, and the former one gone", () => {
    cluster();
    const [former] = keys();
    const run = done(2);
    rotated("key2");
    assert.ok(former !== undefined && !root.read(file).includes(former));
    assert.equal(restarts(run), 2);
    assert.equal(restarts(done(2)), 0);
    done(3);
    rotated("key3");
  });

  it("is read by the server before a Secret is encrypted with it, and dropped after all of them are", () => {
    cluster();
    const { calls } = done(2);
    const order = calls.flatMap(
      (call) => /control-plane apiserver|get pod kube-apiserver|annotate secrets/.exec(call)?.[0] ?? [],
    );
    const restart = ["control-plane apiserver", "get pod kube-apiserver", "get pod kube-apiserver"];
    assert.deepEqual(order, [...restart, ...Array<string>(3).fill("annotate secrets"), ...restart]);
  });

  it("is in no output, and in no argument of a program", () => {
    cluster();
    const [former = ""] = keys();
    const { stdout, stderr, calls } = done(2);
    for (const key of [former, keys()[0] ?? ""]) {
      const secret = /secret: (.*)\}/.exec(key)?.[1] ?? "";
      assert.ok(secret.length > 40);
      for (const place of [stdout, stderr, ...calls]) assert.ok(!place.includes(secret));
    }
  });

  it("goes on where it was interrupted, however often: nothing is lost, and one key remains", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: moments }), { minLength: 1, maxLength: 3 }), (kills) => {
        root.remove();
        root = machine();
        cluster();
        for (const [index, killAt] of kills.entries()) {
          const { status } = init(2, killAt);
          assert.ok(index > 0 || status === null, "it was killed");
          make("default", `later-${index}`);
          const known = keys();
          for (const used of secrets()) assert.ok(known.includes(used), "its key is in the file");
        }
        done(2);
        rotated("key2");
      }),
      { numRuns: 10, examples: [[[2]], [[5]], [[9]], [[moments]]] },
    );
  });

  it("takes a Secret that was deleted or changed meanwhile for done", () => {
    cluster();
    const said = [
      'Error from server (NotFound): secrets "x" not found',
      'Error from server (Conflict): Operation cannot be fulfilled on secrets "y": the object has been modified',
    ];
    root.write("/var/refused", `${said.join("\n")}\n`).write("/var/status", "1");
    done(2);
    rotated("key2");
  });

  for (const [what, status, words] of [
    [
      "a webhook refuses a Secret",
      1,
      'Error from server (NotFound): gone\nadmission webhook "x" denied it\n',
    ],
    ["kubectl was killed", 137, 'Error from server (NotFound): secrets "x" not found\n'],
    ["kubectl fails without a word", 1, ""],
  ] as const) {
    it(`keeps the former one where ${what}, and goes on the next time`, () => {
      cluster();
      root.write("/var/refused", words).write("/var/status", String(status));
      const refused = init(2);
      assert.equal(refused.status, 1);
      assert.match(refused.stderr, /^the Secrets of default could not be encrypted with the new key: /m);
      assert.deepEqual(names(), ["key2", "first"]);
      root.write("/var/refused", "").write("/var/status", "0");
      done(2);
      rotated("key2");
    });
  }

  it("keeps the former one where the namespaces cannot be listed", () => {
    cluster();
    root.write("/var/no-namespaces", "");
    assert.equal(init(2).status, 1);
    assert.deepEqual(names(), ["key2", "first"]);
  });

  it("is not gone back to, neither after a rotation nor during one", () => {
    cluster();
    init(3, 9);
    for (const key of [1, 2]) {
      const before = root.read(file);
      const refused = init(key);
      assert.equal(refused.status, 1);
      assert.match(
        refused.stderr,
        new RegExp(`has the number 3, .* ask for ${key}: .* Set keys\\.secrets to 3$`, "m"),
      );
      assert.equal(root.read(file), before);
    }
    done(3);
    rotated("key3");
    assert.equal(init(2).status, 1);
  });

  it("is left alone where somebody wrote the file by hand, and refused a rotation", () => {
    cluster();
    const own = root
      .read(file)
      .replace("- identity", "- aescbc: {keys: [{name: mine, secret: eA==}]}\n      - identity");
    root.write(file, own);
    done(1);
    const refused = init(2);
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /encryption\.yaml on this machine is not as Perigee wrote it/);
    assert.equal(root.read(file), own);
  });
});
