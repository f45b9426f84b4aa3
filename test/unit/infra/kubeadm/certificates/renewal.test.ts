import assert from "node:assert/strict";
import { rmSync, statSync, utimesSync } from "node:fs";
import { stepInput } from "../../../../../infra/kubeadm/step";
import { nodeScript } from "../../../../../infra/kubeadm/upkeep";
import { type KeyPair, keyPair, kubeconfigOf } from "../../../../support/infra/keyPairs";
import { MachineRoot, type ScriptRunResult } from "../../../../support/infra/scriptRun";

const node = "ground-control-plane-1";
const minutes = (count: number): Date => new Date(Date.now() + count * 60_000);
const seconds = (time: Date): number => Math.floor(time.getTime() / 1000);

/** Nobody waits for minutes here. */
const script = nodeScript("kubeadm/certificates/certificates.sh").replaceAll(/wait_for \d+ /g, "wait_for 1 ");

const files: Readonly<Record<string, string>> = {
  apiserver: "pki/apiserver",
  "apiserver-etcd-client": "pki/apiserver-etcd-client",
  "apiserver-kubelet-client": "pki/apiserver-kubelet-client",
  "etcd-healthcheck-client": "pki/etcd/healthcheck-client",
  "etcd-peer": "pki/etcd/peer",
  "etcd-server": "pki/etcd/server",
  "front-proxy-client": "pki/front-proxy-client",
};
const kubeconfigs = ["admin.conf", "controller-manager.conf", "scheduler.conf", "super-admin.conf"];
const others = ["ca", "etcd-ca", "front-proxy-ca", "kubelet.conf", "kubelet-serving"];
const pods = ["kube-controller-manager", "kube-scheduler"];

const programs = {
  hostname: `echo ${node}`,
  sleep: "",
  // As the real one, without a cluster: it writes what it was asked for, here from /var/renewed.
  kubeadm: `
    flock --nonblock /run/perigee-${node}.lock true && touch /var/unlocked
    [ ! -e /var/broken ] || [[ " $* " != *" $(cat /var/broken) "* ]] || { echo "kubeadm: no such luck" >&2; exit 1; }
    conf() { cp /var/renewed.conf "/etc/kubernetes/$1"; }
    pair() { for kind in crt key; do cp "/var/renewed.$kind" "/etc/kubernetes/pki/\${1/#etcd-/etcd/}.$kind"; done; }
    case "$1 $2 $3" in
      "certs renew "*.conf) conf "$3" ;;
      "certs renew "*) pair "$3" ;;
      "init phase kubeconfig") conf "$4.conf" ;;
      "init phase certs") pair "$4" ;;
    esac`,
  // The API, and a kubelet that starts a pod again when the annotation in its manifest is another one.
  kubectl: `
    case "$*" in
      *readyz*) [ ! -e /var/no-api ] ;;
      "annotate --local "*)
        value=\${6#*=}
        sed "s/^  annotations:.*/&\\n    perigee.dev\\/certificates: \\"$value\\"/" "$5" ;;
      *"get pod "*)
        [ ! -e /var/no-api ] || exit 1
        pod=\${7%-${node}}
        wanted=$(grep -s certificates: "/etc/kubernetes/manifests/$pod.yaml")
        if [ "$wanted" != "$(cat "/var/seen-$pod" 2>/dev/null)" ]; then
          echo "$wanted" >"/var/seen-$pod"; exit # it does not run for a moment
        elif [ -n "$wanted" ]; then
          date --utc --date "5 seconds" +%FT%TZ >"/var/started-$pod"
        fi
        started=$(cat "/var/started-$pod")
        case "$*" in *Ready*) echo "True $started" ;; *) echo "$started" ;; esac ;;
    esac`,
};

describe("the certificates of a control plane", function () {
  this.timeout(30_000);
  let root: MachineRoot;
  let fresh: KeyPair;
  let due: KeyPair;
  let renewed: KeyPair;
  const [freshEnd, dueEnd, renewedEnd] = [minutes(61), minutes(29), minutes(90)];

  before(() => {
    fresh = keyPair(minutes(-29), freshEnd);
    due = keyPair(minutes(-61), dueEnd);
    renewed = keyPair(minutes(0), renewedEnd);
  });

  beforeEach(() => {
    root = new MachineRoot();
    for (const name of [...Object.keys(files), ...kubeconfigs]) give(name, fresh);
    for (const path of ["pki/ca", "pki/etcd/ca", "pki/front-proxy-ca"]) {
      root.write(`/etc/kubernetes/${path}.crt`, fresh.certificate);
    }
    for (const kind of ["client", "server"]) {
      root.write(`/var/lib/kubelet/pki/kubelet-${kind}-current.pem`, fresh.certificate + fresh.key);
    }
    root.write("/var/lib/perigee/initialised", "");
    root.write("/var/renewed.crt", renewed.certificate).write("/var/renewed.key", renewed.key);
    root.write("/var/renewed.conf", kubeconfigOf(renewed)).write("/etc/perigee/patches/none", "");
    for (const pod of pods) {
      root.write(
        `/etc/kubernetes/manifests/${pod}.yaml`,
        'metadata:\n  annotations:\n    perigee.dev/settings: "1"\n',
      );
      root.write(`/var/started-${pod}`, `${minutes(-20).toISOString().slice(0, 19)}Z\n`);
    }
  });
  afterEach(() => root.remove());

  /** Written half an hour ago: before the pods started. */
  function give(name: string, { key, certificate }: KeyPair): void {
    const path = files[name];
    if (path === undefined) {
      root.write(`/etc/kubernetes/${name}`, kubeconfigOf({ key, certificate }));
      utimesSync(root.at(`/etc/kubernetes/${name}`), minutes(-30), minutes(-30));
    } else {
      root.write(`/etc/kubernetes/${path}.crt`, certificate).write(`/etc/kubernetes/${path}.key`, key);
    }
  }

  const run = (verb = "renew"): ScriptRunResult => root.run(script, { arguments: [verb], programs });
  const kubeadm = ({ calls }: ScriptRunResult): string[] =>
    calls.flatMap((call) => /^kubeadm (.*) --config .*\/etc\/perigee\/kubeadm.yaml$/.exec(call)?.[1] ?? []);
  const restarted = ({ calls }: ScriptRunResult): string[] =>
    calls.flatMap((call) => /^kubectl annotate .*manifests\/(.*)\.yaml /.exec(call)?.[1] ?? []);
  const metrics = (): Map<string, number> =>
    new Map(
      root
        .read("/var/lib/perigee/metrics/certificates.prom")
        .split("\n")
        .filter((line) => line !== "" && !line.startsWith("#"))
        .map((line) => {
          const [name = "", value] = line.split(" ");
          return [name.replace("perigee_certificate_", ""), Number(value)];
        }),
    );
  const endOf = (name: string): number | undefined =>
    metrics().get(`expiry_timestamp_seconds{certificate="${name}"}`);

  it("stay as they are while more than a third of their life is left, and the end of each is a metric", () => {
    const said = run();
    assert.equal(said.status, 0, said.stderr);
    assert.deepEqual([kubeadm(said), restarted(said), said.stdout], [[], [], ""]);
    const all = [...Object.keys(files), ...kubeconfigs, ...others];
    for (const name of all) assert.equal(endOf(name), seconds(freshEnd), name);
    assert.equal(metrics().size, all.length + 2);
    assert.equal(metrics().get("renewal_failed"), 0);
    assert.ok(
      Math.abs((metrics().get("renewal_last_run_timestamp_seconds") ?? 0) - seconds(minutes(0))) < 60,
    );
    const { mode } = statSync(root.at("/var/lib/perigee/metrics/certificates.prom"));
    assert.equal(mode & 0o777, 0o644);
  });

  it("are not made anew where the cluster's data was set aside: nothing waits for an API server, and a restore for nothing", () => {
    rmSync(root.at("/var/lib/perigee/initialised"));
    rmSync(root.at("/etc/kubernetes"), { recursive: true });
    const said = run();
    assert.equal(said.status, 0, said.stderr);
    assert.match(said.stdout, /there is no cluster on this machine: nothing to renew/);
    assert.deepEqual(
      said.calls.filter((call) => /^(kubeadm|kubectl) /.test(call)),
      [],
    );
    assert.equal(metrics().get("renewal_failed"), 0);
  });

  it("are renewed, each by its own name, when less is left; servers take them from their files", () => {
    for (const name of Object.keys(files)) give(name, due);
    give("admin.conf", due);
    const said = run();
    assert.equal(said.status, 0, said.stderr);
    assert.deepEqual(
      kubeadm(said),
      [...Object.keys(files), "admin.conf"].map((name) => `certs renew ${name}`),
    );
    assert.deepEqual(restarted(said), []);
    assert.match(said.stdout, /^renewing apiserver, which ends .* GMT$/m);
    assert.equal(endOf("etcd-peer"), seconds(renewedEnd));
    assert.ok(!root.has("/var/unlocked"), "no step of `up` runs beside it");
    assert.deepEqual(kubeadm(run()), []);
  });

  it("start those again that read their kubeconfig at start only: one, and when it is Ready the other", () => {
    for (const name of ["controller-manager.conf", "scheduler.conf"]) give(name, due);
    const said = run();
    assert.equal(said.status, 0, said.stderr);
    assert.deepEqual(kubeadm(said), ["certs renew controller-manager.conf", "certs renew scheduler.conf"]);
    assert.deepEqual(restarted(said), pods);
    const [first = "", second = ""] = pods;
    const asked = said.calls.filter((call) => /get pod|annotate/.test(call));
    const waited = asked.slice(
      asked.findIndex((call) => call.includes(`manifests/${first}`)) + 1,
      asked.findIndex((call) => call.includes(`get pod ${second}`)),
    );
    assert.ok(waited.length >= 2 && waited.every((call) => call.includes(`get pod ${first}-${node} `)));
    for (const pod of pods) {
      assert.match(
        root.read(`/etc/kubernetes/manifests/${pod}.yaml`),
        /certificates: "\d{4}-.*Z"\n.*settings/,
      );
      assert.match(
        root.read(`/etc/perigee/patches/${pod}1+strategic.yaml`),
        /^metadata: \{annotations: \{perigee\.dev\/certificates: "\d{4}-.*Z"\}\}\n$/,
        "kubeadm writes the same when settings change",
      );
    }
    assert.deepEqual(restarted(run()), []);
  });

  it("start them again where a run was interrupted between the renewal and that", () => {
    root.write("/etc/kubernetes/scheduler.conf", kubeconfigOf(fresh));
    const said = run();
    assert.equal(said.status, 0, said.stderr);
    assert.deepEqual([kubeadm(said), restarted(said)], [[], ["kube-scheduler"]]);
  });

  it("are made anew where one is lost, or does not go with its key, as when kubeadm was interrupted", () => {
    give("etcd-server", { key: renewed.key, certificate: fresh.certificate });
    give("admin.conf", { key: "", certificate: fresh.certificate });
    give("apiserver", { key: fresh.key, certificate: fresh.certificate.slice(0, 80) });
    const said = run();
    assert.equal(said.status, 0, said.stderr);
    assert.deepEqual(kubeadm(said), [
      "init phase certs apiserver",
      "init phase certs etcd-server",
      "init phase kubeconfig admin",
    ]);
    for (const name of ["etcd-server", "admin.conf", "apiserver"]) {
      assert.equal(endOf(name), seconds(renewedEnd));
    }
  });

  it("leave out super-admin.conf where somebody has taken it away", () => {
    root.run('rm -f "/etc/kubernetes/super-admin.conf"', {});
    const said = run();
    assert.deepEqual([said.status, kubeadm(said), endOf("super-admin.conf")], [0, [], undefined]);
  });

  it("are all tried where one cannot be renewed, which is named, and is a metric", () => {
    for (const name of ["apiserver", "scheduler.conf"]) give(name, due);
    root.write("/var/broken", "apiserver");
    const said = run();
    assert.equal(said.status, 1);
    assert.match(said.stderr, /^these were not renewed: apiserver; .*systemctl start perigee-certificates$/m);
    assert.deepEqual([endOf("apiserver"), endOf("scheduler.conf")], [dueEnd, renewedEnd].map(seconds));
    assert.equal(metrics().get("renewal_failed"), 1);
    assert.deepEqual(restarted(said), ["kube-scheduler"]);
  });

  it("are renewed without an API server; what could not start again for that is started by the next run", () => {
    give("scheduler.conf", due);
    root.write("/var/no-api", "");
    const said = run();
    assert.equal(said.status, 1);
    assert.match(said.stderr, /waiting for the API server to answer; it is tried again in an hour/);
    assert.deepEqual([endOf("scheduler.conf"), metrics().get("renewal_failed")], [seconds(renewedEnd), 1]);
    root.run('rm -f "/var/no-api"', {});
    assert.deepEqual(restarted(run()), ["kube-scheduler"]);
  });

  it("say so where a pod does not come up with its new kubeconfig", () => {
    give("scheduler.conf", due);
    const kubectl = programs.kubectl.replace("True $started", "False $started");
    const said = root.run(script, { arguments: ["renew"], programs: { ...programs, kubectl } });
    assert.equal(said.status, 1);
    assert.match(said.stderr, /waiting for kube-scheduler to be Ready with its new kubeconfig/);
    assert.equal(metrics().get("renewal_failed"), 1);
  });

  describe("in the kubeconfig that the last step of `up` prints", () => {
    const print = (): ScriptRunResult =>
      root.run(stepInput("kubeconfig", { NODE_NAME: node }), {
        arguments: ["kubeconfig", "900"],
        programs: { ...programs, openssl: "" },
      });

    it("are renewed when less than half of their life is left, so that it lasts", () => {
      give("admin.conf", keyPair(minutes(-50), minutes(40)));
      const said = run("renew-admin");
      assert.deepEqual([said.status, kubeadm(said)], [0, ["certs renew admin.conf"]]);
      assert.deepEqual(kubeadm(run("renew-admin")), []);
    });

    it("are looked at first, under the step's own lock, and what is printed is the kubeconfig alone", () => {
      root.write(
        "/opt/perigee/certificates.sh",
        `#!/bin/sh\necho "$1" >${root.at("/var/asked")}\necho words\n`,
        0o755,
      );
      const said = print();
      assert.equal(said.status, 0, said.stderr);
      assert.equal(said.stdout, kubeconfigOf(fresh));
      assert.equal(root.read("/var/asked"), "renew-admin\n");
    });

    it("are printed as they are by a machine that has nothing to renew them with", () => {
      assert.equal(print().stdout, kubeconfigOf(fresh));
    });

    it("are not printed where they could not be renewed", () => {
      root.write("/opt/perigee/certificates.sh", "#!/bin/sh\nexit 1\n", 0o755);
      const said = print();
      assert.deepEqual([said.status, said.stdout], [1, ""]);
    });
  });
});
