import assert from "node:assert/strict";
import { mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { assembled } from "../../../../infra/kubeadm/step";
import { MachineRoot, type ScriptRunResult } from "../../../support/infra/scriptRun";

const disk = readFileSync(join(__dirname, "../../../../infra/kubeadm/scripts/disk.sh"), "utf8");
const restart = "systemctl try-restart kubelet";
const sectors = (gib: number): string => `${(gib * 2 ** 30) / 512}\n`;

describe("a root disk that AWS has grown", () => {
  let root: MachineRoot;
  beforeEach(() => (root = new MachineRoot()));
  afterEach(() => root.remove());

  /** The partition 1 of a disk of 40 GiB. */
  function partitioned(): void {
    root.write("/sys/dev/block/259:1/partition", "1\n");
    root.write("/sys/dev/block/259:1/size", sectors(20)).write("/sys/dev/block/size", sectors(40));
  }

  function grow(findmnt: string, programs: Readonly<Record<string, string>> = {}): ScriptRunResult {
    return root.run(assembled(`${disk}\ngrow_disk\n`, { NODE_NAME: "n", DISK_GIB: "40" }), {
      arguments: ["join", "3600"],
      programs: {
        ...{ findmnt: `echo ${findmnt}`, growpart: "", sleep: "", systemctl: "" },
        ...{ resize2fs: "echo 40000 >/var/size", xfs_growfs: "echo 40000 >/var/size" },
        df: "printf '%s\\n' 1M-blocks \"$(cat /var/size 2>/dev/null || echo 20000)\"",
        ...programs,
      },
    });
  }
  const calls = (said: ScriptRunResult): string[] =>
    said.calls.filter((call) => !/^(findmnt|df) /.test(call));

  it("is seen by the node: partition, then ext4, which grows by its device", () => {
    partitioned();
    const said = grow("259:1 ext4 /");
    assert.deepEqual(
      [said.status, calls(said)],
      [0, ["growpart /dev/block 1", "resize2fs /dev/259:1", restart]],
      said.stderr,
    );
  });

  it("is told to the Node by a kubelet that starts again, once", () => {
    partitioned();
    assert.ok(calls(grow("259:1 ext4 /")).includes(restart));
    assert.ok(!calls(grow("259:1 ext4 /")).includes(restart));
  });

  it("is told also where the step was interrupted before", () => {
    partitioned();
    grow("259:1 ext4 /", { systemctl: "exit 1" });
    assert.ok(calls(grow("259:1 ext4 /")).includes(restart));
  });

  it("is seen by the node also where nothing was left to grow", () => {
    partitioned();
    assert.equal(grow("259:1 ext4 /", { growpart: "exit 1" }).status, 0);
  });

  it("is seen by the node: XFS without a partition, which grows by its folder", () => {
    root.write("/sys/dev/block/7:1/size", sectors(40));
    const said = grow("7:1 xfs /var/lib/kubelet");
    assert.deepEqual(calls(said), [`xfs_growfs ${root.at("/var/lib/kubelet")}`, restart]);
  });

  it("is waited for: AWS answers before the machine sees it", () => {
    root.write("/sys/dev/block/7:1/size", sectors(39));
    const said = grow("7:1 xfs /", { sleep: `echo ${sectors(40).trim()} >/sys/dev/block/7:1/size` });
    assert.deepEqual([said.status, calls(said)], [0, ["sleep 1", "xfs_growfs /", restart]]);
  });

  it("is an error that says what failed, and what is missing", () => {
    partitioned();
    const failed = grow("259:1 ext4 /", { growpart: "exit 2" });
    assert.match(failed.stderr, /the partition 1 of \/dev\/block could not be grown to the disk's 40 GiB/);
    assert.equal(failed.status, 1);
  });

  it("is a logical volume's own business: an error where it was not grown", () => {
    root.write("/sys/devices/dm-0/size", sectors(20));
    mkdirSync(root.at("/sys/dev/block"), { recursive: true });
    symlinkSync(root.at("/sys/devices/dm-0"), root.at("/sys/dev/block/254:0"));
    const small = grow("254:0 ext4 /");
    assert.equal(small.status, 1);
    assert.match(
      small.stderr,
      /has 20000 MiB of the disk's 40 GiB, and one that is a logical volume is not grown here/,
    );
  });

  it("is an error that says why ext4 could not be grown", () => {
    partitioned();
    const failed = grow("259:1 ext4 /", { resize2fs: "echo 'Permission denied to resize' >&2; exit 1" });
    assert.match(
      failed.stderr,
      /the file system of \/dev\/259:1 could not be grown .*: Permission denied to resize/,
    );
    assert.equal(failed.status, 1);
  });

  it("is the image's own business on another file system: an error where it was not grown", () => {
    const size = (mib: number) => ({ df: `printf '%s\\n' 1M-blocks ${mib}` });
    assert.equal(grow("0:40 btrfs /", size(40_000)).status, 0);
    const small = grow("0:40 btrfs /", size(20_000));
    assert.equal(small.status, 1);
    assert.match(
      small.stderr,
      /has 20000 MiB of the disk's 40 GiB, and one that is of the kind btrfs is not grown here/,
    );
  });
});
