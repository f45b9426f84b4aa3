import { strict as assert } from "node:assert";
import type { HostFacts } from "../../../../lab/cli/hostFacts";
import { cgroupFolders, memoryOf } from "../../../../lab/cli/memory";
import { sizeLine, sizeProblems } from "../../../../lab/cli/sizes";
import { folder, goodHost } from "../../../support/lab/hosts";

const state = "/var/lib/perigee-lab";
const cache = "/root/.cache/perigee";
const problems = (change: Partial<HostFacts>): string[] => sizeProblems({ ...goodHost, ...change });
const oneDisk = (free: number): Partial<HostFacts> => ({
  stateFolder: folder(state, free, "/dev/sda1"),
  cacheFolder: folder(cache, free, "/dev/sda1"),
});

describe("what the lab takes", () => {
  it("is one line: memory, state, build, what there is, and the setting of each", () =>
    assert.equal(
      sizeLine({ ...goodHost, ...oneDisk(44) }),
      "The lab takes 5 GiB of memory (8.0 free; set by workers in Pulumi.lab.yaml), " +
        `10 GiB of disk for its state in ${state} (44.0 free; moved by PERIGEE_LAB_STATE), ` +
        `10 GiB of disk for the build of what it runs in ${cache} ` +
        "(44.0 free; moved by XDG_CACHE_HOME, GOCACHE and GOMODCACHE); both are on one disk.",
    ));

  it("is no build where there has been one", () => {
    const line = sizeLine({ ...goodHost, built: true });
    assert.match(line, /; what it runs was built before\.$/);
    assert.doesNotMatch(line, /20 GiB/);
  });

  it("is nothing more while it is up", () => {
    const up = { ...goodHost, bridgeAlias: `perigee lab in ${state}` };
    assert.match(sizeLine(up), /^The lab is up here/);
    assert.deepEqual(sizeProblems({ ...up, ...oneDisk(1), memory: { availableKiB: 1 } }), []);
  });
});

describe("a machine that is too small", () => {
  const rows: [string, Partial<HostFacts>, RegExp[]][] = [
    ["as large as needed", { ...oneDisk(30), memory: { availableKiB: 5 * 2 ** 20 } }, []],
    ["one core", { cpus: 1 }, [/^kubeadm needs 2 CPUs; this machine has 1\.$/]],
    [
      "little memory",
      { memory: { availableKiB: 3 * 2 ** 20 } },
      [/^5 GiB of free memory are needed; there are 3\.0\. Free some, .*workers in Pulumi\.lab\.yaml/],
    ],
    [
      "a container's limit below the machine's memory",
      { memory: { availableKiB: 2 * 2 ** 20, limitedBy: "/sys/fs/cgroup" } },
      [/there are 2\.0 below the limit of the cgroup \/sys\/fs\/cgroup\. Raise it \(.*MemoryMax/],
    ],
    [
      "little disk for the state",
      { stateFolder: folder(state, 3) },
      [/^10 GiB .* needed \(10 for its state, in \S+\); there are 3\.0\. .*PERIGEE_LAB_STATE/],
    ],
    [
      "little disk for the first build",
      { cacheFolder: folder(cache, 3) },
      [/^10 GiB .*\(10 for the build.*; there are 3\.0\. .*XDG_CACHE_HOME/],
    ],
    [
      "little disk for both, each on its own",
      { stateFolder: folder(state, 3), cacheFolder: folder(cache, 4) },
      [/^10 GiB .* there are 3\.0/, /^10 GiB .* there are 4\.0/],
    ],
    [
      "enough for each, not for both on one disk",
      oneDisk(15),
      [
        /^20 GiB .*\(10 for its state.*; 10 for the build.*\); there are 15\.0 on their one disk\..*PERIGEE_LAB_STATE, or XDG_CACHE_HOME/,
      ],
    ],
    ["one disk, built before", { ...oneDisk(12), built: true }, []],
  ];
  for (const [title, change, expected] of rows) {
    it(`is told: ${title}`, () => {
      const found = problems(change);
      assert.equal(found.length, expected.length, found.join("\n"));
      expected.forEach((text, index) => assert.match(found[index] ?? "", text));
    });
  }
});

describe("the memory that the lab can have", () => {
  const meminfo = "MemTotal: 9000000 kB\nMemAvailable:    8000000 kB\n";
  const mib = 2 ** 20;

  it("is what the machine has available, where no cgroup limits it", () => {
    const unlimited = { path: "/c", usage: "1", stat: "" };
    for (const limit of ["max\n", "9223372036854771712\n", undefined]) {
      assert.deepEqual(memoryOf(meminfo, [{ ...unlimited, limit }]), { availableKiB: 8_000_000 });
    }
  });

  it("is what the tightest cgroup leaves, files in the cache not counted", () => {
    const outer = { path: "/c", limit: `${4096 * mib}`, usage: `${1024 * mib}`, stat: "" };
    const inner = { path: "/c/d", limit: `${2048 * mib}`, usage: `${1000 * mib}` };
    const two = `anon ${488 * mib}\ninactive_file ${500 * mib}\nactive_file ${12 * mib}\n`;
    const left = { availableKiB: (2048 - 488) * 1024, limitedBy: "/c/d" };
    assert.deepEqual(memoryOf(meminfo, [outer, { ...inner, stat: two }]), left);
    const one = `active_file 1\ninactive_file 1\ntotal_inactive_file ${500 * mib}\ntotal_active_file ${12 * mib}\n`;
    assert.deepEqual(memoryOf(meminfo, [outer, { ...inner, stat: one }]), left);
  });

  const v2 = "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw\n";
  const v1 =
    "31 30 0:27 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n32 30 0:28 /docker/x /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n";
  const rows: [string, string, string, string[]][] = [
    ["a systemd slice", v2, "0::/user.slice/a.scope\n", ["", "/user.slice", "/user.slice/a.scope"]],
    ["a container with its own cgroup namespace", v2, "0::/\n", [""]],
    [
      "version 1, in a container",
      v1,
      "4:cpu:/docker/x\n3:memory:/docker/x/y\n0::/z\n",
      ["/memory", "/memory/y"],
    ],
    ["no cgroups mounted", "", "0::/\n", []],
  ];
  for (const [title, mountinfo, own, expected] of rows) {
    it(`is asked of every cgroup from the outermost to its own: ${title}`, () =>
      assert.deepEqual(
        cgroupFolders(mountinfo, own),
        expected.map((path) => `/sys/fs/cgroup${path}`),
      ));
  }
});
