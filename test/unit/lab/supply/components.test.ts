import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { minorOf, testedReleases, testedVersions } from "../../../../infra/versions";
import {
  type Component,
  componentNames,
  components,
  kubernetesComponent,
  kubernetesVersions,
} from "../../../../lab/supply/toolchain/components";
import { buildFlags, componentKey, moduleFolder } from "../../../../lab/supply/toolchain/goBuild";

describe("the toolchain's table", () => {
  const folder = join(__dirname, "../../../../lab/supply/toolchain");

  it("has a row for every folder with a go.mod, and a folder for every row", () => {
    const modules = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    assert.deepEqual(modules.map((entry) => entry.name).sort(), [...componentNames].sort());
  });

  it("names every program once", () => {
    const names = componentNames.flatMap((name) =>
      (components[name] as Component).programs.map((p) => p.name),
    );
    assert.deepEqual(names, [...new Set(names)]);
  });

  it("says the versions that the modules pin", () => {
    for (const name of componentNames) {
      const pinned = readFileSync(join(moduleFolder(name), "go.mod"), "utf8");
      const versions = new Set(
        Object.entries((components[name] as Component).versions ?? {}).flatMap(([variable, value]) =>
          /(ersion|gitVersion)$/.test(variable) ? [value] : [],
        ),
      );
      for (const version of versions) assert.ok(pinned.includes(version), `${name} says ${version}`);
    }
  });

  it("pins nothing by a branch or a moving name, and checks every module by its sum", () => {
    for (const name of componentNames) {
      const pinned = readFileSync(join(moduleFolder(name), "go.mod"), "utf8");
      assert.doesNotMatch(pinned, /latest|=> \.\.?\//, name);
      const sums = /^require/m.test(pinned)
        ? readFileSync(join(moduleFolder(name), "go.sum"), "utf8")
        : "h1:";
      assert.match(sums, /h1:/, name);
    }
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
