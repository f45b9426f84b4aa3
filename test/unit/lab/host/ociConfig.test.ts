import { strict as assert } from "node:assert";
import { boundingSet } from "../../../../lab/host/capabilities";
import { type HostTraits, ociConfig } from "../../../../lab/host/ociConfig";

interface Config {
  process: Record<string, unknown> & { capabilities: { bounding: string[] }; env: string[] };
  mounts: { destination: string; source: string; options: string[] }[];
  linux: { cgroupsPath: string; namespaces: { type: string; path?: string }[]; rootfsPropagation: string };
}

const input = {
  hostname: "node-1",
  root: "/state/root",
  data: "/state/mnt",
  noSwap: "/state/swaps",
  networkNamespace: "/run/netns/perigee-i-1",
  cgroup: "/perigee-lab/i-1",
};
const config = (traits: Partial<HostTraits> = {}): Config =>
  ociConfig(input, { capabilities: ["CAP_CHOWN"], kernelModules: false, ...traits }) as Config;

describe("a machine's OCI configuration", () => {
  it("asks for nothing that takes CAP_SYS_RESOURCE", () => {
    assert.ok(!("rlimits" in config().process));
    assert.ok(!("oomScoreAdj" in config().process));
  });

  it("grants what the host has to grant, and no more", () => {
    const held = boundingSet("Name:\tnode\nCapBnd:\t000001fffeffffff\n");
    assert.equal(held.length, 40);
    assert.ok(!held.includes("CAP_SYS_RESOURCE"));
    assert.ok(held.includes("CAP_SYS_BOOT") && held.includes("CAP_CHECKPOINT_RESTORE"));
    assert.deepEqual(config({ capabilities: held }).process.capabilities.bounding, held);
  });

  it("gives each machine its own cgroups, and never the host's name=systemd hierarchy", () => {
    const { linux, mounts } = config();
    assert.equal(linux.cgroupsPath, "/perigee-lab/i-1");
    assert.ok(linux.namespaces.some(({ type, path }) => type === "cgroup" && path === undefined));
    assert.deepEqual(
      mounts.filter(({ source }) => source.startsWith("/sys")),
      [],
    );
  });

  it("keeps containerd's, kubelet's and etcd's folders off the overlay", () => {
    const binds = config().mounts.filter(({ destination }) => destination.startsWith("/var/lib/"));
    assert.deepEqual(
      binds.map(({ source, destination }) => [source, destination]),
      ["containerd", "kubelet", "etcd"].map((name) => [`/state/mnt/${name}`, `/var/lib/${name}`]),
    );
  });

  it("has a place for the root disk's device, which is known only once the disk is mounted", () => {
    const template = JSON.stringify(config())
      .replace('"ROOT_DISK_MINOR"', "3")
      .replace("ROOT_DISK", "/dev/loop3");
    const { linux } = JSON.parse(template) as { linux: { devices: Record<string, unknown>[] } };
    const [disk] = linux.devices.filter(({ type }) => type === "b");
    assert.deepEqual([disk?.["path"], disk?.["major"], disk?.["minor"]], ["/dev/loop3", 7, 3]);
    assert.ok(!template.includes("ROOT_DISK"));
  });

  it("hides this host's swap, with which a kubelet does not start", () => {
    const found = config().mounts.filter(({ destination }) => destination === "/proc/swaps");
    assert.deepEqual(
      found.map(({ source }) => source),
      ["/state/swaps"],
    );
  });

  it("shares mounts downwards, as systemd does on hardware", () => {
    assert.equal(config().linux.rootfsPropagation, "rshared");
  });

  it("shows the host's kernel modules where there are any", () => {
    const modules = (traits: Partial<HostTraits>): boolean =>
      config(traits).mounts.some(({ destination }) => destination === "/lib/modules");
    assert.equal(modules({ kernelModules: false }), false);
    assert.equal(modules({ kernelModules: true }), true);
  });
});
