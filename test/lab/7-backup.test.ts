/** Backups: made by themselves, read by nobody, and brought back on a new machine and on the one that is there. */
import { strict as assert } from "node:assert";
import { labAddresses } from "../../lab/host/addresses";
import { serveS3, stopS3 } from "../../lab/pulumi/providers/aws/s3/serve";
import { labFolders, labSettings } from "../../lab/settings";
import {
  apply,
  clusterDns,
  controlPlane,
  engine,
  engineSucceeds,
  eventually,
  killMachine,
  kubectl,
  node,
  ssh,
  worker,
} from "../support/lab/lab";
import { query } from "../support/lab/prometheus";
import { followRunbook, runbook } from "../support/lab/runbook";
import { workloadsSucceed } from "../support/lab/workloads";

/** Object of the last backup, as the cluster says. */
const lastBackup = (): Promise<string> =>
  kubectl("-n", "kube-system", "get", "configmap/perigee-backup", "-o", "jsonpath={.data.object}").catch(
    () => "",
  );

/** A backup, made now. */
async function backUp(): Promise<string> {
  const before = await lastBackup();
  await ssh(controlPlane, await runbook("backup-now"));
  const made = await lastBackup();
  assert.notEqual(made, before);
  return made;
}

/** What the bucket says to a request of the control plane with its own credentials; empty when it is done. */
const asked = (method: string, path: string, host = ""): Promise<string> =>
  ssh(
    controlPlane,
    `. /etc/perigee/backup.env; . /opt/perigee/s3.sh; ${host}
    echo probe >/tmp/probe; s3 ${method} '${path}' /tmp/probe || echo "$s3_error"`,
  );

const namespace = "mission";
const marker = { name: "marker", namespace };

/** What people put on a cluster: nothing of it is in a stack. */
async function putMarkers(): Promise<void> {
  await apply(
    { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
    { apiVersion: "v1", kind: "ConfigMap", metadata: marker, data: { word: "apogee" } },
    { apiVersion: "v1", kind: "Secret", metadata: marker, stringData: { word: "perigee" } },
    {
      ...{ apiVersion: "v1", kind: "PersistentVolume", metadata: { name: "mission-marker" } },
      spec: {
        ...{ capacity: { storage: "1Gi" }, accessModes: ["ReadWriteOnce"], storageClassName: "none" },
        ...{ persistentVolumeReclaimPolicy: "Retain", hostPath: { path: "/var/lib/mission" } },
      },
    },
    {
      ...{ apiVersion: "apps/v1", kind: "Deployment", metadata: marker },
      spec: {
        selector: { matchLabels: { app: "marker" } },
        template: {
          metadata: { labels: { app: "marker" } },
          spec: { containers: [{ name: "pause", image: "registry.k8s.io/pause:3.10.2" }] },
        },
      },
    },
  );
  await kubectl("-n", namespace, "rollout", "status", "deployment/marker", "--timeout=120s");
}

async function markersAreThere(): Promise<void> {
  const get = (what: string, path: string): Promise<string> =>
    kubectl("-n", namespace, "get", what, "-o", `jsonpath={${path}}`);
  assert.equal(await get("configmap/marker", ".data.word"), "apogee");
  assert.equal(await get("secret/marker", ".data.word"), btoa("perigee"));
  assert.equal(await get("persistentvolume/mission-marker", ".spec.hostPath.path"), "/var/lib/mission");
  await kubectl("-n", namespace, "rollout", "status", "deployment/marker", "--timeout=180s");
}

/** All nodes Ready, a new pod starts, and its ServiceAccount's token is taken. */
async function clusterWorks(): Promise<void> {
  await kubectl("wait", "node", controlPlane, worker, "--for=condition=Ready", "--timeout=180s");
  await clusterDns(180);
  await kubectl("-n", namespace, "rollout", "restart", "deployment/marker");
  await kubectl("-n", namespace, "rollout", "status", "deployment/marker", "--timeout=180s");
}

describe("a backup", () => {
  it("is made by its timer, without anybody's doing, and told by its metrics", async () => {
    await eventually("the first backup", async () => (await lastBackup()) !== "", 300);
    await eventually(
      "its metrics in Prometheus",
      async () =>
        (await query("time() - perigee_backup_last_success_timestamp_seconds < 2 * 3600")).length === 1,
      180,
    );
    assert.deepEqual(await query("perigee_backup_failed == 1"), []);
  });

  it("can be written by a control plane's credentials, and neither read nor deleted nor put elsewhere", async () => {
    const object = await backUp();
    const denied = /answers 403 AccessDenied/;
    assert.match(await asked("GET", object), denied);
    assert.match(await asked("DELETE", object), denied);
    assert.match(await asked("GET", "?list-type=2&prefix=perigee-lab%2F"), denied);
    assert.match(await asked("PUT", "elsewhere/x"), denied);
    assert.equal(await asked("PUT", "perigee-lab/probe"), "");
    assert.match(await asked("PUT", "perigee-lab/probe", "BUCKET_OWNER=999999999999"), denied);
  });

  it("is not made with a worker's credentials", async () => {
    const script = await ssh(controlPlane, "cat /etc/perigee/backup.env /opt/perigee/s3.sh");
    const said = await ssh(
      worker,
      `${script}\necho x >/tmp/probe; s3 PUT perigee-lab/probe /tmp/probe || echo "$s3_error"`,
    );
    assert.match(said, /answers 403 AccessDenied/);
  });
});

describe("a control plane whose machine and disk are gone", () => {
  let before: string;
  let clusterId: string;
  const uid = (): Promise<string> =>
    kubectl("get", "namespace", "kube-system", "-o", "jsonpath={.metadata.uid}");

  it("is not replaced by an empty cluster unless somebody says so: the way is told", async () => {
    await putMarkers();
    clusterId = await uid();
    await backUp();
    before = await killMachine(controlPlane);
    await engineSucceeds("refresh");
    const refused = await engine("up");
    assert.notEqual(refused.exitCode, 0);
    const said = refused.stdout + refused.stderr;
    assert.match(
      said,
      /perigee-lab-control-plane-1 \(i-\w+\) is gone, and etcd with it; nothing was changed/,
    );
    assert.match(said, /pulumi config set -s lab perigee-infra:restoreFrom latest/);
  });

  it("comes back from its last backup on a new machine, as the preview says and by the runbook; to stack 2 it is the same", async () => {
    const preview = await engineSucceeds("preview", { restoreFrom: "latest" });
    assert.match(
      preview.stdout,
      /perigee-lab-control-plane-1 is gone; the new one begins with the backup perigee-lab\//,
    );
    const last = await followRunbook("restore-latest");
    assert.notEqual((await node(controlPlane)).instanceId, before);
    assert.equal(await uid(), clusterId, "the same cluster");
    await markersAreThere();
    await clusterWorks();
    await engineSucceeds("preview", {}, "--expect-no-changes");
    // The administrator's certificate is another: nothing but the provider's kubeconfig follows.
    const { create, update, replace, delete: deleted } = last?.events.summary ?? {};
    assert.deepEqual([create, update, replace, deleted], [undefined, 1, undefined, undefined]);
    await workloadsSucceed("preview", {}, "--expect-no-changes");
  });

  it("may read no backup any more once restoreFrom is gone", async () => {
    assert.match(await asked("GET", await lastBackup()), /answers 403 AccessDenied/);
  });
});

describe("a bucket that nobody reaches for a while @all", () => {
  const folders = labFolders(labSettings().stateFolder);
  const alert = async (state: string): Promise<boolean> =>
    (await query(`ALERTS{alertname="BackupFailing",alertstate="${state}"}`)).length > 0;
  const served = async (): Promise<void> => {
    await serveS3(folders, { address: labAddresses("10.0.0.0/16").services, region: "lab-local-1" });
  };
  after(served);

  it("is told with the reason, and nothing is lost: what was there stays, and the next attempt is made by itself", async () => {
    const before = await lastBackup();
    await stopS3(folders);
    await assert.rejects(ssh(controlPlane, "systemctl start perigee-backup.service"));
    await eventually("the alert", () => alert("firing"), 600);
    const [reason] = await query("perigee_backup_error_info == 1");
    assert.match(String(reason?.metric["error"]), /could not be put into the bucket: .* does not answer/);
    assert.equal(await lastBackup(), before);
    await served();
    await eventually("a backup without anybody's doing", async () => (await lastBackup()) !== before, 180);
    await eventually("the end of the alert", async () => !(await alert("firing")), 300);
  });
});

describe("a namespace that somebody deleted", () => {
  it("comes back from a backup on the machine that is there", async () => {
    const object = await backUp();
    const { instanceId } = await node(controlPlane);
    await kubectl("delete", "namespace", namespace, "--timeout=120s");
    await ssh(controlPlane, await runbook("set-aside"));
    const [, name = ""] = object.split("/");
    await engineSucceeds("up", { restoreFrom: name });
    assert.equal((await node(controlPlane)).instanceId, instanceId);
    await markersAreThere();
    await clusterWorks();
  });

  it("stays away on a control plane that has its data: restoreFrom does nothing to it", async () => {
    await kubectl("delete", "namespace", namespace, "--timeout=120s");
    const run = await engineSucceeds("up", { restoreFrom: "latest" });
    assert.match(
      run.stdout,
      /perigee-lab-control-plane-1 is there: .* is restored only if it has no data of its own/,
    );
    assert.equal(await kubectl("get", "namespace", namespace, "--ignore-not-found", "-o", "name"), "");
    await engineSucceeds("up");
    await kubectl("delete", "persistentvolume/mission-marker");
  });
});
