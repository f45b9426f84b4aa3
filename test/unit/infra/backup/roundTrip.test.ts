import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  backUp,
  type ControlPlane,
  identity,
  initialise,
  objects,
  otherIdentity,
  runningControlPlane,
} from "../../../support/infra/backups";
import { MachineRoot } from "../../../support/infra/scriptRun";

describe("a backup", () => {
  let folder: string;
  let bucket: string;
  let running: ControlPlane;
  let fresh: MachineRoot;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "perigee-bucket-"));
    bucket = join(folder, "bucket");
    mkdirSync(bucket);
    running = await runningControlPlane(bucket, "ground", "all that is on the cluster");
    fresh = new MachineRoot();
  });
  afterEach(() => {
    running.root.remove();
    fresh.remove();
    rmSync(folder, { recursive: true });
  });

  const metric = (name: string): string | undefined =>
    new RegExp(`^perigee_backup_${name} (.*)$`, "m").exec(
      running.root.read("/var/lib/perigee/metrics/backup.prom"),
    )?.[1];
  const newest = (): string => objects(bucket, "ground").at(-1) ?? "";

  it("brings etcd, authorities, service accounts' key and the Secrets' key to a new machine", async () => {
    const said = backUp(running);
    assert.equal(said.status, 0, said.stderr);
    assert.match(newest(), /^\d{4}-\d\d-\d\dT\d{6}Z_v1\.36\.3\.tar\.age$/);
    fresh.write("/var/node", "aws:///eu-central-1a/i-1");
    const restored = await initialise(fresh, bucket, {});
    assert.equal(restored.status, 0, restored.stderr);
    assert.equal(fresh.read("/var/lib/etcd/member/db"), "all that is on the cluster");
    assert.equal(fresh.read("/etc/kubernetes/pki/ca.crt"), "ca of ground");
    assert.equal(fresh.read("/etc/kubernetes/pki/sa.key"), "sa of ground");
    assert.equal(fresh.read("/etc/kubernetes/perigee/encryption.yaml"), "secret of ground");
    const init = restored.calls.find(
      (call) => call.startsWith("kubeadm init --skip-token-print") || call.includes("kubeadm init"),
    );
    assert.match(String(init), /DirAvailable--var-lib-etcd/);
    assert.ok(restored.calls.includes("kubectl delete node ground-control-plane-1 --timeout 60s"));
    assert.ok(
      restored.calls.some((call) =>
        /^kubectl --namespace kube-flannel delete pods .*spec\.nodeName=/.test(call),
      ),
    );
    assert.ok(!fresh.has("/var/lib/perigee/restore"), "nothing of the backup stays on the machine");
  });

  it("onto the same machine leaves its Node there, and starts its part of the pod network anew all the same", async () => {
    backUp(running);
    fresh.write("/var/node", "aws:///eu-central-1a/i-2"); // as PROVIDER_ID says
    const { status, stderr, calls } = await initialise(fresh, bucket, {});
    assert.equal(status, 0, stderr);
    assert.ok(!calls.some((call) => call.startsWith("kubectl delete node")));
    assert.ok(calls.some((call) => /^kubectl --namespace kube-flannel delete pods /.test(call)));
  });

  it("lets a control plane's own data be set aside: not while a step, a backup or a renewal is at work there", () => {
    const busy = backUp(running, { flock: "exit 1" }, "set-aside");
    assert.equal(busy.status, 1);
    assert.match(busy.stderr, /has been running on this machine for 20 minutes/);
    assert.ok(running.root.has("/var/lib/perigee/initialised"));
    running.root.write("/var/lib/perigee/set-aside", ""); // of a disk that was full
    const said = backUp(running, { flock: "" }, "set-aside");
    assert.equal(said.status, 0, said.stderr);
    assert.ok(!running.root.has("/var/lib/perigee/initialised"));
    const aside = running.root.read("/var/lib/perigee/set-aside").trim();
    assert.equal(readFileSync(join(aside, "member/db"), "utf8"), "all that is on the cluster");
  });

  it("is read by nobody but the operator, and leaves nothing readable on the machine", () => {
    backUp(running);
    const content = readFileSync(join(bucket, "ground", newest()), "latin1");
    assert.match(content, /^age-encryption\.org\/v1\n/);
    assert.doesNotMatch(content, /all that is on|secret of/);
    assert.ok(!running.root.has("/var/lib/perigee/backup"));
    assert.ok(!running.root.has("/var/lib/etcd/perigee-snapshot.db"));
  });

  it("shows its credentials to no process list", () => {
    const { calls } = backUp(running);
    assert.doesNotMatch(calls.join("\n"), /s\/\+=|t\/\+==|SESSION/);
    assert.match(
      readFileSync(join(folder, "config"), "utf8"),
      /^user = "ASIA1:s\/\+="\nheader = "x-amz-security-token: t\/\+=="$/m,
    );
  });

  it("is told by metrics: when, how large, and how long it took", () => {
    const before = Math.floor(Date.now() / 1000);
    backUp(running);
    assert.ok(Number(metric("last_success_timestamp_seconds")) >= before);
    assert.ok(Number(metric("last_size_bytes")) > 200);
    assert.deepEqual([metric("failed"), metric("interval_seconds")], ["0", "3600"]);
  });

  it("that fails says why, and keeps the time of the last one that did not", () => {
    backUp(running);
    const last = metric("last_success_timestamp_seconds");
    const said = backUp(running, {
      curl: `case "$*" in *169.254*) echo '"AccessKeyId" : "a" "SecretAccessKey" : "b" "Token" : "c"' ;; *) echo "curl: (7) Failed to connect" >&2; exit 7 ;; esac`,
    });
    assert.equal(said.status, 1);
    assert.match(
      said.stderr,
      /^the backup could not be put into the bucket: backups\.s3\..* does not answer: curl: \(7\)/m,
    );
    assert.deepEqual([metric("failed"), metric("last_success_timestamp_seconds")], ["1", last]);
    assert.match(
      running.root.read("/var/lib/perigee/metrics/backup.prom"),
      /^perigee_backup_error_info\{error="the backup could not be put into the bucket: .* Failed to connect"\} 1$/m,
    );
  });

  it("is not made of a snapshot that cannot be read, nor where etcd does not answer", () => {
    const unreadable = backUp(running, {
      crictl: `${running.programs["crictl"]?.replace(/echo '\{"hash.*/, "echo 'file corrupt' >&2; exit 1 ;;") ?? ""}`,
    });
    assert.equal(unreadable.status, 1);
    assert.match(unreadable.stderr, /^etcd's snapshot cannot be read: file corrupt$/m);
    const dead = backUp(running, { crictl: "" });
    assert.match(dead.stderr, /^etcd does not answer: no etcd runs on this machine$/m);
    assert.equal(metric("last_success_timestamp_seconds"), "0");
  });

  it("is another control plane's work where that one leads, but for one that is asked for by name", () => {
    const crictl = running.programs["crictl"]?.replace('"leader":7', '"leader":8') ?? "";
    const said = backUp(running, { crictl });
    assert.equal(said.status, 0, said.stderr);
    assert.match(said.stdout, /another control plane, which backs up/);
    assert.equal(metric("failed"), "0");
    assert.match(backUp(running, { crictl }, "now").stdout, /^backed up: ground\//m);
  });

  it("is not made of a machine without a cluster", () => {
    rmSync(running.root.at("/var/lib/perigee/initialised"));
    assert.match(backUp(running).stdout, /nothing to back up/);
  });

  describe("that cannot be used is refused by name, and nothing is changed", () => {
    beforeEach(() => void backUp(running));

    const refuses = async (why: RegExp, inputs: Readonly<Record<string, string>> = {}): Promise<void> => {
      const said = await initialise(fresh, bucket, inputs);
      assert.equal(said.status, 1, said.stderr);
      const last = said.stderr.trim().split("\n").at(-1) ?? "";
      assert.match(last, why);
      assert.match(last, /^restoreFrom = .*; nothing was changed$/);
      assert.ok(!said.calls.some((call) => /^(kubeadm|ctr|kubectl) /.test(call)), said.calls.join("\n"));
      assert.ok(!fresh.has("/etc/kubernetes/pki") && !fresh.has("/var/lib/etcd/member"));
    };
    const change = (edit: (path: string) => void): void => edit(join(bucket, "ground", newest()));
    /** A backup with this content in place of the newest. */
    const repacked = (edit: (content: string) => void): void => {
      const content = join(folder, "content");
      const age = /'(.*)'/.exec(running.programs["age"] ?? "")?.[1] ?? "";
      const sh = (script: string) =>
        assert.equal(
          spawnSync("bash", ["--norc", "-ec", script], { stdio: ["ignore", "inherit", "inherit"] }).status,
          0,
        );
      writeFileSync(join(folder, "key"), identity.identity);
      change((path) => {
        sh(`mkdir '${content}'; '${age}' -d -i '${folder}/key' '${path}' | tar -xzC '${content}'`);
        edit(content);
        sh(`tar -cC '${content}' . | gzip | '${age}' -r '${identity.recipient}' >'${path}'`);
      });
    };
    const summed = (content: string): void => {
      spawnSync("bash", ["--norc", "-c", "find . -type f ! -name sums -print0 | xargs -0 sha256sum >sums"], {
        cwd: content,
      });
    };

    it("one that is not there", async () => {
      await refuses(/answers 404 NoSuchKey: The specified key does not exist\./, {
        RESTORE_FROM: "2026-01-01T000000Z_v1.36.3.tar.age",
      });
    });
    it("any, where there is none of this cluster", async () => {
      rmSync(join(bucket, "ground"), { recursive: true });
      await refuses(/there is no backup of ground in backups\.s3/);
    });
    it("one that was cut short", async () => {
      change((path) => truncateSync(path, 400));
      await refuses(/cannot be decrypted .*it is damaged/);
    });
    it("one with a byte that changed", async () => {
      change((path) => {
        const bytes = readFileSync(path);
        bytes[bytes.length - 20] = (bytes[bytes.length - 20] ?? 0) ^ 1;
        writeFileSync(path, bytes);
      });
      await refuses(/cannot be decrypted/);
    });
    it("one that is empty", async () => {
      change((path) => truncateSync(path, 0));
      await refuses(/cannot be decrypted/);
    });
    it("one for another identity", async () => {
      await refuses(/cannot be decrypted .*another identity than backup\.identity/, {
        BACKUP_IDENTITY: otherIdentity.identity,
      });
    });
    it("one whose content is not what was backed up", async () => {
      repacked((content) => writeFileSync(join(content, "etcd.db"), "other"));
      await refuses(/is damaged/);
    });
    it("one that was renamed after another cluster's", async () => {
      const other = await runningControlPlane(bucket, "orbit", "another cluster");
      backUp(other);
      copyFileSync(
        join(bucket, "orbit", objects(bucket, "orbit").at(-1) ?? ""),
        join(bucket, "ground", newest()),
      );
      other.root.remove();
      await refuses(/is of the cluster orbit, and this one is ground/);
    });
    it("one of another Kubernetes version", async () => {
      await refuses(/is of Kubernetes 1\.36\.3, and the settings ask for 1\.35\.4/, {
        KUBERNETES_VERSION: "1.35.4",
      });
    });
    it("one of a cluster with other addresses", async () => {
      const documents = "kind: ClusterConfiguration\npodSubnet: 10.245.0.0/16\nserviceSubnet: 10.96.0.0/12\n";
      await refuses(/has podSubnet:10\.244\.0\.0\/16, and the settings ask for podSubnet:10\.245\.0\.0\/16/, {
        KUBEADM_CONFIG: documents,
      });
    });
    it("one with a key for Secrets of a higher number than the settings ask for", async () => {
      repacked((content) => {
        writeFileSync(join(content, "perigee/encryption.yaml"), "keys: [{name: key3, secret: x}]");
        summed(content);
      });
      await refuses(/has the key for Secrets with the number 3: set keys\.secrets to it/, {
        SECRETS_KEY: "2",
      });
    });
    it("one of a newer Perigee", async () => {
      repacked((content) => {
        const manifest = join(content, "manifest");
        writeFileSync(manifest, readFileSync(manifest, "utf8").replace("format=1", "format=2"));
        summed(content);
      });
      await refuses(/was made by a newer Perigee/);
    });
  });

  it("takes the newest of more than S3 lists at once", async () => {
    mkdirSync(join(bucket, "ground"), { recursive: true });
    writeFileSync(join(bucket, "ground", "2026-01-01T000000Z_v1.36.3.tar.age"), "old");
    backUp(running);
    const made = newest();
    writeFileSync(join(bucket, "ground", "README"), "not a backup");
    const said = await initialise(fresh, bucket, {});
    assert.equal(said.status, 0, said.stderr);
    assert.match(said.stderr, new RegExp(`fetching the backup ground/${made}`));
  });

  it("waits for a permission that the same run has given: IAM takes some seconds", async () => {
    backUp(running);
    const said = await initialise(fresh, bucket, {}, (curl) =>
      curl.replace("key=", "if [ ! -e /var/asked ]; then touch /var/asked; printf 403; exit; fi; key="),
    );
    assert.equal(said.status, 0, said.stderr);
  });

  it("begins no new cluster where the data was set aside, until a restore is asked for", async () => {
    backUp(running);
    fresh.write("/var/lib/perigee/set-aside", "/var/lib/perigee/set-aside-2026");
    for (const wanted of ["", "empty"]) {
      const said = await initialise(fresh, bucket, { RESTORE_FROM: wanted });
      assert.equal(said.status, 1);
      assert.match(
        said.stderr,
        /set aside in \/.*set-aside-2026, and a new cluster is not begun in its place: set restoreFrom/,
      );
    }
    assert.equal((await initialise(fresh, bucket, {})).status, 0);
    assert.ok(!fresh.has("/var/lib/perigee/set-aside"));
  });

  it("never replaces data that is there, and says so", async () => {
    backUp(running);
    const { root } = running;
    root.write("/var/lib/etcd/member/db", "newer");
    const said = await initialise(root, bucket, {});
    assert.equal(said.status, 0, said.stderr);
    assert.match(
      said.stderr,
      /^restoreFrom = latest: this control plane has data of its own, nothing was restored$/m,
    );
    assert.equal(root.read("/var/lib/etcd/member/db"), "newer");
  });
}).timeout(60_000);
