import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { minorOf, testedReleases, testedVersions } from "../../../../infra/versions";
import {
  type Component,
  componentNames,
  components,
  kubernetesComponent,
  kubernetesVersions,
  type ModuleFile,
} from "../../../../lab/supply/toolchain/components";
import { buildFlags, builtName, componentKey } from "../../../../lab/supply/toolchain/goBuild";

describe("the toolchain's table", () => {
  const folder = join(__dirname, "../../../../lab/supply/toolchain");
  const rows = componentNames.map((name): Component => components[name]);
  const modules = [...new Set(rows.map(({ module }) => module))];
  const pinned = (module: ModuleFile): string => readFileSync(join(folder, module), "utf8");
  /** Every module that a module file requires, with the version that is built. */
  const required = (module: ModuleFile): Map<string, string> => {
    const text = pinned(module).replaceAll(/^exclude \([^)]*\)/gm, "");
    const wanted = text.matchAll(/^(?:require |\t)(\S+) (v\S+)(?: \/\/ indirect)?$/gm);
    const replaced = text.matchAll(/^\t(\S+) => \1 (v\S+)$/gm);
    return new Map([...wanted, ...replaced].map(([, path = "", version = ""]) => [path, version]));
  };

  it("has the programs that the module files name as tools, and no others", () => {
    for (const module of modules) {
      const tools = [...pinned(module).matchAll(/^(?:tool |\t)([^\s()]+)$/gm)].map(([, path]) => path);
      const built = rows
        .filter((row) => row.module === module)
        .flatMap(({ programs }) => programs.map((program) => program.package))
        .filter((path) => !path.startsWith("./"));
      assert.deepEqual([...tools].sort(), built.sort(), module);
    }
  });

  it("builds all but Flannel's plugin, the jobs' gateway and the pages' login with the same versions of libraries, so that Go compiles them once", () => {
    // What the log collector and its store cannot be compiled with an older version of, and Kubernetes', containerd's, Alertmanager's and the prober's own parts, what an older one cannot be compiled with, and what only tests import.
    const own = new RegExp(
      "^(k8s\\.io/(?!kube-openapi|utils|klog)|go\\.etcd\\.io/(etcd/|bbolt$)|github\\.com/coredns/coredns$" +
        "|dario\\.cat/mergo$|github\\.com/(antlr4-go/antlr/v4|cheggaaa/pb/v3|containerd/cgroups/v3|google/cel-go|onsi/ginkgo/v2|onsi/gomega|opencontainers/cgroups|google/cadvisor|prometheus/alertmanager|shurcooL/vfsgen)$)",
    );
    const common = required("programs/go.mod");
    for (const module of modules.filter((file) => !/^(flannel-cni|oauth2-proxy|pushgateway)\//.test(file))) {
      const differ = [...required(module)].filter(
        ([path, version]) => !own.test(path) && (common.get(path) ?? version) !== version,
      );
      assert.deepEqual(differ, [], module);
      assert.ok(required(module).size > 20, module);
    }
  });

  it("names every program once", () => {
    const names = componentNames.flatMap((name) =>
      (components[name] as Component).programs.map((p) => p.name),
    );
    assert.deepEqual(names, [...new Set(names)]);
  });

  it("says the versions that the modules pin", () => {
    for (const { about, module, versions = {} } of rows) {
      for (const [variable, version] of Object.entries(versions)) {
        if (!/[vV]ersion$/.test(variable)) continue;
        // Prometheus 3.15.0 is v0.315.0 as a module.
        const asLibrary = version.replace(/^(\d)\.(\d+)\./, "v0.$1$2.");
        const said = [version, asLibrary].some((text) => pinned(module).includes(text));
        assert.ok(said, `${about}: ${version}`);
      }
    }
  });

  it("pins nothing by a branch or a moving name, and checks every module by its sum", () => {
    for (const module of modules) {
      assert.doesNotMatch(pinned(module), /latest|=> \.\.?\//, module);
      assert.match(readFileSync(join(folder, module.replace(/mod$/, "sum")), "utf8"), /h1:/, module);
    }
  });

  it("knows how Go names what it builds", () => {
    assert.equal(builtName("go.etcd.io/etcd/server/v3"), "server");
    assert.equal(builtName("k8s.io/kubernetes/cmd/kubeadm"), "kubeadm");
    assert.equal(builtName("./echo"), "echo");
  });

  it("finds the component of a Kubernetes version, and names those there are otherwise", () => {
    assert.deepEqual(kubernetesVersions, testedVersions());
    for (const version of testedVersions()) {
      assert.equal(kubernetesComponent(version), `kubernetes-${minorOf(version)}`);
    }
    assert.throws(
      () => kubernetesComponent("1.0.0"),
      new Error(`Kubernetes 1.0.0 cannot be run in the lab; it has ${testedVersions().join(" and ")}.`),
    );
  });
});

describe("Flannel", () => {
  it("is one version for every tested Kubernetes, as long as one module builds it", () => {
    const versions = testedReleases.map(({ flannel, flannelCni }) => `${flannel} ${flannelCni}`);
    assert.equal(new Set(versions).size, 1, versions.join(", "));
  });
});

describe("a component's build", () => {
  it("leaves this machine's paths out and says the version", () => {
    const flags = buildFlags(components.crane);
    assert.ok(flags.includes("-trimpath"));
    assert.match(
      flags.join(" "),
      /-ldflags -s -w -X github\.com\/google\/go-containerregistry\/cmd\/crane\/cmd\.Version=v0\.22\.1$/,
    );
  });

  it("links C statically where there is any, without libc's name look-ups", () => {
    assert.match(buildFlags(components.flannel).join(" "), /-tags netgo,osusergo .*-extldflags -static$/);
  });

  it("is another one with another Go, and the same one with the same", async () => {
    const one = await componentKey("pause", "go version go1.26.8 linux/amd64");
    assert.equal(await componentKey("pause", "go version go1.26.8 linux/amd64"), one);
    assert.notEqual(await componentKey("pause", "go version go1.26.9 linux/amd64"), one);
    assert.match(one, /^[0-9a-f]{64}$/);
  });
});
