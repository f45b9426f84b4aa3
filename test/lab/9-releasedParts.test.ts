/** `make up` where the sources of released parts can be reached: nothing is compiled, machines install from there. */
import assert from "node:assert/strict";
import { access, readdir } from "node:fs/promises";
import { join } from "node:path";
import { sourceHosts } from "../../lab/supply/sources";
import { controlPlane, kubectl, LabCommand, ssh, worker } from "../support/lab/lab";
import { labLeftovers } from "../support/lab/leftovers";
import { PublicSources } from "../support/lab/publicSources";

describe("released parts @all", () => {
  let sources: PublicSources;
  before(async () => {
    sources = await PublicSources.start();
  });
  after(async () => {
    try {
      await new LabCommand("down", sources.environment, sources.inside).succeeds();
    } finally {
      await sources.stop();
    }
  });

  it("bring both stacks up, with an empty cache and without Go", async () => {
    const said = await new LabCommand("up", sources.environment, sources.inside).succeeds();
    for (const host of sourceHosts) {
      assert.match(said, new RegExp(`${host.replaceAll(".", "\\.")} +.* released`));
    }
    const made = await readdir(join(sources.environment["XDG_CACHE_HOME"] ?? "", "perigee"));
    for (const built of ["toolchain", "images", "charts"]) assert.ok(!made.includes(built), made.join(", "));
  });

  it("are taken by the machines from their own hosts, as on EC2, without mirrors", async () => {
    for (const name of [controlPlane, worker]) {
      assert.match(
        await ssh(name, "cat /etc/apt/sources.list.d/*"),
        /https:\/\/pkgs\.k8s\.io\/core:\/stable:\/v1/,
      );
      assert.equal(await ssh(name, "ls /etc/containerd/certs.d 2>/dev/null || true"), "");
    }
    const from = (host: string): number => sources.asked.filter((line) => line.startsWith(`${host} `)).length;
    for (const host of ["pkgs.k8s.io", "registry.k8s.io", "ghcr.io", "quay.io"]) {
      assert.ok(from(host) > 5, host);
    }
    // Once asked for, once installed.
    for (const host of ["kubernetes-sigs.github.io", "github.com"]) assert.ok(from(host) > 1, host);
    await kubectl("wait", "node", "--all", "--for=condition=Ready", "--timeout=60s");
  });

  it("stay what the lab runs: another source is refused, and nothing happens", async () => {
    const other = { ...sources.environment, LAB_SOURCES: "built" };
    const said = await new LabCommand("up", other, sources.inside).fails();
    assert.match(said, /LAB_SOURCES is "built", and this lab was made with "released"/);
    assert.match(said, /make down && LAB_SOURCES=built make up/);
  });

  it("leave nothing behind", async () => {
    await new LabCommand("down", sources.environment, sources.inside).succeeds();
    assert.deepEqual(await labLeftovers(), []);
    await assert.rejects(access("/var/lib/perigee-lab"));
  });
});
