import assert from "node:assert/strict";
import fc from "fast-check";
import { isPublic, parseBackup, representative } from "../../../../infra/backup/restore";
import { deploy, type Deployment, mockedBackups, refusal } from "../../../support/infra/mocks";
import { small } from "../../../support/infra/settingsExamples";

const ground = { ...small, clusterName: "ground" };
const ownBucket = { ...ground, backup: { bucket: "ours" } };
const node = (instanceId: string) => ({
  ...{
    name: "ground-control-plane-1",
    role: "control-plane",
    instanceId,
    instanceType: "t3.medium",
    diskGiB: 30,
  },
  ...{ privateIp: "10.0.1.10", publicIp: "203.0.113.10", availabilityZone: "eu-central-1a", subnet: 1 },
});
const running = (instanceId: string) => ({
  clusterName: "ground",
  nodes: [node(instanceId)],
  backup: { enabled: true, bucket: "ours", kept: true },
});
const newest = mockedBackups.at(-1) ?? "";

describe("restoreFrom", () => {
  const refuses = async (
    raw: Readonly<Record<string, unknown>>,
    why: RegExp,
    outputs = {},
  ): Promise<void> => {
    const { message, resources } = await refusal(raw, outputs);
    assert.match(message, why);
    assert.match(message, /nothing was changed/);
    assert.deepEqual(resources, [], "before anything is registered");
  };

  it("is refused where there is no bucket yet", () =>
    refuses(
      { ...ground, restoreFrom: "latest" },
      /restoreFrom = "latest": there is no bucket yet; set backup\.bucket/,
    ));

  it("names what is there when it names what is not", () =>
    refuses(
      { ...ownBucket, restoreFrom: "2020-01-01T000000Z_v1.36.3.tar.age" },
      /is not in the bucket ours; the newest there: 2026-11-26T020000Z_v1\.36\.3\.tar\.age, 2026-11-26T010000Z/,
    ));

  it("is refused for another cluster's backup", () =>
    refuses(
      { ...ownBucket, restoreFrom: "orbit/2026-11-26T020000Z_v1.36.3.tar.age" },
      /is of the cluster orbit, and this one is ground/,
    ));

  it("is refused where the bucket has none of this cluster", () =>
    refuses(
      { ...ownBucket, clusterName: "orbit", restoreFrom: "latest" },
      /there is no backup of orbit in the bucket ours/,
    ));

  it("is refused for a backup of another version, with the way", () =>
    refuses(
      { ...ownBucket, restoreFrom: "2026-11-25T000000Z_v1.35.4.tar.age" },
      /is of Kubernetes 1\.35\.4; set kubernetesVersion, which is 1\.36\.3, to it/,
    ));

  it("is refused when it is no name of a backup", () =>
    refuses(
      { ...ownBucket, restoreFrom: "newest" },
      /restoreFrom = "newest": latest, empty, or the name of a backup/,
    ));

  for (const [bucket, why] of [
    ["public", /backup\.bucket = "public": its policy lets everybody in/],
    ["foreign", /backup\.bucket = "foreign": is not a bucket of yours that can be used: .*MethodNotAllowed/],
  ] as const) {
    it(`and backups use no bucket that is ${bucket}`, () => refuses({ ...ground, backup: { bucket } }, why));
  }

  it("must say what becomes of a cluster whose control plane died: nothing is made empty by itself", () =>
    refuses(
      ground,
      new RegExp(
        `the machine of ground-control-plane-1 \\(i-dead\\) is gone, and etcd with it.*last backup, ${newest}: .*restoreFrom latest.*restoreFrom empty`,
        "s",
      ),
      running("i-dead"),
    ));
});

describe("restoreFrom: empty", () => {
  const empty = { ...ground, restoreFrom: "empty" };
  const stay = `; the backups in ours stay, the newest: ${newest}`;
  const said = async (raw: Readonly<Record<string, unknown>>, outputs = {}): Promise<readonly string[]> =>
    (await deploy(raw, outputs)).said;

  it("is warned of while the control plane lives: a later death would begin an empty cluster without a word", async () => {
    assert.deepEqual(await said(empty, running("i-1")), [
      "warning: restoreFrom = empty is still set. ground-control-plane-1 lives and keeps its data, but should it die, the next " +
        `up would begin an empty cluster in its place without asking${stay}. ` +
        "Remove it:  pulumi config rm -s test perigee-infra:restoreFrom",
    ]);
  });

  it("says what it does in place of a control plane that died, and that the backups stay", async () => {
    assert.deepEqual(await said(empty, running("i-dead")), [
      `info: ground-control-plane-1 is gone; the new one begins empty, and what was on the former is given up${stay}`,
    ]);
  });

  it("says the same of a machine that such an up left", async () => {
    assert.deepEqual(await said(empty, running("i-former")), [
      `info: ground-control-plane-1 is i-new, of an up that did not end: it begins empty, unless it has data of its own by now${stay}`,
    ]);
  });

  it("says what a new cluster leaves alone in a bucket that has backups", async () => {
    assert.deepEqual(await said({ ...ownBucket, restoreFrom: "empty" }), [
      `info: the new cluster begins empty${stay}`,
    ]);
    assert.deepEqual(await said(empty), ["info: the new cluster begins empty"]);
  });

  it("needs no bucket that can be listed", async () => {
    const lost = { ...running("i-dead"), backup: { enabled: true, bucket: "gone", kept: true } };
    assert.deepEqual(await said(empty, lost), [
      "warning: the bucket gone cannot be listed: listing S3 Bucket (gone) Objects: NoSuchBucket",
      "info: ground-control-plane-1 is gone; the new one begins empty, and what was on the former is given up",
    ]);
  });
});

describe("restoreFrom that is left set", () => {
  it("is said, with what it would do and the command that removes it", async () => {
    const { said } = await deploy({ ...ground, restoreFrom: "latest" }, running("i-1"));
    assert.match(
      said.join(),
      /^info: ground-control-plane-1 is there: .* only if it has no data of its own.*config rm -s test perigee-infra:restoreFrom$/,
    );
  });
});

describe("a control plane whose machine is another one than that of the last up that ended", () => {
  const outputs = running("i-former");
  const init = ({ resources }: Deployment): string =>
    String(resources.find(({ name }) => name === "cluster-init")?.inputs["stdin"]);

  it("is not dead, and begins nothing without the data that a restore was to give it", async () => {
    const deployment = await deploy(ground, outputs);
    assert.deepEqual(deployment.said, [
      "info: ground-control-plane-1 is i-new, of an up that did not end: it keeps the data that it has",
    ]);
    assert.match(init(deployment), /^declare -r RESTORE_FROM='nothing'$/m);
    assert.match(init(deployment), /^declare -r BACKUP_IDENTITY=''$/m);
    assert.match(init(await deploy(ground, running("i-1"))), /^declare -r RESTORE_FROM=''$/m);
  });

  it("goes on with its restore, where restoreFrom is still set", async () => {
    const { said } = await deploy({ ...ground, restoreFrom: "latest" }, outputs);
    assert.deepEqual(said, [
      `info: ground-control-plane-1 is i-new, of an up that did not end: it begins with the backup ${newest}, of ` +
        "2026-11-26T02:00:00Z, unless it has data of its own by now",
    ]);
  });

  it("begins empty where somebody says so", async () => {
    assert.match(
      init(await deploy({ ...ground, restoreFrom: "empty" }, outputs)),
      /^declare -r RESTORE_FROM=''$/m,
    );
  });

  it("is nothing to a cluster that never had backups", async () => {
    const { clusterName, nodes } = outputs;
    assert.match(init(await deploy(ground, { clusterName, nodes })), /^declare -r RESTORE_FROM=''$/m);
  });
});

describe("a control plane that died without a backup that can be found", () => {
  it("is not replaced by an empty cluster by itself either", async () => {
    const { message } = await refusal(
      { ...small, clusterName: "orbit" },
      { ...running("i-dead"), clusterName: "orbit" },
    );
    assert.match(message, /There is no backup of it where backups are now/);
    assert.match(message, /restoreFrom empty/);
  });
});

describe("backups that are turned off", () => {
  it("leave the bucket where it is, and nobody may write there", async () => {
    const { resources } = await deploy({ ...ground, backup: { enabled: false } }, running("i-1"));
    const made = resources.map(({ type, name }) => `${type} ${name}`);
    assert.ok(made.includes("aws:s3/bucket:Bucket ground-backup"));
    assert.ok(!made.includes("aws:iam/rolePolicy:RolePolicy backup"));
  });
});

describe("a bucket of the operator's", () => {
  const gone = { ...ground, backup: { enabled: false, bucket: "gone" } };
  const off = (instanceId: string) => ({ ...running(instanceId), backup: { enabled: false } });

  it("may be gone where nothing is written there and nothing is read: it is not looked at", async () => {
    const alive = await deploy(gone, off("i-1"));
    assert.deepEqual([alive.calls.filter((token) => token.startsWith("aws:s3")), alive.said], [[], []]);
    const anew = await deploy({ ...gone, restoreFrom: "empty" }, off("i-dead"));
    assert.deepEqual(
      anew.calls.filter((token) => token.startsWith("aws:s3")),
      [],
    );
  });

  it("takes the place of one that was made, which is let go of", async () => {
    const { resources } = await deploy(gone, { ...off("i-1"), backup: { enabled: false, kept: true } });
    assert.ok(!resources.some(({ type }) => type.startsWith("aws:s3")));
  });

  const refused = /backup\.bucket = "gone": is not a bucket of yours that can be used: .*NoSuchBucket/;
  it("is refused where backups go there, a restore comes from there, or a control plane that died needs one", async () => {
    for (const [raw, outputs] of [
      [{ ...gone, backup: { bucket: "gone" } }, off("i-1")],
      [{ ...gone, restoreFrom: "latest" }, off("i-1")],
      [gone, off("i-dead")],
    ] as const) {
      assert.match((await refusal(raw, outputs)).message, refused);
    }
  });
});

describe("a machine that restores", () => {
  let restoring: Deployment;
  let other: Deployment;
  before(async () => {
    restoring = await deploy({ ...ownBucket, restoreFrom: "latest" });
    other = await deploy(ownBucket);
  });

  const stdin = ({ resources }: Deployment): string =>
    String(resources.find(({ name }) => name === "cluster-init")?.inputs["stdin"]);
  const policy = ({ resources }: Deployment): string =>
    JSON.stringify(
      resources.find(({ type, name }) => type === "aws:iam/rolePolicy:RolePolicy" && name === "backup")
        ?.inputs,
    );

  it("is told which backup and gets the identity; without a restore none does", () => {
    assert.match(stdin(restoring), /^declare -r RESTORE_FROM='latest'$/m);
    assert.match(stdin(restoring), /^declare -r BACKUP_IDENTITY='AGE-SECRET-KEY-1/m);
    assert.match(stdin(restoring), /^declare -r BUCKET_HOST='ours\.s3\.eu-central-1\.amazonaws\.com'$/m);
    assert.match(stdin(other), /^declare -r BACKUP_IDENTITY=''$/m);
  });

  it("may read backups meanwhile, below its own prefix, and at no other time", () => {
    assert.match(policy(restoring), /"s3:GetObject".*\/ground\/\*/);
    assert.doesNotMatch(policy(other), /s3:(Get|List|Delete)/);
    assert.match(
      policy(other),
      /"Action":"s3:PutObject","Effect":"Allow","Resource":"arn:aws:s3:::ours\/ground\/\*"/,
    );
  });

  it("has its identity in no input that is not secret", () => {
    for (const { name, inputs, secretInputs } of restoring.resources) {
      for (const [key, value] of Object.entries(inputs)) {
        if (JSON.stringify(value).includes("AGE-SECRET-KEY-1")) {
          assert.ok(secretInputs.includes(key), `${name}.${key}`);
        }
      }
    }
  });
});

describe("the name of a backup", () => {
  it("says cluster, time and version", () => {
    assert.deepEqual(parseBackup("ground/2026-11-26T153000Z_v1.36.3.tar.age"), {
      object: "ground/2026-11-26T153000Z_v1.36.3.tar.age",
      cluster: "ground",
      time: "2026-11-26T15:30:00Z",
      kubernetesVersion: "1.36.3",
    });
  });

  it("sorts as its time does", () => {
    const times = fc.date({ min: new Date("2020-01-01"), max: new Date("2099-01-01"), noInvalidDate: true });
    const nameOf = (time: Date): string =>
      `ground/${time
        .toISOString()
        .slice(0, 19)
        .replace(/:(\d\d):(\d\d)$/, "$1$2")}Z_v1.36.3.tar.age`;
    fc.assert(
      fc.property(times, times, (one, other) => {
        const [first, second] = [one, other].map((time) => Math.floor(time.getTime() / 1000));
        if (first !== undefined && second !== undefined && first < second) {
          assert.ok(nameOf(one) < nameOf(other));
        }
        assert.equal(parseBackup(nameOf(one))?.time, `${one.toISOString().slice(0, 19)}Z`);
      }),
    );
  });

  it("is no other object's", () => {
    for (const object of ["ground/", "ground/README", "ground/2026-11-26T153000Z_v1.36.3.tar.age.part"]) {
      assert.equal(parseBackup(object), undefined, object);
    }
  });
});

describe("a bucket's policy", () => {
  const policy = (statement: object): string =>
    JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
  it("is public when it allows everybody something on no condition", () => {
    assert.ok(isPublic(policy({ Effect: "Allow", Principal: "*" })));
    assert.ok(isPublic(policy({ Effect: "Allow", Principal: { AWS: ["*"] } })));
    assert.ok(!isPublic(policy({ Effect: "Deny", Principal: "*" })));
    assert.ok(!isPublic(policy({ Effect: "Allow", Principal: { AWS: "arn:aws:iam::1:root" } })));
    assert.ok(!isPublic(policy({ Effect: "Allow", Principal: "*", Condition: { StringEquals: {} } })));
    assert.ok(!isPublic("{}"));
  });
});

describe("several control planes", () => {
  const one = (number: number, instanceId: string, living?: string) => ({
    name: `ground-control-plane-${number}`,
    role: "control-plane" as const,
    instanceId,
    ...(living === undefined ? {} : { living }),
  });

  it("are a cluster that died only where all of them did", () => {
    const [dead, alive] = [one(1, "i-1"), one(2, "i-2", "i-2")];
    assert.equal(representative([dead, alive, one(3, "i-3")]), alive);
    assert.equal(representative([dead, one(2, "i-2"), one(3, "i-3")]), dead);
    assert.equal(representative([{ ...alive, role: "worker" }]), undefined);
  });

  it("are spoken for by one that has been a member, rather than by one that an up left half made", () => {
    const member = one(2, "i-2", "i-2");
    assert.equal(representative([one(1, "i-1", "i-new"), member]), member);
  });

  it("of which the first died need no restore: the others have the data", async () => {
    const nodes = [node("i-dead"), { ...node("i-2"), name: "ground-control-plane-2" }];
    const { said, resources } = await deploy(
      { ...ground, availabilityZones: 3, controlPlane: { count: 3 } },
      { ...running("i-dead"), nodes },
    );
    assert.ok(!said.some((text) => text.includes("restoreFrom")), said.join());
    const admit = resources.find(({ name }) => name === "ground-control-plane-1-admit")?.inputs as {
      connection: { host: string };
    };
    assert.equal(admit.connection.host, "203.0.113.11", "the second lets it in");
  });

  it("of which the first died before the up that made the others ended need none either; nor do those have to have joined", async () => {
    const three = { ...ground, availabilityZones: 3, controlPlane: { count: 3 } };
    const { said, resources } = await deploy(three, {
      ...running("i-dead"),
      made: ["ground-control-plane-2"],
    });
    assert.ok(said.some((text) => /ground-control-plane-2 is .* of an up that did not end/.test(text)));
    const step = (name: string) =>
      resources.find((one) => one.name === name)?.inputs as { stdin: string; connection: { host: string } };
    assert.equal(step("ground-control-plane-1-admit").connection.host, "203.0.113.11");
    assert.match(step("cluster-init").stdin, /^declare -r ADMISSION=/m);
    assert.match(step("ground-control-plane-2-init").stdin, /^declare -r RESTORE_FROM='nothing'$/m);
    const { message } = await refusal(three, running("i-dead"));
    assert.match(message, /ground-control-plane-1 \(i-dead\) is gone, and etcd with it; nothing was changed/);
  });
});
