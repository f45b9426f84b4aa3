import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PrivateApt } from "../../../support/infra/privateApt";
import { MachineRoot, type ScriptRunResult } from "../../../support/infra/scriptRun";
import { onPath } from "../../../support/infra/tools";

const source = (name: string): string =>
  readFileSync(join(__dirname, `../../../../infra/machines/scripts/${name}.sh`), "utf8");
const script = source("prepare");
/** Packages of any version, cri-tools from the same repository as Kubernetes. */
const debian = ["containerd", "conntrack", "cri-tools", "ethtool", "nftables", "socat"];
const kubernetes = ["kubelet", "kubeadm", "kubectl"];

const programs = {
  modprobe: "",
  sysctl: "",
  systemctl: "",
  ctr: "",
  curl: "",
  gpg: "",
  sleep: "",
};

describe("a machine that is prepared", () => {
  let machine: MachineRoot;
  let apt: PrivateApt;

  before(function () {
    if (!onPath("apt-get") || !onPath("apt-ftparchive")) this.skip();
  });
  beforeEach(() => {
    machine = new MachineRoot().write("/opt/perigee/apt.sh", source("apt"));
    apt = new PrivateApt(machine);
    apt.offered([
      ...debian.map((name) => [name, "2.0"] as const),
      ...kubernetes.flatMap((name) => [[name, "1.35.4-1.1"] as const, [name, "1.36.3-1.1"] as const]),
    ]);
    machine.write(
      "etc/perigee/machine.env",
      `KUBERNETES_VERSION='1.36.3'\nKUBERNETES_PACKAGES='${apt.source}'\nPAUSE_IMAGE='registry.k8s.io/pause:1'\n`,
    );
    machine.write("etc/perigee/images", "registry.k8s.io/pause:1\n");
  });
  afterEach(() => machine.remove());

  const prepare = (more: Readonly<Record<string, string>> = {}): ScriptRunResult =>
    machine.run(script, {
      programs: { ...programs, ...apt.programs, ...more },
      environment: apt.environment,
    });
  /** Names of the packages that dpkg was told to unpack, with their versions. */
  const unpacked = ({ calls }: ScriptRunResult): string[] =>
    calls
      .filter((call) => call.startsWith("dpkg ") && call.includes("--unpack"))
      .flatMap((call) => [...call.matchAll(/([^/\s]+_[^/\s_]+)\.deb/g)].map(([, name = ""]) => name))
      .sort();
  const held = ({ calls }: ScriptRunResult): boolean =>
    calls.some((call) => call.startsWith("dpkg ") && call.includes("--set-selections"));
  const wanted = kubernetes.map((name) => `${name}_1.36.3-1.1`);

  it("has the newest of what Ubuntu offers and the very version of Kubernetes, held", () => {
    const said = prepare();
    assert.equal(said.status, 0, said.stderr);
    assert.deepEqual(unpacked(said), [...debian.map((name) => `${name}_2.0`), ...wanted].sort());
    assert.ok(held(said));
  });

  it("keeps the containerd that an unfinished run installed and held, where the archive has a newer one", () => {
    apt.installed([{ name: "containerd", version: "1.0", held: true }]);
    const said = prepare();
    assert.equal(said.status, 0, said.stderr);
    const rest = debian.filter((name) => name !== "containerd").map((name) => `${name}_2.0`);
    assert.deepEqual(unpacked(said), [...rest, ...wanted].sort());
  });

  for (const [oldest, follows] of [
    ["1.6.20", false],
    ["1.6.21", true],
    ["1.7", true],
  ] as const) {
    it(`${follows ? "has a newer" : "keeps its"} containerd, 1.6.20~ds1, where the oldest tested one is ${oldest}`, () => {
      machine.write(
        "etc/perigee/machine.env",
        `${machine.read("etc/perigee/machine.env")}CONTAINERD='${oldest}'\n`,
      );
      apt.installed([
        ...debian.map((name) => ({ name, version: "1.6.20~ds1-1", held: name === "containerd" })),
        ...kubernetes.map((name) => ({ name, version: "1.36.3-1.1", held: true })),
      ]);
      const said = prepare();
      assert.equal(said.status, 0, said.stderr);
      assert.deepEqual(unpacked(said), follows ? ["containerd_2.0"] : []);
    });
  }

  for (const version of ["1.35.4-1.1", "1.37.0-1.1"]) {
    it(`has the version that was asked for where another one, ${version}, is held`, () => {
      apt.installed([
        ...debian.map((name) => ({ name, version: "1.0", held: false })),
        ...kubernetes.map((name) => ({ name, version, held: true })),
      ]);
      const said = prepare();
      assert.equal(said.status, 0, said.stderr);
      assert.deepEqual(unpacked(said), [...wanted].sort());
    });
  }

  it("goes on where dpkg was killed while it installed: makes that complete first, as apt demands", () => {
    machine.write("dpkg/updates/0001", "Package: containerd\n");
    assert.notEqual(prepare().status, 0, "apt refuses");
    const dpkg = `case "$*" in *"--configure -a"*) rm -f ${machine.at("dpkg/updates")}/* ;; esac`;
    const said = prepare({ dpkg });
    assert.equal(said.status, 0, said.stderr);
    assert.deepEqual(unpacked(said), [...debian.map((name) => `${name}_2.0`), ...wanted].sort());
  });

  it("gets ahead of an upgrade the new kubeadm and its images, and nothing else", () => {
    apt.installed([
      ...debian.map((name) => ({ name, version: "1.0", held: false })),
      ...kubernetes.map((name) => ({ name, version: "1.35.4-1.1", held: true })),
    ]);
    machine.write("etc/perigee/ahead/machine.env", machine.read("etc/perigee/machine.env"));
    machine.write("etc/perigee/ahead/images", "registry.k8s.io/kube-apiserver:v1.36.3\n");
    const said = machine.run(script, {
      arguments: ["ahead", machine.at("etc/perigee/ahead")],
      programs: { ...programs, ...apt.programs },
      environment: apt.environment,
    });
    assert.equal(said.status, 0, said.stderr);
    assert.deepEqual(unpacked(said), ["kubeadm_1.36.3-1.1"]);
    assert.match(said.stdout, /pulled registry\.k8s\.io\/kube-apiserver:v1\.36\.3/);
    assert.ok(!said.calls.some((call) => call.startsWith("systemctl")));
    assert.ok(!machine.has("var/lib/perigee/prepared-1.36.3"));
  });

  it("is not prepared while a source does not answer: it is asked again, by its name", () => {
    machine.write("etc/apt/sources.list.d/dead.list", "deb [trusted=yes] http://127.0.0.1:9/gone ./\n");
    const said = prepare();
    assert.equal(said.status, 1);
    assert.match(said.stderr, /Failed to fetch http:\/\/127\.0\.0\.1:9\/gone/);
    assert.match(said.stdout, /attempt 10 of 10 failed: update_lists/);
    assert.deepEqual(unpacked(said), []);
  });

  /** A stand-in for sleep that does this when the script has waited that often. */
  const whenWaited = (times: number, action: string): string =>
    `echo >>/var/naps; [ "$(wc -l </var/naps)" -ne ${times} ] || ${action}`;

  it("goes on when the source answers again", () => {
    machine.write("etc/apt/sources.list.d/dead.list", "deb [trusted=yes] http://127.0.0.1:9/gone ./\n");
    const said = prepare({ sleep: whenWaited(3, "rm /etc/apt/sources.list.d/dead.list") });
    assert.equal(said.status, 0, said.stderr);
    assert.match(said.stdout, /attempt 3 of 10 failed/);
    assert.doesNotMatch(said.stdout, /attempt 4/);
  });

  for (const lock of ["lists/lock", "archives/lock", "dpkg/lock-frontend", "dpkg/lock"]) {
    it(`waits for another program that holds ${lock}, and says which`, async () => {
      const { pid } = await apt.hold(lock);
      const said = prepare({ sleep: whenWaited(3, `kill ${pid}`) });
      assert.equal(said.status, 0, said.stderr);
      assert.match(said.stderr, new RegExp(`^waiting for another program: .*${lock}.*${pid}`, "m"));
      assert.equal(said.stderr.match(/^waiting/gm)?.length, 1, said.stderr);
      assert.doesNotMatch(said.stdout, /attempt 1/, "a wait is no failed attempt");
      assert.equal(unpacked(said).length, debian.length + kubernetes.length);
    });
  }

  it("is given up, once, when the other program never ends", async () => {
    const holder = await apt.hold("lists/lock");
    try {
      machine.write("/opt/perigee/apt.sh", source("apt").replace("limit=600", "limit=1"));
      const said = prepare({ sleep: "exec /bin/sleep 0.2" });
      assert.equal(said.status, 1);
      assert.match(said.stderr, /^gave up after 1s of waiting for another program: .*lists\/lock/m);
      assert.doesNotMatch(said.stdout, /attempt/);
    } finally {
      holder.kill();
    }
  });
}).timeout(30_000);
