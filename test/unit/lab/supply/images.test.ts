import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultKubernetesVersion, imagesOf, releaseOf } from "../../../../infra/versions";
import { imagesKey } from "../../../../lab/supply/images/build";
import {
  checkDisjoint,
  clusterImages,
  componentsIn,
  type ImageDefinition,
  imagesToBuild,
  programNames,
  repositoryPath,
} from "../../../../lab/supply/images/definitions";
import { librariesOf } from "../../../../lab/supply/images/nodeTools";
import { hostOfImage, type SourceHost } from "../../../../lab/supply/sources";
import {
  type Component,
  componentNames,
  components,
  kubernetesVersions,
} from "../../../../lab/supply/toolchain/components";

const programs = Object.fromEntries(
  componentNames.flatMap((name) =>
    (components[name] as Component).programs.map((p) => [p.name, `/built/${p.name}`]),
  ),
);
const references = (version: string) => clusterImages(version, programs).map((image) => image.reference);

describe("the lab's images", () => {
  for (const version of kubernetesVersions) {
    it(`are for ${version} what its machines pull, and the echo server`, () => {
      const asked = [...imagesOf("control-plane", releaseOf(version)), "perigee.invalid/lab/echo:1"];
      assert.deepEqual(references(version).sort(), asked.sort());
    });

    it(`are for ${version} made of programs that are built for it`, () => {
      const available = new Set(
        componentsIn(clusterImages(version, programNames)).flatMap((name) =>
          (components[name] as Component).programs.map((p) => `/built/${p.name}`),
        ),
      );
      const used = clusterImages(version, programs).flatMap((image) =>
        image.files.map((file) => file.source),
      );
      assert.deepEqual(
        used.filter((source) => !available.has(source)),
        [],
      );
    });
  }

  it("are built for the registries whose released ones are not used, and for no others", () => {
    const images = clusterImages(defaultKubernetesVersion, programs);
    const built = (...released: readonly SourceHost[]) =>
      new Set(
        imagesToBuild(images, { mode: "auto", released, reasons: {} }).map(({ reference }) =>
          hostOfImage(reference),
        ),
      );
    assert.deepEqual([...built()].sort(), ["ghcr.io", "perigee.invalid", "registry.k8s.io"]);
    assert.deepEqual([...built("registry.k8s.io", "quay.io")].sort(), ["ghcr.io", "perigee.invalid"]);
    // The tests' own image alone is no reason to build anything.
    assert.deepEqual([...built("registry.k8s.io", "ghcr.io")], []);
  });

  it("have programs where manifests look for them", () => {
    const images = clusterImages(defaultKubernetesVersion, programs);
    const targets = (reference: string) =>
      images.find((image) => image.reference.includes(reference))?.files.map((file) => file.target);
    assert.deepEqual(targets("/kube-apiserver:"), ["/usr/local/bin/kube-apiserver"]);
    assert.deepEqual(targets("/kube-proxy:"), ["/usr/local/bin/kube-proxy"]);
    assert.deepEqual(targets("/coredns:"), ["/coredns"]);
    assert.deepEqual(targets("/flannel:"), ["/opt/bin/flanneld"]);
    assert.deepEqual(targets("/flannel-cni-plugin:"), ["/flannel"]);
  });

  it("give a shell and cp to those whose manifests call them", () => {
    const withTools = clusterImages(defaultKubernetesVersion, programs).filter((image) => image.nodeTools);
    assert.deepEqual(
      withTools.map((image) => repositoryPath(image.reference).replace(/:.*/, "")),
      ["kube-proxy", "flannel-io/flannel", "flannel-io/flannel-cni-plugin"],
    );
  });

  it("can all be served from one registry, and say so when two would hide each other", () => {
    const images = kubernetesVersions.flatMap((version) => clusterImages(version, programs));
    checkDisjoint(images);
    const image = (reference: string): ImageDefinition => ({ reference, files: [], entrypoint: [] });
    assert.throws(
      () => checkDisjoint([image("quay.io/a/b:1"), image("docker.io/a/b:1")]),
      /quay\.io\/a\/b:1 and docker\.io\/a\/b:1 cannot both/,
    );
  });
});

describe("a program's libraries", () => {
  it("are read from what ldd says, the loader included, the kernel's own left out", () => {
    const said = [
      "/usr/sbin/nft:",
      "\tlinux-vdso.so.1 (0x00007f7e2d5ea000)",
      "\tlibnftables.so.1 => /lib/x86_64-linux-gnu/libnftables.so.1 (0x00007f7e2d4fd000)",
      "\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f7e2d2e1000)",
      "\t/lib64/ld-linux-x86-64.so.2 (0x00007f7e2d5ec000)",
      "/usr/bin/sh:",
      "\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f2114e16000)",
    ].join("\n");
    assert.deepEqual(librariesOf(said), [
      "/lib/x86_64-linux-gnu/libc.so.6",
      "/lib/x86_64-linux-gnu/libnftables.so.1",
      "/lib64/ld-linux-x86-64.so.2",
    ]);
  });
});

describe("what the images are built once for", () => {
  it("is their content, not where this repository is checked out", async () => {
    const folder = await mkdtemp(join(tmpdir(), "perigee-images-"));
    try {
      const image = async (checkout: string, content: string): Promise<ImageDefinition> => {
        await mkdir(join(folder, checkout));
        const source = join(folder, checkout, "node");
        await writeFile(source, content);
        const cached = { source: join(folder, "cache/abc/bin/tool"), target: "/tool" };
        return { reference: "r:1", entrypoint: ["/node"], files: [cached, { source, target: "/node" }] };
      };
      const key = async (one: ImageDefinition) => imagesKey([one], join(folder, "cache"));
      const one = await key(await image("one", "node 24"));
      assert.equal(await key(await image("two", "node 24")), one);
      assert.notEqual(await key(await image("three", "node 26")), one);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
