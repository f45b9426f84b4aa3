import { strict as assert } from "node:assert";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  cacheFolderProblems,
  folderFacts,
  ownerProblems,
  stateFolderProblems,
} from "../../../../lab/cli/labFolder";
import { mountOf } from "../../../../lab/cli/mounts";
import { labSettings } from "../../../../lab/settings";
import { folder } from "../../../support/lab/hosts";

describe("the state folder", () => {
  let root = "";
  beforeEach(async () => (root = await mkdtemp(join(tmpdir(), "perigee-state-"))));
  afterEach(() => rm(root, { recursive: true }));

  const problems = async (path: string): Promise<string> =>
    stateFolderProblems(await folderFacts(path)).join("\n");

  it("may be new, empty, or a lab's own", async () => {
    assert.equal(await problems(join(root, "new/er")), "");
    assert.equal(await problems(root), "");
    await writeFile(join(root, "machineFiles.json"), "");
    await writeFile(join(root, "notes"), "");
    assert.equal(await problems(root), "");
  });

  it("may be what a killed make down left of it", async () => {
    for (const name of ["logs", "events-x1"]) await mkdir(join(root, name));
    assert.equal(await problems(root), "");
  });

  it("is no relative path", async () =>
    assert.equal(
      await problems("lab"),
      "PERIGEE_LAB_STATE is lab, which is relative. Allowed is a new, an empty or a lab's own folder, by its absolute path.",
    ));

  it("is not deleted where it is not a lab's, and is where it is a mount point or cannot be named", () => {
    const other = { ...folder("/srv", 50), content: "other" as const };
    assert.match(ownerProblems(other).join("\n"), /has other files in it/);
    const mounted = { ...folder("/mnt/a lab", 50), content: "lab" as const };
    assert.deepEqual(ownerProblems({ ...mounted, mount: undefined }), []);
    assert.notDeepEqual(stateFolderProblems(mounted), []);
  });

  it("is no file, nor below one", async () => {
    await writeFile(join(root, "file"), "");
    assert.match(await problems(join(root, "file")), /which is not a folder\. Allowed is/);
    assert.match(await problems(join(root, "file/lab")), /which is not a folder\. Allowed is/);
  });

  it("holds nobody else's files: make down would delete them", async () => {
    await writeFile(join(root, "thesis"), "");
    assert.match(await problems(root), /has other files in it, and `make down` deletes it all/);
  });

  it("has no characters that mounts and URLs take for their own", () => {
    for (const path of ["/srv/my lab", "/srv/a:b", "/srv/a,b", "/srv/50%"]) {
      assert.match(
        stateFolderProblems(folder(path, 50)).join("\n"),
        /which mounts and URLs cannot name/,
        path,
      );
    }
    assert.deepEqual(stateFolderProblems(folder("/srv/Überflug-2/a_b.c", 50)), []);
  });

  const on = (change: object) => ({
    ...folder("/mnt/lab", 50),
    mount: { point: "/mnt", type: "ext4", options: ["rw"], disk: "/dev/sdb", ...change },
  });
  const rows: [string, object, RegExp][] = [
    ["a mount point", { point: "/mnt/lab" }, /is a mount point, and cannot be deleted/],
    ["noexec", { options: ["rw", "noexec"] }, /file system at \/mnt is mounted noexec .*PERIGEE_LAB_STATE/],
    ["read-only", { options: ["ro"] }, /file system at \/mnt is mounted read-only/],
    ["a FAT disk", { type: "vfat" }, /file system at \/mnt is vfat \(no owners and modes of files\)/],
  ];
  for (const [title, change, expected] of rows) {
    it(`is not on ${title}`, () => {
      assert.match(stateFolderProblems(on(change)).join("\n"), expected);
    });
  }

  it("has one spelling", () => {
    assert.equal(labSettings({ PERIGEE_LAB_STATE: "/srv//lab/" }).stateFolder, "/srv/lab");
    assert.equal(labSettings({ PERIGEE_LAB_STATE: "lab" }).stateFolder, "lab");
    assert.equal(labSettings({}).stateFolder, "/var/lib/perigee-lab");
  });
});

describe("the cache folder", () => {
  it("can run what was built in it", () => {
    const mount = { point: "/root", type: "ext4", options: ["rw", "noexec"], disk: "/dev/sdb" };
    const found = cacheFolderProblems({ ...folder("/root/.cache/perigee", 50), mount });
    assert.match(found.join("\n"), /is kept in \/root\/\.cache\/perigee: .*noexec.*XDG_CACHE_HOME/);
  });
});

describe("the mount that holds a path", () => {
  const mountinfo = [
    "22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw",
    "23 22 0:30 /root /home rw shared:2 - btrfs /dev/vdb rw,subvol=/root",
    "24 22 0:31 /var /var rw shared:3 - btrfs /dev/vdb rw,subvol=/var",
    "25 24 0:40 / /var/my\\040lab rw,noexec - tmpfs tmpfs rw,size=1g",
    "26 24 0:41 / /var/my\\040lab ro - tmpfs tmpfs rw",
  ].join("\n");
  const at = (path: string) => mountOf(mountinfo, path);

  it("is the one on the longest mount point, of folders as a whole", () => {
    assert.equal(at("/var/lib/lab")?.point, "/var");
    assert.equal(at("/variable")?.point, "/");
  });

  it("is the uppermost of several on one point, whose name may hold a space", () =>
    assert.deepEqual(at("/var/my lab/x"), {
      point: "/var/my lab",
      type: "tmpfs",
      options: ["ro", "rw"],
      disk: "0:41",
    }));

  it("is on the same disk as another subvolume of it", () => {
    assert.equal(at("/home/x")?.disk, at("/var/x")?.disk);
    assert.notEqual(at("/home/x")?.disk, at("/x")?.disk);
  });
});
