/** Backups of stand-in clusters: the node's scripts with real tar and age, a folder as bucket, and stand-ins for the rest. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { deriveAgeIdentity } from "../../../infra/backup/ageIdentity";
import { stepInput } from "../../../infra/kubeadm/step";
import { nodeScript } from "../../../infra/kubeadm/upkeep";
import { debianProgram } from "../debianProgram";
import { filesOfVersion, machineFileLines } from "./machineFiles";
import { bootedMachine, MachineRoot, type ScriptRunResult } from "./scriptRun";

export const identity = deriveAgeIdentity(Buffer.alloc(32, 1).toString("base64"));
export const otherIdentity = deriveAgeIdentity(Buffer.alloc(32, 2).toString("base64"));

const documents =
  "kind: ClusterConfiguration\nkubernetesVersion: v1.36.3\npodSubnet: 10.244.0.0/16\nserviceSubnet: 10.96.0.0/12\n";

const environment = (cluster: string): string =>
  Object.entries({
    CLUSTER_NAME: cluster,
    BUCKET_HOST: "backups.s3.eu-central-1.amazonaws.com",
    BUCKET_REGION: "eu-central-1",
    BUCKET_OWNER: "123456789012",
    RECIPIENT: identity.recipient,
    INTERVAL_SECONDS: "3600",
  })
    .map(([key, value]) => `${key}='${value}'\n`)
    .join("");

/** Metadata service and S3, as far as the scripts ask them; objects are files of `bucket`. */
const curl = (bucket: string): string => `
  last="\${@: -1}"
  case "$last" in
    */api/token) echo SESSION; exit ;;
    */security-credentials/) echo control-plane; exit ;;
    */security-credentials/*) printf '{\\n  "AccessKeyId" : "ASIA1",\\n  "SecretAccessKey" : "s/+=",\\n  "Token" : "t/+=="\\n}\\n'; exit ;;
  esac
  while [ $# -gt 1 ]; do
    case "$1" in --upload-file) upload=$2; shift ;; --output) output=$2; shift ;; --config) cat "$2" >'${bucket}/../config'; shift ;; esac
    shift
  done
  key=\${last#https://backups.s3.eu-central-1.amazonaws.com/}
  if [ -n "\${upload:-}" ]; then mkdir -p "$(dirname '${bucket}/'"$key")"; cp "$upload" '${bucket}/'"$key"; printf 200; exit; fi
  case "$key" in
    "?list-type=2&prefix="*)
      prefix=\${key#*prefix=}; after=\${prefix#*start-after=}; [ "$after" != "$prefix" ] || after=""; prefix=\${prefix%%&*}
      cd '${bucket}' && find . -type f | cut -c3- | sort | while read -r name; do
        if [[ "$name" == "\${prefix//%2F//}"* && "$name" > "\${after//%2F//}" ]]; then printf '<Contents><Key>%s</Key></Contents>' "$name"; fi
      done >"$output"; printf 200 ;;
    *) if [ -e '${bucket}/'"$key" ]; then cp '${bucket}/'"$key" "$output"; printf 200
       else printf '<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>' >"$output"; printf 404; fi ;;
  esac`;

/** The etcd container's programs. */
const crictl = `case "$*" in
  "ps --quiet --name ^etcd$") echo c1 ;;
  *"endpoint status"*) echo '[{"Status":{"header":{"member_id":7},"leader":7}}]' ;;
  *"snapshot save"*) shift 2; for word; do case "$word" in */perigee-snapshot.db) cp /var/lib/etcd/member/db "$word" ;; esac; done ;;
  *"snapshot status"*) echo '{"hash":1,"revision":42,"totalKey":1000,"totalSize":2}' ;;
esac`;

/** \`etcdutl snapshot restore\` in a container. */
const ctr = `case "$*" in *"snapshot restore"*) mkdir -p /var/lib/etcd/restored/member; cp /var/lib/etcd/perigee-snapshot.db /var/lib/etcd/restored/member/db ;; esac`;

export interface ControlPlane {
  readonly root: MachineRoot;
  readonly programs: Readonly<Record<string, string>>;
}

/** A control plane that runs, with a cluster of this name, whose etcd holds this text. */
export async function runningControlPlane(
  bucket: string,
  cluster: string,
  data: string,
): Promise<ControlPlane> {
  const root = new MachineRoot();
  for (const name of ["ca", "front-proxy-ca", "etcd/ca"]) {
    root
      .write(`/etc/kubernetes/pki/${name}.crt`, `${name} of ${cluster}`)
      .write(`/etc/kubernetes/pki/${name}.key`, "key");
  }
  root.write("/etc/kubernetes/pki/sa.pub", "public").write("/etc/kubernetes/pki/sa.key", `sa of ${cluster}`);
  root.write("/etc/kubernetes/perigee/encryption.yaml", `secret of ${cluster}`);
  root.write("/etc/perigee/kubeadm.yaml", documents).write("/etc/perigee/backup.env", environment(cluster));
  root.write("/var/lib/etcd/member/db", data).write("/var/lib/perigee/initialised", "");
  root.write("/opt/perigee/s3.sh", nodeScript("backup/scripts/s3.sh"));
  return { root, programs: await programs(bucket) };
}

async function programs(bucket: string): Promise<Record<string, string>> {
  const age = await debianProgram("age", "age");
  return {
    ...{ age: `exec '${age}' "$@"`, curl: curl(bucket), crictl, ctr },
    ...bootedMachine,
    getent: 'echo "10.0.1.20 STREAM api.ground.internal"',
    // A node of the same name, of a machine that is gone.
    kubectl: `case "$*" in *" /version") echo '"gitVersion": "v1.36.3"' ;; *kubeadm-config*) grep Subnet /etc/perigee/kubeadm.yaml ;;
      *settings*) grep -o '"[0-9a-f]*"' "/etc/perigee/patches/\${5%-ground-control-plane-1}0+strategic.yaml" | tr -d '"\\n'; echo " True" ;; *providerID*) cat /var/node 2>/dev/null || true ;; "delete node "*) rm -f /var/node ;; esac`,
    kubeadm: "true",
  };
}

export function backUp(
  { root, programs: stand }: ControlPlane,
  more: Readonly<Record<string, string>> = {},
  verb: "run" | "now" | "set-aside" = "run",
): ScriptRunResult {
  return root.run(nodeScript("backup/scripts/backup.sh"), {
    arguments: [verb],
    programs: { ...stand, ...more },
  });
}

/** Runs init on a machine without data. */
export async function initialise(
  root: MachineRoot,
  bucket: string,
  inputs: Readonly<Record<string, string>>,
  otherCurl: (body: string) => string = (body) => body,
): Promise<ScriptRunResult> {
  root.write("/opt/perigee/prepare.sh", "#!/bin/sh\n", 0o755);
  const stand = await programs(bucket);
  const all = {
    ...{ NODE_NAME: "ground-control-plane-1", KUBERNETES_VERSION: "1.36.3", API_NAME: "api.ground.internal" },
    ...{ PRIVATE_IP: "10.0.1.20", KUBEADM_CONFIG: documents, AUDIT_POLICY: "kind: Policy", LABELS: "a=b" },
    ...{ PROVIDER_ID: "aws:///eu-central-1a/i-2", DISK_GIB: "10", SECRETS_KEY: "1", CLUSTER_NAME: "ground" },
    ...{ BUCKET_HOST: "backups.s3.eu-central-1.amazonaws.com", BUCKET_REGION: "eu-central-1" },
    ...{
      BUCKET_OWNER: "123456789012",
      BACKUP_IDENTITY: identity.identity,
      MACHINE_FILES: machineFileLines({
        ...filesOfVersion("1.36.3"),
        "/etc/perigee/images": "registry.k8s.io/pause:1\nregistry.k8s.io/etcd:3.6.8-0\n",
      }),
      RESTORE_FROM: "latest",
      ...inputs,
    },
  };
  return root.run(stepInput("init", all), {
    arguments: ["init", "3600"],
    programs: { ...stand, curl: otherCurl(stand["curl"] ?? "") },
  });
}

/** Names of the objects of a cluster, oldest first. */
export function objects(bucket: string, cluster: string): string[] {
  return readdirSync(join(bucket, cluster)).sort();
}
