/** Settings of stack 1: schema, defaults, units. docs/settings.md is generated from it. */
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { baseUrl, matching, whole } from "../settings/kinds";
import { checkSettings, rawSettings, strictObject } from "../settings/load";
import { parseAgeIdentity } from "./backup/ageIdentity";
import { access } from "./kubeadm/authentication";
import { labels, taints } from "./kubeadm/labels";
import { defaultImageUser } from "./machines/image";
import { networkProblem, sourceProblem } from "./network/addressKinds";
import type { WantedZones } from "./network/zones";
import { crossChecks } from "./settings/crossChecks";
import { cidr, registryHost, zones } from "./settings/kinds";
import { defaultKubernetesVersion, testedVersions } from "./versions";

export const namespace = "perigee-infra";

const dnsLabel = (length: number): z.ZodString =>
  z.string().regex(new RegExp(`^[a-z]([a-z0-9-]{0,${length - 2}}[a-z0-9])?$`), {
    error: `a DNS label: a-z, 0-9 and -, beginning with a letter, at most ${length} characters`,
  });

const instanceType = z
  .string()
  .regex(/^[a-z][a-z0-9-]*\.(nano|micro|small|medium|large|\d*xlarge|metal(-\d+xl)?)$/, {
    error: "an EC2 instance type such as t3.large",
  });

const diskGiB = whole(10, 16_384);
const diskText =
  "Root disk in GiB, 10 to 16384. Grows in place, with its file system, while the machine runs; never shrinks.";

const nodePort = strictObject({
  port: whole(30_000, 32_767).describe("Node port of the Service."),
  protocol: z.enum(["tcp", "udp"]).default("tcp").describe("Protocol of the Service's port."),
  why: z
    .string()
    .regex(/^[\w .:/()#,@[\]+=&;{}!$*-]{1,200}$/, {
      error:
        "what AWS takes as a description: at most 200 of letters, digits, spaces and . _ - : / ( ) # , @ [ ] + = & ; { } ! $ *",
    })
    .describe("Reason why it is open; becomes the description of the security group rule."),
});

const controlPlane = strictObject({
  count: z
    .literal([1, 3, 5], {
      error:
        "allowed: 1, 3 or 5; etcd needs more than half of them, so an even number outlives no more losses than one less",
    })
    .default(1)
    .describe(
      "Number of control planes: 1, 3 or 5. Of 3 any one may be lost, of 5 any two. More than one stand behind a network load " +
        "balancer, about 17 USD a month and traffic, each in the next zone in turn; two more m7i.large cost about 180 USD a " +
        "month. May be raised and lowered while the cluster runs. With fewer zones than 3 the loss of one zone can take the API away. " +
        "Of the lab's real nodes, 3 were seen, 5 were not.",
    ),
  instanceType: instanceType
    .default("t3.medium")
    .describe(
      "EC2 instance type, x86-64 or Graviton. A change restarts the machine: the API is away for minutes. One of the " +
        "other architecture is refused: it would be another machine, without etcd's data.",
    ),
  diskGiB: diskGiB.default(30).describe(diskText),
});

const workerPool = strictObject({
  name: dnsLabel(20).describe("Name of the pool, part of its nodes' names: `<clusterName>-<name>-1`."),
  count: whole(0, 500)
    .default(1)
    .describe("Number of machines, 0 to 500. A zone has room for 251 machines of all pools."),
  instanceType: instanceType
    .default("t3.large")
    .describe(
      "EC2 instance type, x86-64 or Graviton. A change replaces all machines of the pool at once: to avoid that, add another pool and then remove this one.",
    ),
  diskGiB: diskGiB.default(30).describe(diskText),
  spot: z
    .boolean()
    .default(false)
    .describe(
      "Use Spot machines: cheaper, but AWS may take them back at any time, two minutes after a notice by which the node is drained.",
    ),
  labels: labels
    .default({})
    .describe(
      "Node labels. Allowed are those that a kubelet may set, except those that say what the machine is, such as `kubernetes.io/arch`.",
    ),
  taints: taints.default([]).describe("Node taints: `{ key, value, effect }`."),
});

const keyNumber = whole(1, 1000).default(1);

const keys = strictObject({
  login: keyNumber.describe("Number of the SSH key; raise it by one to rotate."),
  secrets: keyNumber.describe(
    "Number of the key that Secrets are encrypted with in etcd; raise it by one to rotate: the API is away for a moment, twice.",
  ),
});

const mirrors = strictObject({
  kubernetesPackages: baseUrl
    .default("https://pkgs.k8s.io/core:/stable:")
    .describe(
      "URL in place of `https://pkgs.k8s.io/core:/stable:`. Serves `/v<minor>/deb/` with its own `Release.key`.",
    ),
  registries: z
    .record(registryHost, baseUrl)
    .default({})
    .describe(
      "Registry mirrors: host to URL. The mirror is asked first, then the host itself. A mirror asks for no password: containerd would not send one from a URL.",
    ),
});

const ageIdentity = z.string().superRefine((text, context) => {
  try {
    parseAgeIdentity(text);
  } catch {
    context.addIssue({ code: "custom", message: "an age identity, AGE-SECRET-KEY-1…", input: text });
  }
});

const backup = strictObject({
  enabled: z
    .boolean()
    .default(true)
    .describe(
      "Back up etcd, the certificate authorities and the key of the Secrets, encrypted, into a bucket.",
    ),
  bucket: matching(
    /^(?!xn--|sthree-|.*(-s3alias|--ol-s3)$)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/,
    "a bucket's name: 3 to 63 of a-z, 0-9 and -",
  )
    .optional()
    .describe(
      "Bucket of yours for the backups, private and in this account. Default: one is made, private, versioned, encrypted and TLS only.",
    )
    .meta({ example: "ground-backups" }),
  intervalMinutes: whole(5, 1440)
    .default(60)
    .describe("Minutes between two backups, 5 to 1440; more than a backup takes."),
  keepDays: whole(1, 3650)
    .default(30)
    .describe(
      "Days for which a backup is kept in the bucket that is made. They count also while no new one is made.",
    ),
  keepOnDestroy: z
    .boolean()
    .default(true)
    .describe(
      "Keep the bucket that is made, with its backups, on `pulumi destroy`. If not, a destroy asks for `PERIGEE_DESTROY_WITHOUT_BACKUP=true`.",
    ),
  identity: ageIdentity
    .optional()
    .describe(
      "Secret: age identity (`AGE-SECRET-KEY-1…`) that can decrypt the backups. Default: derived from the stack's seed; it is the output `backupIdentity`.",
    ),
});

const updates = strictObject({
  maxUnavailable: whole(1, 500)
    .default(1)
    .describe("Workers that are drained and upgraded, or take changed settings, at the same time; 1 to 500."),
  removedApis: z
    .enum(["refuse", "allow"])
    .default("refuse")
    .describe(
      "What to do when somebody has asked the running API server for API versions that the next Kubernetes no longer has: `refuse` the upgrade, or `allow` it.",
    ),
});

/** The settings of `perigee-infra:`. Every key is one line of docs/settings.md. */
export const settingsSchema = strictObject({
  clusterName: dnsLabel(32)
    .describe(
      "Name of the cluster, and prefix of the names of its machines. Cannot be changed later. Default: `perigee-<stack>`.",
    )
    .meta({ example: "ground" }),
  kubernetesVersion: z
    .enum(testedVersions() as [string, ...string[]], {
      error: (issue) =>
        `${JSON.stringify(issue.input)} was not tested with this Perigee; allowed: ${testedVersions().join(", ")}`,
    })
    .default(defaultKubernetesVersion)
    .describe(
      "Kubernetes version, such as `1.36.3`. Only tested versions are allowed. A newer one upgrades the cluster in place, one minor version at a time; an older one is refused.",
    ),
  adminCidrs: z
    .array(cidr(8, 32, sourceProblem), { error: "a list of IPv4 blocks" })
    .refine((blocks) => blocks.length > 0, {
      error: "at least one IPv4 block: nobody could reach the cluster",
    })
    .refine(({ length }) => length <= 9, { error: "at most 9 blocks: a security group holds 60 rules" })
    .describe("IPv4 CIDRs, /8 to /32, that may reach SSH, the API server and the published node ports.")
    .meta({ example: ["198.51.100.7/32"] }),
  vpcCidr: cidr(16, 22, networkProblem)
    .prefault("10.0.0.0/16")
    .describe(
      "VPC CIDR, /16 to /22, private (RFC 1918 or 100.64.0.0/10). Cannot be changed later. Subnets are its /24s, starting with the second.",
    ),
  availabilityZones: zones
    .default(1)
    .transform((given): WantedZones =>
      typeof given === "number" ? { count: given } : { count: given.length, names: given },
    )
    .describe(
      "Zones that new machines are spread over: their number, 1 to 3, or a list of their names. By number, those that offer all instance types are taken first, then those that offer the types of the machines that belong there, by name. A subnet stays in its zone. Reduce it only when the last zone has no machines.",
    )
    .meta({ example: ["eu-central-1a", "eu-central-1b"] }),
  podCidr: cidr(8, 24, networkProblem)
    .prefault("10.244.0.0/16")
    .describe(
      "Pod CIDR, /8 to /24, private like `vpcCidr`. Each node gets a /24 of it. Cannot be changed later.",
    ),
  serviceCidr: cidr(12, 24, networkProblem)
    .prefault("10.96.0.0/12")
    .describe("Service CIDR, /12 to /24, private like `vpcCidr`. Cannot be changed later."),
  controlPlane: controlPlane
    .prefault({})
    .describe("The machines that run the API server and etcd.")
    .meta({ example: { instanceType: "m7i.large", diskGiB: 50 } }),
  workers: z
    .array(workerPool)
    .prefault([{ name: "default" }])
    .describe("Worker pools.")
    .meta({
      example: [
        { name: "default", count: 2, diskGiB: 100 },
        {
          name: "passes",
          spot: true,
          labels: { "example.org/pass": "true" },
          taints: [{ key: "example.org/pass", value: "true", effect: "NoSchedule" }],
        },
      ],
    }),
  machineImage: z
    .string()
    .regex(/^ami-[0-9a-f]{8,17}$/, { error: "an AMI id such as ami-0123456789abcdef0" })
    .optional()
    .describe("AMI of new machines. Default: the latest Ubuntu 24.04 LTS.")
    .meta({ example: "ami-0123456789abcdef0" }),
  machineImageUser: matching(
    /^(?!root$)[a-z_][a-z0-9_-]{0,31}$/,
    "a login user of the image other than root, such as ubuntu or admin",
  )
    .default(defaultImageUser)
    .describe(
      "Login user of `machineImage`, who may use sudo without a password: `admin` on Debian. Applies to new machines, like the image.",
    ),
  mirrors: mirrors
    .prefault({})
    .describe("Mirrors of the public package repository and registries.")
    .meta({
      example: {
        kubernetesPackages: "https://mirror.example/kubernetes",
        registries: { "docker.io": "https://mirror.example/v2/hub" },
      },
    }),
  keys: keys
    .prefault({})
    .describe(
      "Keys that can be rotated, each by its number; [runbook.md](runbook.md#rotate-the-ssh-key) says how. A number is never lowered.",
    ),
  access: access.prefault({}).describe("Who may ask the API, beside the administrator's certificate."),
  publishedNodePorts: z
    .array(nodePort)
    .refine(({ length }) => length <= 5, { error: "at most 5: a security group holds 60 rules" })
    .default([])
    .describe("Node ports of your own Services that `adminCidrs` may reach.")
    .meta({ example: [{ port: 30081, why: "Antenna control" }] }),
  backup: backup
    .prefault({})
    .describe("Backups of the cluster.")
    .meta({ example: { intervalMinutes: 30, keepDays: 90 } }),
  updates: updates
    .prefault({})
    .describe(
      "How another `kubernetesVersion` comes to a cluster that runs; [runbook.md](runbook.md#upgrade-kubernetes) says what happens.",
    )
    .meta({ example: { maxUnavailable: 2 } }),
  restoreFrom: matching(
    /^(latest|empty|([a-z][a-z0-9-]*\/)?\d{4}-\d\d-\d\dT\d{6}Z_v\d+\.\d+\.\d+\.tar\.age)$/,
    "latest, empty, or the name of a backup such as 2026-11-26T153000Z_v1.36.3.tar.age",
  )
    .optional()
    .describe(
      "Backup that a control plane without data of its own begins with: `latest`, or its name in the bucket. A control plane that has data keeps it. `empty`: give up the data of one that died; remove it once that is done.",
    )
    .meta({ example: "latest" }),
  flowLogs: z
    .boolean()
    .default(false)
    .describe("Write VPC flow logs to CloudWatch, kept for 14 days; about 0.50 USD per GB ingested."),
  permissionsBoundary: z
    .string()
    .regex(/^arn:aws(-[a-z]+)*:iam::(\d{12}|aws):policy\/[\w+=,.@/-]{1,512}$/, {
      error: "the ARN of an IAM policy such as arn:aws:iam::123456789012:policy/perigee-boundary",
    })
    .optional()
    .describe(
      "ARN of the permissions boundary of every IAM role that Perigee makes; what goes into it is in [iam.md](iam.md). Once set it can be changed, but not removed.",
    )
    .meta({ example: "arn:aws:iam::123456789012:policy/perigee-boundary" }),
  drainTimeoutSeconds: whole(10, 3600)
    .default(300)
    .describe(
      "Seconds a drain may wait for PodDisruptionBudgets. To raise it, run `up` once before you remove workers.",
    ),
  readyTimeoutSeconds: whole(60, 3600)
    .default(600)
    .describe("Seconds a node may take from joining to Ready before `up` fails."),
});

export type Settings = z.output<typeof settingsSchema>;

/**
 * Settings checked against the schema, whatever their source.
 * @throws SettingsError with every problem, before any resource is registered
 */
export function parseSettings(raw: Readonly<Record<string, unknown>>, stack: string): Settings {
  const named = { clusterName: `perigee-${stack}`, ...raw };
  return checkSettings(namespace, settingsSchema, named, crossChecks);
}

/** Settings of the current stack. */
export function loadSettings(): Settings {
  return parseSettings(rawSettings(namespace, settingsSchema), pulumi.getStack());
}
