import { strict as assert } from "node:assert";
import { cgroupMounts, unmountedControllers } from "../../../../lab/host/cgroups";
import { labFolders } from "../../../../lab/settings";

const v1 = `31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw
32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
`;
const v2 = "41 31 0:38 / /sys/fs/cgroup rw,relatime - cgroup2 cgroup2 rw\n";
const controllers = (...rows: string[]): string =>
  `#subsys_name\thierarchy\tnum_cgroups\tenabled\n${rows.join("\n")}\n`;

describe("cgroups", () => {
  it("finds the hierarchies of v1, hybrid and v2 hosts", () => {
    assert.deepEqual(cgroupMounts(v1), ["/sys/fs/cgroup/cpu", "/sys/fs/cgroup/unified"]);
    assert.deepEqual(cgroupMounts(v2), ["/sys/fs/cgroup"]);
  });

  it("adds the v1 hierarchies that machines would share, the two network ones together", () => {
    const text = controllers("cpu\t1\t1\t1", "hugetlb\t0\t1\t1", "net_cls\t0\t1\t1", "net_prio\t0\t1\t1");
    assert.deepEqual(unmountedControllers(text, v1), ["hugetlb", "net_cls,net_prio"]);
  });

  it("adds one that exists but is mounted elsewhere", () =>
    assert.deepEqual(unmountedControllers(controllers("hugetlb\t7\t1\t1"), v1), ["hugetlb"]));

  it("leaves mounted and disabled ones alone, and v2 hosts altogether", () => {
    const mounted = `${v1}50 31 0:40 / /sys/fs/cgroup/hugetlb rw - cgroup cgroup rw,hugetlb\n`;
    assert.deepEqual(
      unmountedControllers(controllers("hugetlb\t7\t1\t1", "perf_event\t0\t1\t0"), mounted),
      [],
    );
    assert.deepEqual(unmountedControllers(controllers("hugetlb\t0\t1\t1"), v2), []);
  });

  it("keeps labs with different state folders apart", () => {
    assert.equal(labFolders("/var/lib/perigee-lab").cgroup, "perigee-lab");
    assert.notEqual(labFolders("/srv/a").cgroup, labFolders("/srv/b").cgroup);
  });
});
