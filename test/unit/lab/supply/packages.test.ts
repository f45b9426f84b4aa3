import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultKubernetesVersion } from "../../../../infra/versions";
import { run } from "../../../../lab/command";
import { archiveLines } from "../../../../lab/supply/machineImage/archive";
import { buildPackage } from "../../../../lab/supply/packages/buildPackage";
import {
  containerdPackage,
  controlFile,
  kubernetesPackages,
} from "../../../../lab/supply/packages/definitions";
import { packageComponents } from "../../../../lab/supply/packages/repository";
import { archiveFiles } from "../../../../lab/supply/packages/serve";
import { type Component, componentNames, components } from "../../../../lab/supply/toolchain/components";

/** Stand-ins for built programs: every name of the table, at a path that says it. */
const programs = Object.fromEntries(
  componentNames.flatMap((name) =>
    (components[name] as Component).programs.map((p) => [p.name, `/built/${p.name}`]),
  ),
);

describe("Kubernetes' packages", () => {
  const version = defaultKubernetesVersion;
  const packages = new Map(kubernetesPackages(version, programs).map((p) => [p.name, p]));
  const named = (name: string) => packages.get(name) ?? assert.fail(`no package ${name}`);

  it("are those of the upstream repository", () => {
    assert.deepEqual([...packages.keys()], ["kubeadm", "kubelet", "kubectl", "kubernetes-cni", "cri-tools"]);
  });

  it("have control files as dpkg wants them", () => {
    assert.equal(
      controlFile(named("kubelet"), 82449),
      [
        "Package: kubelet",
        `Version: ${version}-1.1`,
        "Architecture: amd64",
        "Maintainer: Perigee lab <lab@perigee.invalid>",
        "Installed-Size: 82449",
        "Depends: iptables (>= 1.4.21), kubernetes-cni (>= 1.2.0), mount, util-linux",
        "Section: admin",
        "Priority: optional",
        "Description: Node agent for Kubernetes clusters",
        " Built from its Go module for Perigee's lab.",
        "",
      ].join("\n"),
    );
    assert.doesNotMatch(controlFile(named("kubeadm"), 1), /^Depends/m);
  });

  it("put each program of the right version where upstream's do", () => {
    assert.deepEqual(named("kubectl").files, [
      { source: `/built/kubectl-${version}`, target: "/usr/bin/kubectl", mode: "0755" },
    ]);
    const plugins = named("kubernetes-cni").files.map((file) => file.target);
    for (const plugin of ["bridge", "host-local", "loopback", "portmap"]) {
      assert.ok(plugins.includes(`/opt/cni/bin/${plugin}`), plugin);
    }
    assert.ok(!plugins.includes("/opt/cni/bin/flannel"), "Flannel's own daemon set installs that");
  });

  it("bring a file to keep each folder that is empty otherwise, as upstream's do", async () => {
    const folder = mkdtempSync(join(tmpdir(), "perigee-packages-"));
    try {
      const kept: string[] = [];
      for (const name of ["kubelet", "kubernetes-cni"]) {
        const file = await buildPackage({ ...named(name), files: [], conffiles: [] }, folder);
        const content = await run("dpkg-deb", ["--contents", file]);
        kept.push(...content.split("\n").flatMap((line) => / \.(\/\S+-keep)$/.exec(line)?.[1] ?? []));
      }
      assert.deepEqual(kept.sort(), [
        "/etc/cni/net.d/.kubernetes-cni-keep",
        "/etc/kubernetes/manifests/.kubelet-keep",
        "/var/lib/kubelet/.kubelet-keep",
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("keep the administrator's settings for the kubelet", () => {
    assert.deepEqual(named("kubelet").conffiles, ["/etc/default/kubelet"]);
  });

  it("tell the kubelet what kubeadm writes, the administrator's arguments last", () => {
    const source =
      named("kubeadm").files.find((file) => file.target.endsWith("/10-kubeadm.conf"))?.source ?? "";
    const dropIn = readFileSync(source, "utf8");
    assert.match(dropIn, /^EnvironmentFile=-\/var\/lib\/kubelet\/kubeadm-flags\.env$/m);
    assert.match(dropIn, /^ExecStart=\nExecStart=\/usr\/bin\/kubelet .*\$KUBELET_EXTRA_ARGS$/m);
  });
});

describe("the package of the containerd that is built", () => {
  it("is above Debian's, which apt would take otherwise, and needs the runc that Debian has", async () => {
    const { version, depends } = containerdPackage(programs);
    await run("dpkg", ["--compare-versions", version, "gt", "1.6.20~ds1-1+deb12u1"]);
    assert.deepEqual(depends, ["runc (>= 1.1.0)"]);
  });

  it("has a service of its own name, which its maintainer scripts start", () => {
    const { name, files, scripts } = containerdPackage(programs);
    assert.ok(files.some(({ target }) => target === `/usr/lib/systemd/system/${name}.service`));
    assert.match(readFileSync(scripts["postinst"] ?? "", "utf8"), /DPKG_MAINTSCRIPT_PACKAGE\.service/);
  });

  it("is built and offered only for a lab that asks for it", () => {
    const versions = [defaultKubernetesVersion];
    assert.ok(!packageComponents({ versions, containerd: "1.6" }).includes("containerd"));
    assert.ok(packageComponents({ versions, containerd: "2.2" }).includes("containerd"));
    assert.deepEqual(packageComponents({ versions: [], containerd: "2.2" }), ["containerd"]);
  });
});

describe("the machines' archive", () => {
  it("is the lab's own, trusted by its own key", () => {
    assert.deepEqual(archiveFiles("http://10.0.1.1:5080", "KEY", ["debian"]), [
      { path: "/etc/apt/keyrings/debian-archive.asc", content: "KEY" },
      {
        path: "/etc/apt/sources.list",
        content: "deb [signed-by=/etc/apt/keyrings/debian-archive.asc] http://10.0.1.1:5080/debian ./\n",
      },
    ]);
  });

  it("has the built containerd's repository besides, for apt to find the newer version", () => {
    const [, list] = archiveFiles("http://10.0.1.1:5080", "KEY", ["debian", "containerd"]);
    assert.match(list?.content ?? "", /5080\/debian \.\/\ndeb .*5080\/containerd \.\/\n$/);
  });

  it("is made from this machine's own mirror where that has the release", () => {
    const targets = [
      "http://mirror.invalid/debian/ bookworm main",
      "http://mirror.invalid/debian/ bookworm main",
      "http://mirror.invalid/debian/ bookworm contrib",
      "http://mirror.invalid/debian-security/ bookworm-security main",
      "http://other.invalid/ sid main",
      "",
    ].join("\n");
    assert.equal(
      archiveLines(targets),
      "deb http://mirror.invalid/debian/ bookworm main\n" +
        "deb http://mirror.invalid/debian-security/ bookworm-security main\n",
    );
  });

  it("is left to mmdebstrap where it does not", () => {
    assert.equal(archiveLines("http://mirror.invalid/debian/ trixie main\n"), "");
    assert.equal(archiveLines("http://mirror.invalid/debian-security/ bookworm-security main\n"), "");
  });

  it("never names a host in the repository", () => {
    const files = ["finish.sh", "archive.ts", "image.ts", "debianPackages.ts"];
    for (const file of files) {
      assert.doesNotMatch(
        readFileSync(join(__dirname, "../../../../lab/supply/machineImage", file), "utf8"),
        /https?:\/\//,
        file,
      );
    }
  });
});
